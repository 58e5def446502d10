import { basename, dirname, join } from 'node:path';
import type { Change, DirectoryRef } from './capture/change.ts';
import type { DirectoryListing, DirectoryTailer } from './capture/tailing.ts';
import type { DirectoryView, LockSighting, ResetPolicy, WriteProbe } from './detect/detection.ts';
import type { DirectoryIgnores } from './directory-ignores.ts';
import { errnoOf } from './platform/errors.ts';
import type { FileStat, FileSystem } from './platform/file-system.ts';
import { freeBytes, writeRight } from './platform/write-rights.ts';
import type { IndexReading, LockReading, TranscriptSource } from './sources/source.ts';

const LONGEST_INDEX_BYTES = 256 * 1024 * 1024;
const LONGEST_LOCK_BYTES = 4_096;

interface Sighted<T> {
  readonly version: string;
  readonly reading: T | undefined;
}

export interface WatchDeps {
  readonly fs: FileSystem;
  readonly source: TranscriptSource;
  readonly alive: (pid: number, startTime?: number) => boolean;
}

/**
 * One sessions directory as detection sees it: the tailer's listing, the meaning of the index, and who holds which lock.
 * Index and locks are read again only when their file is another version; a torn read is simply read again at the next look.
 */
export class DirectoryWatch implements Disposable {
  readonly directory: DirectoryRef;
  readonly tailer: DirectoryTailer;
  readonly ignores: DirectoryIgnores;
  readonly #deps: WatchDeps;
  readonly #locks = new Map<string, Sighted<LockReading>>();
  #index: Sighted<IndexReading> | undefined;
  #listingSeen: DirectoryListing | undefined;
  #indexSeen: Sighted<IndexReading> | undefined;
  #hadLocks = false;
  #mustReopen = false;
  #holders: readonly number[] = [];

  /** `index`: what was read of a database before it was opened anew. */
  constructor(
    deps: WatchDeps,
    directory: DirectoryRef,
    ignores: DirectoryIgnores,
    openTailer: (learn: (index: IndexReading) => boolean) => DirectoryTailer,
    index?: IndexReading,
  ) {
    this.#deps = deps;
    this.directory = directory;
    this.ignores = ignores;
    if (index !== undefined) this.#index = { version: '', reading: index };
    // What is to be passed over is known before the first name is looked at.
    this.ignoresOthers();
    this.tailer = openTailer((read) => this.#learn(read));
  }

  /** Other names are passed over than those that the tailer was opened with. Looks at the index where that may tell. */
  ignoresOthers(): boolean {
    if (this.ignores.isIdle) return false;
    if (!this.#isDatabase) this.#readIndex(join(this.directory.path, this.#deps.source.indexName));
    const isNews = this.#mustReopen || this.ignores.learn(this.index);
    this.#mustReopen = false;
    return isNews;
  }

  /** From the tailer of a database, which reads the list with the rows: true when it must not go on as it was opened. */
  #learn(index: IndexReading): boolean {
    this.#readAs(index);
    this.#mustReopen = !this.ignores.isIdle && this.ignores.learn(index);
    return this.#mustReopen;
  }

  /** The view, when there is something in it that detection may not know yet; `force` gives it in any case. */
  view(changes: readonly Change[], gateway: DirectoryView['gateway'], resetPolicy: ResetPolicy, force: boolean): DirectoryView | undefined {
    const listing = this.tailer.listing;
    if (this.#isDatabase) this.#readAs(this.tailer.index);
    else if (listing.state === 'ok' && !this.ignores.hidesIndex) this.#readIndex(listing.indexPath);
    const hasLocks = listing.locks.length > 0;
    const changed =
      force || changes.length > 0 || hasLocks || this.#hadLocks || listing !== this.#listingSeen || this.#index !== this.#indexSeen;
    if (!changed) return undefined;
    this.#listingSeen = listing;
    this.#indexSeen = this.#index;
    this.#hadLocks = hasLocks;
    return this.ignores.quiet({
      directory: this.directory,
      state: listing.state,
      ...(listing.reason === undefined ? {} : { reason: listing.reason }),
      ...(listing.setAside === undefined ? {} : { setAside: listing.setAside }),
      transcripts: listing.transcripts,
      ...(this.#index?.reading === undefined ? {} : { index: this.#index.reading }),
      locks: this.#sightLocks(listing),
      skipped: listing.skipped,
      resetPolicy,
      gateway,
      // Whoever can write a database can write all of it.
      ...(this.#isDatabase ? {} : { probe: (nativeId: string) => this.#probe(nativeId) }),
    });
  }

  /** Files in this folder tell of it when they change. */
  get hintFolder(): string {
    return this.#isDatabase ? dirname(this.directory.path) : this.directory.path;
  }

  /** The database itself and its log. What else lies in the folder of an agent says nothing of conversations. */
  hint(name: string | undefined): void {
    const own = basename(this.directory.path);
    if (!this.#isDatabase || name === undefined || name === own || name === `${own}-wal`) this.tailer.hint(name);
  }

  get #isDatabase(): boolean {
    return this.directory.store === 'database';
  }

  #readAs(reading: IndexReading | undefined): void {
    if (reading !== this.#index?.reading) this.#index = reading && { version: '', reading };
  }

  /** What the index said when it was last read. */
  get index(): IndexReading | undefined {
    return this.#index?.reading;
  }

  /** Processes that held a lock here when it was last looked at, and lived. */
  get holders(): readonly number[] {
    return this.#holders;
  }

  [Symbol.dispose](): void {
    this.tailer[Symbol.dispose]();
  }

  /** Looks at rights and room, which change without a sign: only when somebody asks why nothing is written. */
  #probe(nativeId: string): WriteProbe {
    const { path } = this.directory;
    const free = freeBytes(path);
    return {
      directory: writeRight(path),
      transcript: writeRight(join(path, `${nativeId}.jsonl`)),
      ...(free === undefined ? {} : { freeBytes: free }),
    };
  }

  #readIndex(path: string | undefined): void {
    if (path === undefined) {
      if (this.#index !== undefined) this.#index = undefined;
      return;
    }
    const read = this.#readVersion(path, LONGEST_INDEX_BYTES, this.#index?.version);
    // What cannot be read is not gone: what it said last stands until it says something else.
    if (read === 'unchanged' || read === 'unreadable') return;
    this.#index = read === undefined ? undefined : { version: read.version, reading: this.#deps.source.parseIndex(read.bytes) };
  }

  #sightLocks(listing: DirectoryListing): LockSighting[] {
    const sightings: LockSighting[] = [];
    const present = new Set<string>();
    for (const { name, of } of listing.locks) {
      const artefact = this.#deps.source.classify(of);
      if (artefact.is !== 'transcript') continue;
      present.add(name);
      const known = this.#locks.get(name);
      const read = this.#readVersion(join(this.directory.path, basename(name)), LONGEST_LOCK_BYTES, known?.version);
      if (read === undefined) {
        this.#locks.delete(name);
        continue;
      }
      const isRead = read !== 'unchanged' && read !== 'unreadable';
      const lock = isRead ? this.#deps.source.parseLock(read.bytes) : known?.reading;
      if (isRead) this.#locks.set(name, { version: read.version, reading: lock });
      sightings.push({
        nativeId: artefact.nativeId,
        ...(lock === undefined ? {} : { pid: lock.pid, holderAlive: this.#deps.alive(lock.pid, lock.startTime) }),
        ...(lock?.createdAt === undefined ? {} : { createdAt: lock.createdAt }),
      });
    }
    for (const name of this.#locks.keys()) if (!present.has(name)) this.#locks.delete(name);
    this.#holders = sightings.flatMap(({ pid, holderAlive }) => (pid !== undefined && holderAlive === true ? [pid] : []));
    return sightings;
  }

  /** `undefined`: gone between listing and reading. */
  #readVersion(
    path: string,
    limitBytes: number,
    known: string | undefined,
  ): { version: string; bytes: Uint8Array } | 'unchanged' | 'unreadable' | undefined {
    try {
      const stat = this.#deps.fs.stat(path);
      if (stat === undefined) return undefined;
      const version = versionOf(stat);
      if (version === known) return 'unchanged';
      using file = this.#deps.fs.open(path);
      return { version, bytes: file.readAt(0, Math.min(limitBytes, file.stat().size)) };
    } catch (error) {
      const code = errnoOf(error);
      if (code === 'ENOENT') return undefined;
      // No permission, out of descriptors, or one of the many ways of a network volume.
      if (code !== undefined) return 'unreadable';
      throw error;
    }
  }
}

function versionOf(stat: FileStat): string {
  return `${stat.dev}:${stat.ino}:${stat.mtimeNs}:${stat.size}`;
}
