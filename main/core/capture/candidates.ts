import type { Sighting } from './listing.ts';

export interface Candidate {
  readonly sighting: Sighting;
  /** Likely to be written now. */
  readonly isHot: boolean;
}

/** Files that no generation covers yet, in the order in which they are worth reading: the first import takes them by and by. */
export class Candidates {
  readonly #byName = new Map<string, Candidate>();
  /** Next one last; entries that are no longer in the map are skipped. Sorting 10,000 in every poll would be half its cost. */
  #queue: Candidate[] | undefined;

  get all(): Iterable<Candidate> {
    return this.#byName.values();
  }

  get bytes(): number {
    let bytes = 0;
    for (const { sighting } of this.#byName.values()) bytes += sighting.stat.size;
    return bytes;
  }

  get isEmpty(): boolean {
    return this.#byName.size === 0;
  }

  get(fileName: string): Candidate | undefined {
    return this.#byName.get(fileName);
  }

  add(sighting: Sighting, isHot: boolean): void {
    this.#byName.set(sighting.fileName, { sighting, isHot });
    this.#queue = undefined;
  }

  delete(fileName: string): void {
    this.#byName.delete(fileName);
  }

  clear(): void {
    this.#byName.clear();
  }

  get newest(): Candidate | undefined {
    const queue = this.#sorted();
    for (let last = queue.at(-1); last; last = queue.at(-1)) {
      if (this.#isWaiting(last)) return last;
      queue.pop();
    }
    return undefined;
  }

  get live(): readonly Candidate[] {
    const queue = this.#sorted();
    const firstHot = queue.findLastIndex(({ isHot }) => !isHot) + 1;
    return queue
      .slice(firstHot)
      .reverse()
      .filter((candidate) => this.#isWaiting(candidate));
  }

  #isWaiting(candidate: Candidate): boolean {
    return this.#byName.get(candidate.sighting.fileName) === candidate;
  }

  #sorted(): Candidate[] {
    this.#queue ??= [...this.#byName.values()].sort(byWorth);
    return this.#queue;
  }
}

function byWorth(one: Candidate, other: Candidate): number {
  if (one.isHot !== other.isHot) return one.isHot ? 1 : -1;
  return Number(one.sighting.stat.mtimeNs - other.sighting.stat.mtimeNs);
}
