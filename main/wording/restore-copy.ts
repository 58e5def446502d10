import { byCode } from './by-code.ts';
import type { Messages } from './catalogue.ts';

/** What a rebuild changes: `code` or `code:count`. An unknown code is shown as it is, which is better than silence. */
export function planChangeText(words: Messages, change: string): string {
  const [code = change, times] = change.split(':');
  const text = byCode(words.planChanges, code);
  if (text === undefined) return change;
  return times === undefined || times === '1' ? text : words.sheet.changedTimes(text, times);
}
