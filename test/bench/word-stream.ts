const COMMON =
  'the quick harbour lantern under seven rivers keeps quiet letters about maps tools weather gardens travel music repair tests release budget'.split(
    ' ',
  );
const SYLLABLES = 'ba ce di fo gu ha je ki lo mu na pe qui ro su ta ve wi xo zu'.split(' ');
const RARE_WORDS = 8_000;

/** Deterministic text, so that two runs index the same words: a few are common and most are rare, as in a language. */
export class WordStream {
  #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  next(): number {
    this.#seed = (Math.imul(this.#seed, 1_664_525) + 1_013_904_223) >>> 0;
    // The low bits of this generator repeat after a few numbers.
    return this.#seed >>> 8;
  }

  hex(digits: number): string {
    return (this.next() * 256 + (this.next() % 256)).toString(16).padStart(digits, '0').slice(-digits);
  }

  sentence(words: number): string {
    return Array.from({ length: words }, () => this.#word()).join(' ');
  }

  #word(): string {
    const draw = this.next() / 2 ** 24;
    if (draw < 0.5) return COMMON[this.next() % COMMON.length] ?? '';
    return rareWord(Math.floor(RARE_WORDS * (this.next() / 2 ** 24) ** 3));
  }
}

/** The same number is always the same word of two to four syllables. */
export function rareWord(number: number): string {
  let word = '';
  for (let rest = number + 1; rest > 0; rest = Math.floor(rest / SYLLABLES.length)) word += SYLLABLES[rest % SYLLABLES.length];
  return `${word}n`;
}
