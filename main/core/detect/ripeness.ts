import type { Desk } from './desk.ts';
import type { DetectionPolicy, Evidence, SessionRef } from './detection.ts';
import type { PlacedRow, Places } from './places.ts';
import type { RunBook } from './run-book.ts';
import type { StuckWatch } from './stuck-watch.ts';
import type { TurnWatch } from './turn-watch.ts';

interface Noted {
  since: number;
  readonly version: string;
}

/** A stream that is silent for so long, with nothing that says whether it ended, has ended. */
const SILENT_MS = 120_000;
/** A large file takes time to be read; longer than this is not reading. */
const LONGEST_READ_MS = 60_000;

/**
 * Whether a witnessed message could be in its transcript by now. OpenClaw 2026.3 writes even the user's message only when the
 * first reply of a session completes, so nothing can be said before its turn is over; a lock that a live gateway leaked must
 * not put that off for ever.
 */
export class Ripeness {
  readonly #policy: DetectionPolicy;
  readonly #book: RunBook;
  readonly #places: Places;
  readonly #turns: TurnWatch;
  readonly #desk: Desk;
  readonly #stuck: StuckWatch;
  readonly #noted = new Map<number, Noted>();

  constructor(policy: DetectionPolicy, book: RunBook, places: Places, turns: TurnWatch, desk: Desk, stuck: StuckWatch) {
    this.#policy = policy;
    this.#book = book;
    this.#places = places;
    this.#turns = turns;
    this.#desk = desk;
    this.#stuck = stuck;
  }

  /** Everything that waits. Times are this run's own: a clock that was set, or a machine that slept, ages nothing. */
  note(rows: readonly PlacedRow[], now: number): void {
    for (const { id, phase, text } of rows) {
      const version = `${phase}:${text.length}`;
      const known = this.#noted.get(id);
      if (known === undefined || known.version !== version || known.since > now) this.#noted.set(id, { since: now, version });
    }
  }

  forget(ids: ReadonlySet<number>): void {
    for (const id of ids) this.#noted.delete(id);
  }

  age({ id }: PlacedRow, now: number): number {
    return now - (this.#noted.get(id)?.since ?? now);
  }

  /** When the next of them will be old enough to be judged. */
  nextAt(rows: readonly PlacedRow[], now: number): number | undefined {
    const left = rows.filter((row) => this.#noted.has(row.id)).map((row) => this.#policy.unpersistedMs - this.age(row, now));
    const waits = left.filter((ms) => ms > 0);
    return waits.length === 0 ? undefined : now + Math.min(...waits);
  }

  isRipe(row: PlacedRow, group: readonly PlacedRow[], now: number, evidence: Evidence): boolean {
    const age = this.age(row, now);
    if (age < this.#policy.unpersistedMs) return false;
    const session = row.nativeId === undefined ? undefined : { sourceId: row.sourceId, agent: row.agent, nativeId: row.nativeId };
    if (session !== undefined && this.#cannotTell(session, age, evidence)) return false;
    if (group.some((other) => this.#ends(other, row, now))) return true;
    const end = this.#book.endedAfter(row.sourceId, row.at, now);
    if (end !== undefined) return now - end.noticedAt >= this.#policy.unpersistedMs;
    const holder = session === undefined ? 'none' : this.#holder(session);
    if (holder === 'alive' && age <= this.#policy.lockHeldMs) return false;
    if (row.sessionKey !== undefined && this.#book.isActive(row.sourceId, row.sessionKey, now)) return false;
    // 2026.6 writes the turn of an ACP runner when it is over, the user's part too.
    const entry = this.#places.entry(row.sourceId, row.agent, row.sessionKey);
    const isWorking = entry?.isAcp === true && entry.acpState === 'running' && !this.#stuck.has(row.sourceId, row.sessionKey);
    if (isWorking && age <= this.#policy.lockHeldMs) return false;
    // What comes after it is told together with it.
    if (group.some((other) => other.at >= row.at && this.age(other, now) < this.#policy.unpersistedMs)) return false;
    const view = session === undefined ? undefined : this.#places.view(session);
    // No lock says of a database that a turn goes on: what has no end yet may be written any moment.
    const mayGoOn = row.phase === 'partial' || view?.directory.store === 'database';
    if (!mayGoOn || holder === 'dead') return true;
    return age >= SILENT_MS || view?.gateway === 'stopped';
  }

  /** A reply that ended a turn, after the message or being it. Runs of one key follow each other: one says nothing of the next. */
  #ends(other: PlacedRow, row: PlacedRow, now: number): boolean {
    if (!other.endsRun || other.phase === 'partial' || other.at < row.at) return false;
    if (other.runId !== undefined && row.runId !== undefined && other.runId !== row.runId) return false;
    // A message that names its run may still wait for the one before.
    if (other.id !== row.id && row.role === 'user' && row.runId !== undefined && other.runId === undefined) return false;
    return this.age(other, now) >= this.#policy.unpersistedMs;
  }

  /** What cannot be seen is not missing, and what was not read yet may hold it. */
  #cannotTell(session: SessionRef, age: number, evidence: Evidence): boolean {
    const view = this.#places.view(session);
    if (view === undefined) return false;
    if (view.state === 'unreadable') return true;
    const size = view.transcripts.get(session.nativeId);
    return size !== undefined && age < LONGEST_READ_MS && (evidence.shape(session)?.size ?? 0) < size;
  }

  #holder(session: SessionRef): 'alive' | 'dead' | 'none' {
    const view = this.#places.view(session);
    const directoryKey = this.#desk.table.get(session)?.directoryKey;
    return this.#turns.holder(directoryKey, view?.directory, session.nativeId);
  }
}
