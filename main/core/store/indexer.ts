import { CoreError } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import type { SourceLayout } from '../types.ts';
import { ChunkReader } from './chunk-reader.ts';
import { HEAD_BYTES, LineSplitter } from './line-splitter.ts';
import { MessageWriter } from './message-writer.ts';
import { LONGEST_LINE_BYTES } from './oversized-line.ts';
import { inTransaction, type Sqlite, withoutSync } from './sqlite.ts';
import type { ParseLine } from './store.ts';

/** One transaction; what a crash can undo, and what a reader of the WAL has to skip. */
const TRANSACTION_BYTES = 8 * 1024 * 1024;

interface Backlog {
  readonly id: number;
  readonly session_row: number;
  readonly layout: SourceLayout;
  readonly offset: number;
  readonly indexed_to: number;
  readonly scanned_to: number;
  readonly on_disk: number;
  readonly opened_at: number;
  readonly is_witness: number;
}

/** Derives records, messages and full text from the bytes of transcripts, by complete lines, newest appends first. */
export class Indexer {
  readonly #db: Sqlite;
  readonly #log: Logger;
  readonly #reader: ChunkReader;
  readonly #messages: MessageWriter;
  readonly #statements;

  constructor(db: Sqlite, parse: ParseLine, log: Logger) {
    this.#db = db;
    this.#log = log;
    this.#reader = new ChunkReader(db);
    this.#messages = new MessageWriter(db, parse);
    this.#statements = prepare(db);
  }

  /** Bytes that are captured and not looked at yet. */
  get backlogBytes(): number {
    return this.#statements.backlogBytes.get()?.bytes ?? 0;
  }

  /** Works off at most about `budgetBytes`; returns what is left. */
  index(budgetBytes: number): number {
    let budget = budgetBytes;
    while (budget > 0 && this.#next() !== undefined) {
      budget -= this.#inOneTransaction(Math.min(budget, TRANSACTION_BYTES), () => this.#next());
    }
    return this.backlogBytes;
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

  /** Derived from bytes that are durable already, so the commit need not wait for the disk. */
  #inOneTransaction(budgetBytes: number, next: () => Backlog | undefined): number {
    return withoutSync(this.#db, () =>
      inTransaction(this.#db, () => {
        let done = 0;
        try {
          for (let backlog = next(); backlog !== undefined && done < budgetBytes; backlog = next()) {
            done += this.#continue(backlog, budgetBytes - done);
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

  #continue(backlog: Backlog, budgetBytes: number): number {
    const { id, scanned_to } = backlog;
    const generation = {
      id,
      sessionRow: backlog.session_row,
      layout: backlog.layout,
      onDisk: backlog.on_disk === 1,
      openedAt: backlog.opened_at,
    };
    const end = Math.min(backlog.offset, scanned_to + budgetBytes);
    try {
      const lines = this.#splitter(backlog);
      for (let position = scanned_to; position < end; ) {
        const bytes = this.#reader.piece(id, position, end - position);
        for (const line of lines.push(bytes)) {
          if (backlog.is_witness === 1 && this.#statements.retracted.get(id, line.start) !== undefined) continue;
          this.#messages.add(generation, line);
        }
        position += bytes.length;
      }
      this.#statements.advance.run(lines.lineStart, end, id);
    } catch (error) {
      if (!(error instanceof CoreError)) throw error;
      // Unreadable bytes stay unreadable: without skipping them, nothing would ever be indexed again.
      this.#log.log('error', 'index-skipped', { generationId: id, code: error.code });
      this.#statements.advance.run(backlog.offset, backlog.offset, id);
    }
    this.#messages.finish(generation);
    return end - scanned_to;
  }

  #splitter({ id, indexed_to, scanned_to }: Backlog): LineSplitter {
    const begunLength = scanned_to - indexed_to;
    if (begunLength === 0) return new LineSplitter(LONGEST_LINE_BYTES, indexed_to);
    const kept = begunLength > LONGEST_LINE_BYTES ? HEAD_BYTES : begunLength;
    return new LineSplitter(LONGEST_LINE_BYTES, indexed_to, this.#reader.range(id, indexed_to, kept), begunLength);
  }
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
    advance: db.prepare<[number, number, number]>('UPDATE generation SET indexed_to = ?, scanned_to = ? WHERE id = ?'),
    retracted: db.prepare<[number, number], object>('SELECT 1 AS is_retracted FROM retracted WHERE generation_id = ? AND start = ?'),
    backlogBytes: db.prepare<[], { bytes: number }>(
      `SELECT coalesce(sum("offset" - scanned_to), 0) AS bytes FROM generation WHERE kind IN ('transcript','witness') AND scanned_to < "offset"`,
    ),
  };
}
