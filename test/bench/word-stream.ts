const SYLLABLES = 'ba ce di fo gu ha je ki lo mu na pe qui ro su ta ve wi xo zu'.split(' ');
const VOCABULARY = 40_000;
/** Zipf's law with Mandelbrot's correction, as in English: the first word is every twenty-sixth, half of all are among the first 270. */
const SHIFT = 2.7;
const TABLE_SIZE = 2 ** 18;
/** One token in so many is a number, a path or an id that occurs once. */
const UNIQUE_EVERY = 60;
const LONGEST_SENTENCE = 18;

/** Deterministic text, so that two runs index the same words; frequencies are those of a language. */
export class WordStream {
  #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** 24 bits. */
  next(): number {
    this.#seed = (Math.imul(this.#seed, 1_664_525) + 1_013_904_223) >>> 0;
    // The low bits of this generator repeat after a few numbers.
    return this.#seed >>> 8;
  }

  /** From `least` to `most`, small numbers more often than large ones. */
  around(least: number, most: number): number {
    return least + Math.floor((most - least) * (this.next() / 2 ** 24) ** 2);
  }

  hex(digits: number): string {
    return (this.next() * 256 + (this.next() % 256)).toString(16).padStart(digits, '0').slice(-digits);
  }

  word(): string {
    return TABLE[this.next() % TABLE_SIZE] ?? '';
  }

  sentence(words: number): string {
    return Array.from({ length: words }, () => this.word()).join(' ');
  }

  /** Sentences and paragraphs as a person or a model writes them. */
  prose(words: number): string {
    let text = '';
    for (let left = words; left > 0; ) {
      const length = Math.min(left, 3 + (this.next() % LONGEST_SENTENCE));
      left -= length;
      let sentence = this.word();
      sentence = sentence.charAt(0).toUpperCase() + sentence.slice(1);
      for (let word = 1; word < length; word++) sentence += ` ${this.next() % UNIQUE_EVERY === 0 ? this.#unique() : this.word()}`;
      text += `${sentence}.${this.next() % 6 === 0 ? '\n\n' : ' '}`;
    }
    return text.trimEnd();
  }

  #unique(): string {
    switch (this.next() % 3) {
      case 0:
        return String(this.next());
      case 1:
        return `${this.word()}/${this.word()}-${this.hex(4)}.ts`;
      default:
        return this.hex(8);
    }
  }
}

/** The same rank is always the same word; the more frequent, the shorter. 0 is the most frequent. */
export function wordOfRank(rank: number): string {
  let word = '';
  for (let rest = rank + 1; rest > 0; rest = Math.floor((rest - 1) / SYLLABLES.length)) word += SYLLABLES[(rest - 1) % SYLLABLES.length];
  return word;
}

const TABLE: readonly string[] = (() => {
  const weights = Array.from({ length: VOCABULARY }, (_, rank) => 1 / (rank + SHIFT));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const table: string[] = [];
  let reached = 0;
  for (const [rank, weight] of weights.entries()) {
    reached += weight;
    const word = wordOfRank(rank);
    while (table.length < (reached / total) * TABLE_SIZE) table.push(word);
  }
  return table;
})();
