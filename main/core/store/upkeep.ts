import { statfsSync } from 'node:fs';
import type { Clock } from '../platform/clock.ts';
import { type bufferPaths, sizeOf } from './database.ts';
import { Sealer } from './sealer.ts';
import type { Sqlite } from './sqlite.ts';
import type { StoreThreads } from './store-threads.ts';
import { TextMerger } from './text-merger.ts';

/** A WAL larger than this is emptied even while commits go on; readers have to look through all of it. */
const WAL_LIMIT_BYTES = 64 * 1024 * 1024;
/** While an import goes on, its bytes are copied on only once they are durable; less where the disk is nearly full. */
const IMPORT_WAL_LIMIT_BYTES = 256 * 1024 * 1024;
const IMPORT_WAL_SHARE = 0.25;
/** Longer than this without a commit of it, and an import is over. */
const IMPORT_PAUSE_MS = 3_000;
/** No commit for this long: moving the WAL into the database then delays nobody. */
const IDLE_MS = 1_000;
/** A reader that holds the WAL must not hold the core: try again at the next upkeep. */
const CHECKPOINT_WAIT_MS = 50;
const BUSY_TIMEOUT_MS = 5_000;
/** Free pages are given back once they are a fiftieth of the file; before that they are reused. */
const FREE_SHARE = 0.02;
const FREE_PAGES_MIN = 512;
const VACUUM_STEP_PAGES = 512;

/** Work that makes the buffer smaller or quicker and changes nothing that it says. */
export class Upkeep {
  readonly #db: Sqlite;
  readonly #clock: Clock;
  readonly #threads: StoreThreads;
  readonly #paths: ReturnType<typeof bufferPaths>;
  readonly #sealer: Sealer;
  readonly #texts: TextMerger;
  #checkpointed = false;
  #importedMs = Number.NEGATIVE_INFINITY;
  #lastCommitMs = Number.NEGATIVE_INFINITY;

  constructor(db: Sqlite, clock: Clock, threads: StoreThreads, paths: ReturnType<typeof bufferPaths>) {
    this.#db = db;
    this.#clock = clock;
    this.#threads = threads;
    this.#paths = paths;
    this.#sealer = new Sealer(db);
    this.#texts = new TextMerger(db);
  }

  /** Something was written now, by the monotonic clock. */
  committed(durable: 'now' | 'later' = 'now'): void {
    this.#lastCommitMs = this.#clock.monotonic();
    if (durable === 'later') this.#importedMs = this.#lastCommitMs;
    this.#checkpointed = false;
  }

  /** Works for about `budgetMs`; true when there is more to do. */
  run(budgetMs: number, at: number): boolean {
    const deadline = this.#clock.monotonic() + budgetMs;
    const inTime = () => this.#clock.monotonic() < deadline;
    // First, so that a thread that has moved the WAL can say so.
    this.#emptyLargeWal();
    // Time to spare for upkeep comes when an import is over: what its threads hold is given back.
    if (budgetMs > 0) this.#threads.rest();
    let more = true;
    while (more && inTime()) {
      more = this.#sealer.step(at) || this.#texts.step() || this.#giveBack();
      if (more) {
        this.#checkpointed = false;
        this.#emptyLargeWal();
      }
    }
    if (!more) this.#checkpointWhenIdle();
    return more;
  }

  #checkpointWhenIdle(): void {
    if (this.#checkpointed || this.#clock.monotonic() - this.#lastCommitMs < IDLE_MS) return;
    if (sizeOf(this.#paths.wal) > 0) this.#db.pragma('wal_checkpoint(PASSIVE)');
    // The pages that an import, or a start, left in memory.
    this.#db.pragma('shrink_memory');
    this.#checkpointed = true;
  }

  #emptyLargeWal(): void {
    const size = sizeOf(this.#paths.wal);
    if (size <= WAL_LIMIT_BYTES || size <= this.#walLimit) return;
    if (this.#threads.moveWal(this.#paths.database) === 'moving' && size <= 2 * IMPORT_WAL_LIMIT_BYTES) return;
    this.#db.pragma(`busy_timeout = ${CHECKPOINT_WAIT_MS}`);
    try {
      this.#db.pragma('wal_checkpoint(TRUNCATE)');
    } finally {
      this.#db.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
    }
  }

  get #walLimit(): number {
    if (this.#clock.monotonic() - this.#importedMs > IMPORT_PAUSE_MS) return WAL_LIMIT_BYTES;
    const { bavail, bsize } = statfsSync(this.#paths.wal);
    return Math.min(IMPORT_WAL_LIMIT_BYTES, bavail * bsize * IMPORT_WAL_SHARE);
  }

  #giveBack(): boolean {
    const free = Number(this.#db.pragma('freelist_count', { simple: true }));
    if (free < FREE_PAGES_MIN || free < FREE_SHARE * Number(this.#db.pragma('page_count', { simple: true }))) return false;
    this.#db.pragma(`incremental_vacuum(${VACUUM_STEP_PAGES})`);
    return Number(this.#db.pragma('freelist_count', { simple: true })) < free;
  }
}
