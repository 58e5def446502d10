import type { ParsedLine } from '../sources/source.ts';
import type { SourceLayout } from '../types.ts';
import { messageName, oversizedName } from './digest.ts';
import type { SplitLine } from './line-splitter.ts';
import { oversizedRole } from './oversized-line.ts';
import type { ParseLine } from './store.ts';
import { indexedForm, isIndexed } from './text-index.ts';
import { titleOf } from './text-limits.ts';

/** What the index keeps of one complete line. It asks nothing of the buffer, so that any thread can make it. */
export type LineDigest = LinePlace & (MessageDigest | { readonly is: 'header' | 'wordless' | 'other'; readonly at?: number });

interface LinePlace {
  readonly start: number;
  /** Without its line end. */
  readonly length: number;
}

export interface MessageDigest {
  readonly is: 'message';
  /** Its key as a string: that goes from thread to thread in half the time. */
  readonly name: string;
  readonly role: string;
  readonly at?: number;
  /** Of what people said, unless it is too long to parse: whether OpenClaw's own prompt began the conversation with it. */
  readonly startsSession?: boolean;
  /** Of what people said themselves: a line that may name the conversation. */
  readonly title?: string;
  /** As the full text takes it; absent when it is not searched. */
  readonly words?: string;
}

/** `undefined` for a line that the index has nothing of. */
export function digestLine(parse: ParseLine, layout: SourceLayout, line: SplitLine): LineDigest | undefined {
  const place = { start: line.start, length: line.length };
  const isNoted = line.start === 0;
  const other = isNoted ? { ...place, is: 'other' as const } : undefined;
  if (line.oversized) {
    const role = oversizedRole(line.bytes);
    return role === undefined ? other : { ...place, is: 'message', name: oversizedName(line), role };
  }
  const parsed = parse(layout, line.bytes);
  const { kind, at } = parsed;
  if (kind === 'message') return { ...place, ...messageDigest(parsed) };
  if (!isNoted && at === undefined) return undefined;
  return { ...place, is: kind === 'header' ? 'header' : 'other', ...(at === undefined ? {} : { at }) };
}

function messageDigest(parsed: ParsedLine): MessageDigest | { readonly is: 'wordless'; readonly at?: number } {
  const { role = 'unknown', text = '', at } = parsed;
  const time = at === undefined ? {} : { at };
  if (isWordless(parsed)) return { is: 'wordless', ...time };
  return {
    is: 'message',
    name: messageName(parsed),
    role,
    ...time,
    ...(role === 'user' ? said(parsed) : {}),
    ...(isIndexed(role, text) ? { words: indexedForm(text) } : {}),
  };
}

function said({ text = '', startsSession = false }: ParsedLine): Pick<MessageDigest, 'startsSession' | 'title'> {
  const title = startsSession ? undefined : titleOf(text);
  return { startsSession, ...(title === undefined ? {} : { title }) };
}

/** A reply that failed or was stopped before its first word: it counts for what OpenClaw makes of the file, and nobody can miss it. */
function isWordless({ role, text, stopReason }: ParsedLine): boolean {
  return role === 'assistant' && (stopReason === 'error' || stopReason === 'aborted') && (text ?? '').trim() === '';
}
