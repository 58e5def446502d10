import { useEffect, useState } from 'preact/hooks';
import type { MessagePlace } from './selection.ts';

/** What was opened or folded by hand, by message; outlives the messages that scrolling takes out of the page. */
export type Folds = Map<string, boolean>;

export const foldKey = ({ generationId, start }: MessagePlace): string => `${generationId}:${start}`;

const mostLines = 12;
/** A line of the window has about so many letters. */
const lineLetters = 90;
/** Less than this after the fold is not worth a click. */
const slackLines = 4;

/** The beginning of a text that is too long to be read in passing; `undefined` for one that is not. */
export function beginningOf(text: string): string | undefined {
  let lines = 0;
  let end: number | undefined;
  for (let start = 0; start < text.length; ) {
    const lineBreak = text.indexOf('\n', start);
    const lineEnd = lineBreak < 0 ? text.length : lineBreak;
    const left = mostLines - lines;
    lines += Math.max(1, Math.ceil((lineEnd - start) / lineLetters));
    if (end === undefined && lines >= mostLines) end = Math.min(lineEnd, start + left * lineLetters);
    if (end !== undefined && lines > mostLines + slackLines) return `${text.slice(0, wordEnd(text, end)).trimEnd()}…`;
    start = lineEnd + 1;
  }
  return undefined;
}

/** Not within a word where there is room before it, nor within a pair of surrogates. */
function wordEnd(text: string, end: number): number {
  if (text[end] === '\n') return end;
  const before = text.lastIndexOf(' ', end);
  if (before > end - lineLetters / 2) return before;
  return /[\uD800-\uDBFF]/.test(text.charAt(end - 1)) ? end - 1 : end;
}

/** Whether something is open. What is searched for opens, and somebody may fold it again. */
export function useFold(folds: Folds, key: string, sought: boolean): readonly [boolean, (open: boolean) => void] {
  const [open, setOpen] = useState(folds.get(key) ?? false);
  useEffect(() => {
    if (sought && folds.get(key) === true) setOpen(true);
  }, [folds, key, sought]);
  const fold = (next: boolean) => {
    folds.set(key, next);
    setOpen(next);
  };
  return [open, fold];
}
