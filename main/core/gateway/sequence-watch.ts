import type { HelloFacts } from './handshake.ts';

/** Two greetings of one process may tell its start this much apart. */
const START_JITTER_MS = 2000;

/**
 * Notices numbers that never came. Protocol 3 counts what the gateway sent to everybody since it started, protocol 4 what it
 * sent on this connection.
 */
export class SequenceWatch {
  #last: number | undefined;
  #known: HelloFacts | undefined;

  /** A new connection. `replaced`: the process that we listened to has been followed by another. */
  begin(hello: HelloFacts): { readonly isNew: boolean; readonly replaced: boolean } {
    const known = this.#known;
    const isSame = known !== undefined && isSameProcess(known, hello);
    if (!isSame || hello.protocol === 4) this.#last = hello.protocol === 4 ? 0 : undefined;
    this.#known = hello;
    return { isNew: !isSame, replaced: known !== undefined && !isSame };
  }

  /** How many numbers were left out before this one. */
  next(seq: number): number {
    const gap = this.#last === undefined ? 0 : Math.max(0, seq - this.#last - 1);
    this.#last = Math.max(seq, this.#last ?? seq);
    return gap;
  }

  /** Its process is known to have ended. */
  forget(): void {
    this.#known = undefined;
    this.#last = undefined;
  }
}

function isSameProcess(one: HelloFacts, other: HelloFacts): boolean {
  if (one.bootId !== undefined || other.bootId !== undefined) return one.bootId === other.bootId;
  if (one.startedAt === undefined || other.startedAt === undefined) return false;
  return Math.abs(one.startedAt - other.startedAt) < START_JITTER_MS;
}
