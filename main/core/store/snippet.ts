import { folded, type Phrase, type TextToken, tokensOf } from './searchable.ts';

const BEFORE_CHARS = 40;
const AFTER_CHARS = 120;
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
  for (const token of tokensOf(text)) {
    if (token.start > limit) break;
    window.push(token);
    if (window.length > longest) window.shift();
    const match = matchAtEnd(window, wanted);
    if (match === undefined) continue;
    if (matches.length === 0) limit = match.end + AFTER_CHARS;
    matches.push(match);
  }
  return render(text, matches);
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

function matchAtEnd(window: readonly TextToken[], wanted: readonly Phrase[]): Span | undefined {
  for (const { tokens, prefix } of wanted) {
    const tail = window.slice(-tokens.length);
    const first = tail[0];
    const last = tail.at(-1);
    if (tail.length < tokens.length || first === undefined || last === undefined) continue;
    const fits = tail.every((token, index) => {
      const expected = tokens[index] ?? '';
      return prefix && index === tokens.length - 1 ? token.folded.startsWith(expected) : token.folded === expected;
    });
    if (fits) return { start: first.start, end: last.end };
  }
  return undefined;
}

function render(text: string, matches: readonly Span[]): string {
  const from = Math.max(0, (matches[0]?.start ?? 0) - BEFORE_CHARS);
  const to = Math.min(text.length, (matches[0]?.end ?? 0) + AFTER_CHARS);
  let snippet = from > 0 ? '…' : '';
  let position = from;
  for (const { start, end } of matches) {
    if (start < position || end > to) continue;
    snippet += plain(text.slice(position, start)) + OPEN + plain(text.slice(start, end)) + CLOSE;
    position = end;
  }
  return snippet + plain(text.slice(position, to)) + (to < text.length ? '…' : '');
}

/** Lone halves of surrogate pairs at the cut ends would break JSON for other readers. */
function plain(text: string): string {
  return text.toWellFormed().replace(/[\p{Cc}\s]+/gu, ' ');
}
