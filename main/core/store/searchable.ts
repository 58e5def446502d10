/** Scripts that are written without spaces between words, and Hangul, where particles cling to the word searched for. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}]/gu;
const MAY_BE_UNSPACED = /[\u1100-\u11ff\u2e80-\ud7ff\uf900-\ufaff\uff65-\uffdc\u{20000}-\u{3ffff}]/u;
const ENDS_UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}]$/u;

const BEYOND_LATIN = /[\u0300-\u{10ffff}]/u;
/** With the letters that Unicode counted among the marks when the tables of `unicode61` were made. */
const MARKS = /[\p{M}\u19b0-\u19c9\u1cf2\u1cf3]/gu;

/** Runs of what `unicode61` takes for a word: letters, digits, private use, and marks inside a run. */
const WORD = /[\p{L}\p{N}\p{Co}][\p{L}\p{N}\p{Co}\p{M}]*/gu;

const ASCII = /^[\0-\x7f]*$/;

/** A prefix of one or two letters matches a great part of the vocabulary: slow, and of no use to a person. */
const SHORTEST_PREFIX = 3;
const MOST_WORDS = 16;

/**
 * The text as it is indexed. `unicode61` would make one word of a whole Chinese sentence; with every character a word of
 * its own, any part of it is found. At most marks it would cut a word in two, in the middle of each word of Hindi or Thai:
 * they are left out, as accents are.
 */
export function indexedText(text: string): string {
  if (!BEYOND_LATIN.test(text)) return text;
  return text.replace(MARKS, '').replace(UNSPACED, ' $& ');
}

/** One word of a query: tokens that follow each other. */
export interface Phrase {
  readonly tokens: readonly string[];
  /** The last token may be the beginning of a longer one. */
  readonly prefix: boolean;
}

/** What a person typed, as words that must all occur. Quotes and operators of FTS5 have no meaning in it. */
export function phrasesOf(query: string): readonly Phrase[] {
  const words = query.normalize('NFC').match(WORD) ?? [];
  return words.slice(0, MOST_WORDS).map((word, index) => {
    const tokens = indexedText(word).match(WORD) ?? [];
    const last = index === words.length - 1;
    return { tokens, prefix: last && [...(tokens.at(-1) ?? '')].length >= SHORTEST_PREFIX && !ENDS_UNSPACED.test(word) };
  });
}

/**
 * An FTS5 expression that is valid whatever was typed. The index knows which words a text holds, not where: tokens that must
 * follow each other are only asked for together, and the text itself tells whether they do.
 */
export function matchExpression(phrases: readonly Phrase[]): string {
  return phrases
    .flatMap(({ tokens, prefix }) => tokens.map((token, index) => `"${token}"${prefix && index === tokens.length - 1 ? '*' : ''}`))
    .join(' AND ');
}

/** A token as `unicode61 remove_diacritics 2` compares it. */
export function folded(token: string): string {
  if (ASCII.test(token)) return token.toLowerCase();
  return token.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

export interface TextToken {
  readonly start: number;
  readonly end: number;
  readonly folded: string;
}

/** Tokens of a text with their places in it, in order. */
export function* tokensOf(text: string): IterableIterator<TextToken> {
  for (const word of text.matchAll(WORD)) {
    let from = word.index;
    const end = word.index + word[0].length;
    if (MAY_BE_UNSPACED.test(word[0])) {
      for (const single of word[0].matchAll(UNSPACED)) {
        const at = word.index + single.index;
        if (at > from) yield { start: from, end: at, folded: folded(text.slice(from, at)) };
        from = at + single[0].length;
        yield { start: at, end: from, folded: folded(single[0]) };
      }
    }
    if (from < end) yield { start: from, end, folded: folded(text.slice(from, end)) };
  }
}
