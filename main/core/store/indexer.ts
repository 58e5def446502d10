import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { SourceLayout } from '../types.ts';
import { ChunkReader } from './chunk-reader.ts';
import { MessageWriter } from './message-writer.ts';
import { inTransaction, type Sqlite, withoutSync } from './sqlite.ts';
import type { ParseLine } from './store.ts';
import { digestStretch, type ReadAhead, type Stretch } from './stretch.ts';

/** One transaction; what a crash can undo, and what a reader of the WAL has to skip. */
const TRANSACTION_BYTES = 8 * 1024 * 1024;

/** Looked at in one go; a whole number of them in what threads read ahead. */
const STRETCH_BYTES = 1024 * 1024;
/** So long at most until it is written, give or take a stretch. */
const TRANSACTION_MS = 100;
/** Below this, asking a thread takes longer than doing it. */
const WORTHWHILE_BYTES = 4 * 1024 * 1024;
/** Threads go ahead by two transactions at most, and by a number of small files. */
const AHEAD_BYTES = 2 * TRANSACTION_BYTES;
const AHEAD_FILES = 512;

interface Place {
  readonly id: number;
  readonly layout: SourceLayout;
  readonly offset: number;
  readonly indexed_to: number;
  readonly scanned_to: number;
}

interface Backlog extends Place {
  readonly session_row: number;
  readonly on_disk: number;
  readonly opened_at: number;
  readonly is_witness: number;
}

export interface IndexerDeps {
  readonly parse: ParseLine;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly log: Logger;
  /** Where lines can be read ahead. */
  readonly ahead: ReadAhead;
}

/** Derives records, messages and full text from the bytes of transcripts, by complete lines, newest appends first. */
export class Indexer {
  readonly #db: Sqlite;
  readonly #parse: ParseLine;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #log: Logger;
  readonly #ahead: ReadAhead;
  readonly #reader: ChunkReader;
  readonly #messages: MessageWriter;
  readonly #statements;
  #leftBytes = 0;

  constructor(db: Sqlite, { parse, clock, log, ahead }: IndexerDeps) {
    this.#db = db;
    this.#parse = parse;
    this.#clock = clock;
    this.#log = log;
    this.#ahead = ahead;
    this.#reader = new ChunkReader(db);
    this.#messages = new MessageWriter(db);
    this.#statements = prepare(db);
  }

  /** Bytes that are captured and not looked at yet. */
  get backlogBytes(): number {
    return this.#statements.backlogBytes.get()?.bytes ?? 0;
  }

  /** Works off at most about `budgetBytes`, and less where that takes long; returns what is left. */
  index(budgetBytes: number): number {
    if (budgetBytes >= STRETCH_BYTES && this.#leftBytes >= WORTHWHILE_BYTES) this.#askAhead();
    const began = this.#clock.monotonic();
    let budget = budgetBytes;
    while (budget > 0 && this.#clock.monotonic() - began < TRANSACTION_MS && this.#next() !== undefined) {
      budget -= this.#inOneTransaction(Math.min(budget, TRANSACTION_BYTES), () => this.#next());
    }
    this.#leftBytes = this.backlogBytes;
    return this.#leftBytes;
  }

  /** Works off all of one session: a verdict on what is lost must not rest on a half-read file. */
  settle(sessionRow: number): void {
    const next = () => this.#statements.nextOf.get(sessionRow);
    while (next() !== undefined) this.#inOneTransaction(TRANSACTION_BYTES, next);
  }

  /** What witnesses saw, then the session that was written last, its oldest generation first: the first sighting of a message is where it was said first. */
  #next(): Backlog | undefined {
    const newest = this.#statements.newest.get();
    return newest === undefined ? undefined : this.#statements.nextOf.get(newest.session_row);
  }

  /** In the order of `#next`, as far as one query tells. */
  #askAhead(): void {
    const stretches: Stretch[] = [];
    let bytes = 0;
    for (const place of this.#statements.upcoming.iterate()) {
      const stretch = stretchOf(place, STRETCH_BYTES);
      stretches.push(stretch);
      bytes += stretch.end - stretch.start;
      if (bytes >= AHEAD_BYTES) break;
    }
    this.#ahead.readAhead(stretches);
  }

  /** Derived from bytes that are durable already, so the commit need not wait for the disk. */
  #inOneTransaction(budgetBytes: number, next: () => Backlog | undefined): number {
    return withoutSync(this.#db, () =>
      inTransaction(this.#db, () => {
        const limitBytes = Math.min(budgetBytes, STRETCH_BYTES);
        const began = this.#clock.monotonic();
        let done = 0;
        try {
          for (let backlog = next(); backlog !== undefined && done < budgetBytes; backlog = next()) {
            done += this.#continue(backlog, limitBytes);
            if (this.#clock.monotonic() - began >= TRANSACTION_MS) break;
          }
          this.#messages.flush();
        } catch (error) {
          this.#messages.discard();
          throw error;
        }
        return done;
      }),
    );
  }

  #continue(backlog: Backlog, limitBytes: number): number {
    const { id } = backlog;
    const generation = { id, sessionRow: backlog.session_row, onDisk: backlog.on_disk === 1, openedAt: backlog.opened_at };
    const stretch = stretchOf(backlog, limitBytes);
    const { lines, lineStart, fault } = this.#ahead.digested(stretch) ?? digestStretch(this.#reader, this.#parse, stretch);
    for (const line of lines) {
      if (backlog.is_witness === 1 && this.#statements.retracted.get(id, line.start) !== undefined) continue;
      this.#messages.add(generation, line);
    }
    if (fault === undefined) this.#statements.advance.run(lineStart, stretch.end, id);
    else {
      // Unreadable bytes stay unreadable: without skipping them, nothing would ever be indexed again.
      this.#log.log('error', 'index-skipped', { generationId: id, code: fault });
      this.#statements.advance.run(backlog.offset, backlog.offset, id);
    }
    this.#messages.finish(generation);
    return stretch.end - stretch.start;
  }
}

function stretchOf({ id, layout, offset, indexed_to, scanned_to }: Place, limitBytes: number): Stretch {
  return { generationId: id, layout, indexedTo: indexed_to, start: scanned_to, end: Math.min(offset, scanned_to + limitBytes) };
}

function prepare(db: Sqlite) {
  const backlog = `
    SELECT g.id, g.session_row, s.layout, g."offset" AS offset, g.indexed_to, g.scanned_to, g.on_disk, g.opened_at, g.kind = 'witness' AS is_witness
      FROM generation AS g JOIN source AS s ON s.id = g.source_id
     WHERE g.kind IN ('transcript','witness') AND g.scanned_to < g."offset"`;
  return {
    newest: db.prepare<[], { session_row: number }>(
      `SELECT session_row FROM generation WHERE kind IN ('transcript','witness') AND scanned_to < "offset" ORDER BY kind DESC, mtime_ns DESC LIMIT 1`,
    ),
    nextOf: db.prepare<[number], Backlog>(`${backlog} AND g.session_row = ? ORDER BY g.id LIMIT 1`),
    upcoming: db.prepare<[], Place>(
      `SELECT g.id, s.layout, g."offset" AS offset, g.indexed_to, g.scanned_to FROM generation AS g JOIN source AS s ON s.id = g.source_id
        WHERE g.kind = 'transcript' AND g.scanned_to < g."offset" ORDER BY g.mtime_ns DESC LIMIT ${AHEAD_FILES}`,
    ),
    advance: db.prepare<[number, number, number]>('UPDATE generation SET indexed_to = ?, scanned_to = ? WHERE id = ?'),
    retracted: db.prepare<[number, number], object>('SELECT 1 AS is_retracted FROM retracted WHERE generation_id = ? AND start = ?'),
    backlogBytes: db.prepare<[], { bytes: number }>(
      `SELECT coalesce(sum("offset" - scanned_to), 0) AS bytes FROM generation WHERE kind IN ('transcript','witness') AND scanned_to < "offset"`,
    ),
  };
}
