const SHORTEST_MS = 500;

/** Waiting times that double from half a second to a limit, each by chance up to half shorter, so that clients do not come back in step. */
export class BackOff {
  readonly #random: () => number;
  #attempts = 0;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  next(longestMs: number): number {
    const full = Math.min(longestMs, SHORTEST_MS * 2 ** Math.min(this.#attempts, 20));
    this.#attempts += 1;
    return full - (full / 2) * this.#random();
  }

  reset(): void {
    this.#attempts = 0;
  }
}
