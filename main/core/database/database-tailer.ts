import { basename, dirname, sep } from 'node:path';
import type { Change, DirectoryRef } from '../capture/change.ts';
import type { DirectoryListing, DirectoryTailer, KnownGeneration, TailerDeps } from '../capture/tailing.ts';
import { errnoOf } from '../platform/errors.ts';
import { isDirectory } from '../platform/real-paths.ts';
import type { IndexReading } from '../sources/source.ts';
import { AgentDatabase, keepsTranscripts, type PendingInput, UnknownSchema, type WindowRow } from './agent-database.ts';
import { ArchivedWindows } from './archived-windows.ts';
import { fileOf, glanceAt, readDatabase, setAsideFrom } from './database-file.ts';
import { type Stretch, WindowMirror } from './window-mirror.ts';

/** One `appended` carries at most this much, so that a long line never is one allocation or one row. */
const CHUNK_LIMIT_BYTES = 256 * 1024;
/** A conversation that something was said in so lately is shown as live. */
const HOT_MS = 60_000;
/** With more than these, only those that OpenClaw says it has changed are looked at between two sweeps. */
const MOST_IN_A_POLL = 300;
/** Somebody writes, or has locked it, in the moment of a look; what lasts longer is in the way. */
const BUSY_MS = 10_000;

export interface DatabaseTailerDeps extends Omit<TailerDeps, 'fs' | 'handles'> {
  /** Its owner runs: only then it is opened in its place. Asked before every opening. */
  readonly isOwned: () => boolean;
  /** A folder of ours for what is read while its owner does not run. */
  readonly copies: string;
  /** The list of conversations as it is now, before any row is read; true: names mean something else since, read nothing. */
  readonly learn?: (index: IndexReading) => boolean;
  /** Messages that were accepted and that nobody will answer by himself, as they are at this look. */
  readonly unanswered?: (inputs: readonly PendingInput[]) => void;
}

/**
 * Mirrors the conversations of one agent's database as if each were a file of lines. Step by step: look at the files of the
 * database; when they are as they were, nothing is opened. Else compare every transcript's rewriting and last number with the
 * checkpoint: higher numbers are appended rows, another rewriting or lower numbers a new generation, and a transcript that is
 * not listed any more has gone into an archive or is gone. All of one look is one read transaction.
 */
export function createDatabaseTailer(
  deps: DatabaseTailerDeps,
  directory: DirectoryRef,
  known: readonly KnownGeneration[],
): DirectoryTailer {
  return new PolledDatabase(deps, directory, known);
}

class PolledDatabase implements DirectoryTailer {
  readonly directory: DirectoryRef;
  sweepCostMs = 0;
  readonly #deps: DatabaseTailerDeps;
  readonly #mirrors = new Map<string, WindowMirror>();
  readonly #archives: ArchivedWindows;
  #seen: string | undefined;
  #file: string | undefined;
  #hasMore = false;
  #misses = 0;
  #busySince: number | undefined;
  #index: IndexReading | undefined;
  #hotSince = new Map<string, number>();
  #listing: DirectoryListing = { state: 'missing', transcripts: new Map(), locks: [], skipped: [] };
  #skipped: { readonly name: string; readonly reason: string }[] = [];
  #setAside: string | undefined;
  /** What the database said of each when it was last looked at, and read to its end. */
  #owesWhole = false;
  readonly #seenWindows = new Map<string, string>();
  #outbox: Change[] = [];

  constructor(deps: DatabaseTailerDeps, directory: DirectoryRef, known: readonly KnownGeneration[]) {
    this.#deps = deps;
    this.directory = directory;
    this.#archives = new ArchivedWindows(known);
    for (const generation of known) {
      const { nativeId, archived, kind } = generation;
      if (kind === 'transcript' && nativeId !== undefined && archived === undefined) {
        this.#mirrors.set(nativeId, WindowMirror.resume(generation, nativeId));
      }
    }
  }

  hint(): void {
    this.#seen = undefined;
  }

  poll(budgetBytes: number): readonly Change[] {
    return this.#round(budgetBytes, this.#seenWindows.size <= MOST_IN_A_POLL);
  }

  sweep(budgetBytes: number): readonly Change[] {
    const startedAt = this.#deps.clock.monotonic();
    const changes = this.#round(budgetBytes, true);
    this.sweepCostMs = this.#deps.clock.monotonic() - startedAt;
    return changes;
  }

  get index(): IndexReading | undefined {
    return this.#index;
  }

  get listing(): DirectoryListing {
    return this.#listing;
  }

  get lagBytes(): number {
    return this.#hasMore ? 1 : 0;
  }

  get hot(): DirectoryTailer['hot'] {
    const since = this.#deps.clock.monotonic() - HOT_MS;
    return [...this.#hotSince].flatMap(([nativeId, at]) => (at >= since ? [{ nativeId, lagBytes: 0 }] : []));
  }

  [Symbol.dispose](): void {
    this.#mirrors.clear();
  }

  /** `isWhole`: asks every transcript for its last number; else OpenClaw's own times tell which. */
  #round(budgetBytes: number, isWhole: boolean): readonly Change[] {
    const { path } = this.directory;
    try {
      const glance = glanceAt(path, this.#deps.clock.now());
      if (glance === undefined) this.#missed();
      else if (glance.version !== this.#seen || this.#hasMore || (isWhole && this.#owesWhole)) {
        if (isWhole) this.#seenWindows.clear();
        this.#owesWhole = !isWhole;
        this.#misses = 0;
        this.#hasMore = false;
        this.#look(budgetBytes);
        this.#busySince = undefined;
        this.#seen = glance.isYoung || this.#hasMore ? undefined : glance.version;
      }
    } catch (error) {
      this.#blinded(error);
    }
    const changes = this.#outbox;
    this.#outbox = [];
    return changes;
  }

  #look(budgetBytes: number): void {
    const { path } = this.directory;
    const file = fileOf(path);
    // Another file, such as a copy put back: every transcript has to prove that it is the one that was read.
    if (file !== this.#file) {
      for (const mirror of this.#mirrors.values()) mirror.isProven = false;
      this.#seenWindows.clear();
    }
    this.#file = file;
    const isOwned = this.#deps.isOwned();
    readDatabase(path, isOwned, this.#deps.copies, (db) => {
      if (!keepsTranscripts(db)) {
        this.#describe('missing');
        return;
      }
      const database = new AgentDatabase(db);
      this.#index = database.index(this.#index);
      if (this.#deps.learn?.(this.#index) === true) {
        this.#hasMore = true;
        return;
      }
      this.#deps.unanswered?.(database.pendingInputs().filter(({ state }) => state === 'interrupted' || !isOwned));
      this.#skipped = [];
      this.#follow(database, budgetBytes);
      for (const { generationId } of this.#archives.gone(database)) {
        this.#outbox.push({ change: 'archive-gone', generationId, at: this.#deps.clock.now() });
      }
      this.#describe('ok', database.isKnown ? undefined : unsupported(database.version));
    });
  }

  #follow(database: AgentDatabase, budgetBytes: number): void {
    const windows = database.windows();
    const present = new Set(windows.map(({ sessionId }) => sessionId));
    let left = budgetBytes;
    for (const window of windows) {
      const name = `${window.sessionId}.jsonl`;
      if (this.#deps.classify(name).is !== 'transcript') continue;
      const said = `${window.rewrite} ${window.updatedAt}`;
      if (this.#seenWindows.get(window.sessionId) === said && this.#deps.clock.now() - window.updatedAt > HOT_MS) continue;
      try {
        const lastSeq = database.lastSeq(window.sessionId);
        left -= this.#read(database, window, lastSeq, left);
        if ((this.#mirrors.get(window.sessionId)?.nextSeq ?? 0) > (lastSeq ?? -1)) this.#seenWindows.set(window.sessionId, said);
      } catch (error) {
        // One row that does not unpack, or one damaged page, keeps no other conversation from being read.
        this.#skipped.push({ name, reason: codeOf(error) });
      }
    }
    const before = [...this.#mirrors.values()];
    for (const mirror of before) if (!present.has(mirror.sessionId)) this.#vanished(database, mirror);
    // An empty one in the place of one that OpenClaw could not repair.
    if (before.length > 0 && before.every(({ sessionId }) => !present.has(sessionId))) this.#setAside = setAsideFrom(this.directory.path);
  }

  /** Returns how many bytes it read. */
  #read(database: AgentDatabase, window: WindowRow, lastSeq: number | undefined, budgetBytes: number): number {
    const { sessionId, rewrite, updatedAt } = window;
    const known = this.#mirrors.get(sessionId);
    if (known !== undefined && lastSeq === undefined && known.nextSeq > 0) {
      // Its rows are in an archive, and the conversation is listed all the same.
      this.#vanished(database, known);
      return 0;
    }
    if (known === undefined && lastSeq === undefined) return 0;
    if (known?.isOf(rewrite, lastSeq) === true && known.isProven && lastSeq === known.nextSeq - 1) return 0;
    if (budgetBytes <= 0) {
      this.#hasMore = true;
      return 0;
    }
    const goesOn = known?.isOf(rewrite, lastSeq) === true && known.prove(database);
    if (known !== undefined && !goesOn) this.#close(known, 'rewritten');
    const mirror = known !== undefined && goesOn ? known : this.#open(window);
    let read = 0;
    while (mirror.nextSeq <= (lastSeq ?? -1) && read < budgetBytes) {
      const stretch = mirror.readNext(database, Math.min(CHUNK_LIMIT_BYTES, budgetBytes - read), updatedAt);
      if (stretch === undefined) break;
      this.#append(mirror, stretch, updatedAt);
      read += stretch.bytes.length;
    }
    if (mirror.nextSeq <= (lastSeq ?? -1)) this.#hasMore = true;
    return read;
  }

  #open({ sessionId, rewrite, updatedAt }: WindowRow): WindowMirror {
    const mirror = WindowMirror.begin(this.#deps.nextGenerationId(), sessionId, rewrite);
    const name = `${sessionId}.jsonl`;
    this.#mirrors.set(sessionId, mirror);
    this.#outbox.push({
      change: 'opened',
      generation: {
        id: mirror.id,
        directory: this.directory,
        kind: 'transcript',
        name,
        nativeId: sessionId,
        sessionId,
        path: this.directory.path + sep + name,
        identity: mirror.identity,
        mtimeNs: BigInt(updatedAt) * 1_000_000n,
        at: this.#deps.clock.now(),
      },
    });
    return mirror;
  }

  #append(mirror: WindowMirror, stretch: Stretch, updatedAt: number): void {
    const { clock } = this.#deps;
    const at = clock.now();
    for (const piece of mirror.pieces(stretch, CHUNK_LIMIT_BYTES)) {
      this.#outbox.push({ change: 'appended', generationId: mirror.id, ...piece, at });
    }
    mirror.advance(stretch);
    // What is read for the first time may be years old.
    if (at - updatedAt < HOT_MS) this.#hotSince.set(mirror.sessionId, clock.monotonic());
  }

  #vanished(database: AgentDatabase, mirror: WindowMirror): void {
    const archive = database.archiveOf(mirror.sessionId);
    if (archive === undefined) {
      this.#close(mirror, 'deleted');
      return;
    }
    const { name, ...archived } = archive;
    const path = [dirname(dirname(this.directory.path)), 'sessions', name].join(sep);
    this.#outbox.push({ change: 'moved', generationId: mirror.id, path, archived, at: this.#deps.clock.now() });
    this.#archives.add(mirror.id, mirror.sessionId, path);
    this.#mirrors.delete(mirror.sessionId);
  }

  #close(mirror: WindowMirror, as: 'rewritten' | 'deleted'): void {
    this.#outbox.push({ change: 'closed', generationId: mirror.id, as, at: this.#deps.clock.now() });
    this.#mirrors.delete(mirror.sessionId);
  }

  /** No database. One that was there and is not at the second look either took its conversations with it. */
  #missed(): void {
    this.#seen = undefined;
    this.#misses += 1;
    const folder = dirname(this.directory.path);
    // A volume that is not there now takes the folders above with it.
    if (![folder, dirname(folder), dirname(dirname(folder))].some(isDirectory)) {
      if (this.#mirrors.size > 0) this.#describe('unreadable', 'ENOENT');
      return;
    }
    if (this.#misses < 2) return;
    if (this.#mirrors.size > 0) this.#setAside = setAsideFrom(this.directory.path);
    for (const mirror of [...this.#mirrors.values()]) this.#close(mirror, 'deleted');
    this.#index = undefined;
    this.#describe('missing');
  }

  #blinded(error: unknown): void {
    this.#seen = undefined;
    const code = error instanceof UnknownSchema ? unsupported(error.version) : codeOf(error);
    if (errnoOf(error) === 'EAGAIN' || code.startsWith('SQLITE_BUSY')) {
      const now = this.#deps.clock.monotonic();
      this.#busySince ??= now;
      if (now - this.#busySince < BUSY_MS) return;
    }
    if (this.#listing.reason !== code) this.#deps.log.log('warn', 'capture.database', { name: basename(this.directory.path), code });
    this.#describe('unreadable', code);
  }

  #describe(state: DirectoryListing['state'], reason?: string): void {
    const transcripts = new Map([...this.#mirrors].map(([nativeId, { checkpoint }]) => [nativeId, checkpoint.offset]));
    const skipped = state === 'ok' ? this.#skipped : [];
    const last = this.#listing;
    const isSame =
      last.state === state &&
      last.reason === reason &&
      last.setAside === this.#setAside &&
      this.#outbox.length === 0 &&
      last.transcripts.size === transcripts.size &&
      JSON.stringify(last.skipped) === JSON.stringify(skipped);
    if (isSame) return;
    this.#listing = {
      state,
      transcripts,
      locks: [],
      skipped,
      ...(reason === undefined ? {} : { reason }),
      ...(this.#setAside === undefined ? {} : { setAside: this.#setAside }),
    };
  }
}

function unsupported(version: number): string {
  return `unsupported-format:${version}`;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
}
