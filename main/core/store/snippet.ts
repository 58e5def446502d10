import { folded, type Phrase, type TextToken, tokensOf } from './searchable.ts';
import { maskSecrets, shortMasks } from './secret-masks.ts';

const BEFORE_CHARS = 40;
const AFTER_CHARS = 120;
const AROUND_CHARS = 256;
const ASCII = /^[\0-\x7f]*$/;
const ASCII_WORD = /[a-z0-9]/;
const OPEN = '\u0001';
const CLOSE = '\u0002';

interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * A stretch of text around the first match, on one line, with every match in it between U+0001 and U+0002. Control
 * characters of the text itself become spaces, so that the markers cannot be forged.
 */
export function snippetOf(text: string, phrases: readonly Phrase[]): string {
  const wanted = phrases.map(({ tokens, prefix }) => ({ tokens: tokens.map(folded), prefix }));
  const matches: Span[] = [];
  let limit = Number.POSITIVE_INFINITY;
  const window: TextToken[] = [];
  const longest = Math.max(1, ...wanted.map(({ tokens }) => tokens.length));
  const from = noMatchBefore(text, wanted);
  for (const { start, end, folded: word } of tokensOf(text.slice(from))) {
    if (from + start > limit) break;
    window.push({ start: from + start, end: from + end, folded: word });
    if (window.length > longest) window.shift();
    const match = matchAtEnd(window, wanted);
    if (match === undefined) continue;
    if (matches.length === 0) limit = match.end + AFTER_CHARS;
    matches.push(match);
  }
  return render(text, matches);
}

/** Start of a word. To take a long text apart up to there costs more than everything else; beyond ASCII, folding moves places. */
function noMatchBefore(text: string, wanted: readonly Phrase[]): number {
  if (!ASCII.test(text)) return 0;
  const lower = text.toLowerCase();
  let first = text.length;
  for (const { tokens } of wanted) {
    const at = lower.indexOf(tokens[0] ?? '');
    if (at !== -1) first = Math.min(first, at);
  }
  while (first > 0 && ASCII_WORD.test(lower.charAt(first - 1))) first -= 1;
  return first;
}

/** Whether the tokens of the phrase follow each other anywhere in the text. */
export function holdsPhrase(text: string, phrase: Phrase): boolean {
  const wanted = [{ tokens: phrase.tokens.map(folded), prefix: phrase.prefix }];
  const window: TextToken[] = [];
  for (const token of tokensOf(text)) {
    window.push(token);
    if (window.length > phrase.tokens.length) window.shift();
    if (matchAtEnd(window, wanted) !== undefined) return true;
  }
  return false;
}

/** Asked for each word of a text: it makes nothing anew. */
function matchAtEnd(window: readonly TextToken[], wanted: readonly Phrase[]): Span | undefined {
  for (const phrase of wanted) {
    const from = window.length - phrase.tokens.length;
    const first = window[from];
    const last = window.at(-1);
    if (first !== undefined && last !== undefined && fitsFrom(from, window, phrase)) return { start: first.start, end: last.end };
  }
  return undefined;
}

function fitsFrom(from: number, window: readonly TextToken[], { tokens, prefix }: Phrase): boolean {
  for (let index = 0; index < tokens.length; index += 1) {
    const expected = tokens[index] ?? '';
    const found = window[from + index]?.folded ?? '';
    if (found === expected) continue;
    if (!prefix || index < tokens.length - 1 || !found.startsWith(expected)) return false;
  }
  return true;
}

function render(text: string, matches: readonly Span[]): string {
  const from = Math.max(0, (matches[0]?.start ?? 0) - BEFORE_CHARS);
  const to = Math.min(text.length, (matches[0]?.end ?? 0) + AFTER_CHARS);
  // A secret may begin before what is shown of it.
  const base = Math.max(0, from - AROUND_CHARS);
  const shown = maskSecrets(text.slice(base, to + AROUND_CHARS));
  const piece = (start: number, end: number): string => plain(shown.slice(start - base, end - base));
  let snippet = from > 0 ? '…' : '';
  let position = from;
  for (const { start, end } of matches) {
    if (start < position || end > to) continue;
    snippet += piece(position, start) + OPEN + piece(start, end) + CLOSE;
    position = end;
  }
  return snippet + piece(position, to) + (to < text.length ? '…' : '');
}

/** Lone halves of surrogate pairs at the cut ends would break JSON for other readers. */
function plain(text: string): string {
  return shortMasks(text)
    .toWellFormed()
    .replace(/[\p{Cc}\s]+/gu, ' ');
}
