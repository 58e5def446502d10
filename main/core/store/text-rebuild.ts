import type { Clock } from '../platform/clock.ts';
import { errnoOf } from '../platform/errors.ts';
import type { RecordText } from './record-text.ts';
import { inTransaction, type Sqlite, withoutSync } from './sqlite.ts';
import { indexedForm, isIndexed } from './text-index.ts';

const MESSAGES_AT_ONCE = 200;

/** As in schema.ts: what is built takes the place of the table there. */
const NEXT_TABLE = `
CREATE VIRTUAL TABLE message_text_next USING fts5(
  text, content='', columnsize=0, detail=none, tokenize='unicode61 remove_diacritics 2');
INSERT INTO message_text_next (message_text_next, rank) VALUES ('hashsize', 16777216);
INSERT INTO message_text_next (message_text_next, rank) VALUES ('automerge', 16);
INSERT INTO message_text_next (message_text_next, rank) VALUES ('crisismerge', 64);
`;

/** Of this connection alone, the only one that writes: gone with it. */
const FOLLOW_NEWS = `
CREATE TEMP TABLE text_news (id INTEGER PRIMARY KEY) STRICT;
CREATE TEMP TABLE text_gone (at INTEGER) STRICT;
CREATE TEMP TRIGGER text_came AFTER INSERT ON main.message BEGIN INSERT OR IGNORE INTO text_news VALUES (NEW.id); END;
CREATE TEMP TRIGGER text_went AFTER DELETE ON main.message BEGIN INSERT INTO text_gone VALUES (1); END;
`;

const STOP_FOLLOWING = `
DROP TRIGGER IF EXISTS temp.text_came;
DROP TRIGGER IF EXISTS temp.text_went;
DROP TABLE IF EXISTS temp.text_news;
DROP TABLE IF EXISTS temp.text_gone;
`;

export interface RebuildStep {
  /** Messages that were looked at, and messages that there are. */
  readonly done: number;
  readonly total: number;
  readonly isWhole: boolean;
}

interface Run {
  readonly statements: ReturnType<typeof prepare>;
  readonly total: number;
  done: number;
  /** Greatest id that was looked at. */
  after: number;
}

interface RecordRow {
  readonly message_id: number;
  readonly generation_id: number;
  readonly start: number;
  readonly len: number;
}

/**
 * The full text again from the captured bytes, beside the old one, which answers until the new one is whole. What is indexed meanwhile
 * goes into the old one as ever and into the new one at the end; what is taken out meanwhile makes it begin again, because the
 * index keeps no words by which to take them out. A crash leaves a table that nobody reads, which the next start removes.
 */
export class TextRebuild {
  readonly #db: Sqlite;
  readonly #texts: RecordText;
  readonly #clock: Pick<Clock, 'monotonic'>;
  /** A table may stand there that is not whole. */
  #isBegun = false;
  #run: Run | undefined;

  constructor(db: Sqlite, texts: RecordText, clock: Pick<Clock, 'monotonic'>) {
    this.#db = db;
    this.#texts = texts;
    this.#clock = clock;
    const left = db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'message_text_next'`).get();
    if (left !== undefined) db.exec('DROP TABLE message_text_next');
  }

  /** Goes on, or begins, for about `budgetMs`. After an error the next step begins again. */
  step(budgetMs: number): RebuildStep {
    try {
      return this.#step(budgetMs);
    } catch (error) {
      this.#run = undefined;
      throw error;
    }
  }

  #step(budgetMs: number): RebuildStep {
    const deadline = this.#clock.monotonic() + budgetMs;
    const run = this.#current();
    const { statements } = run;
    // Derived from bytes that are durable already. The last step, which changes what search sees, waits for the disk.
    const isRead = withoutSync(this.#db, () =>
      inTransaction(this.#db, () => {
        do {
          const records = statements.next.all(run.after);
          this.#add(statements, records);
          run.done += records.length;
          run.after = records.at(-1)?.message_id ?? run.after;
          if (records.length < MESSAGES_AT_ONCE) return true;
        } while (this.#clock.monotonic() < deadline);
        return false;
      }),
    );
    const progress = { done: Math.min(run.done, run.total), total: run.total };
    if (!isRead) return { ...progress, isWhole: false };
    return { ...progress, isWhole: this.#addNews(statements, deadline) && this.#takeOver() };
  }

  /** Inside a transaction or outside: nothing of it is left. */
  abandon(): void {
    if (!this.#isBegun) return;
    this.#isBegun = false;
    this.#run = undefined;
    this.#db.exec(`${STOP_FOLLOWING} DROP TABLE IF EXISTS message_text_next;`);
  }

  #current(): Run {
    if (this.#run !== undefined && this.#run.statements.gone.get() !== undefined) this.abandon();
    if (this.#run !== undefined) return this.#run;
    this.#isBegun = true;
    inTransaction(this.#db, () => this.#db.exec(`DROP TABLE IF EXISTS message_text_next; ${NEXT_TABLE} ${STOP_FOLLOWING} ${FOLLOW_NEWS}`));
    const total = this.#db.prepare<[], number>('SELECT count(*) FROM message').pluck().get() ?? 0;
    this.#run = { statements: prepare(this.#db), total, done: 0, after: -1 };
    return this.#run;
  }

  /** True once nothing is left that came meanwhile. */
  #addNews(statements: ReturnType<typeof prepare>, deadline: number): boolean {
    for (;;) {
      const came = statements.news.all();
      if (came.length === 0) return true;
      withoutSync(this.#db, () =>
        inTransaction(this.#db, () => {
          this.#add(statements, came);
          for (const { message_id: id } of came) statements.heard.run(id);
        }),
      );
      if (this.#clock.monotonic() >= deadline) return false;
    }
  }

  #takeOver(): boolean {
    inTransaction(this.#db, () =>
      this.#db.exec(`DROP TABLE message_text; ALTER TABLE message_text_next RENAME TO message_text; ${STOP_FOLLOWING}`),
    );
    this.#isBegun = false;
    this.#run = undefined;
    return true;
  }

  /** By rising id: FTS5 writes a segment for every step back. */
  #add(statements: ReturnType<typeof prepare>, records: readonly RecordRow[]): void {
    for (const { message_id: id, generation_id, start, len } of records) {
      const words = this.#words(generation_id, start, len);
      if (words !== undefined) statements.insert.run(id, words);
    }
  }

  /** Damaged bytes say nothing that could be searched. */
  #words(generationId: number, start: number, length: number): string | undefined {
    try {
      const { role, text } = this.#texts.statement(generationId, start, length);
      return isIndexed(role, text) ? indexedForm(text) : undefined;
    } catch (error) {
      if (errnoOf(error) !== 'buffer-damaged') throw error;
      return undefined;
    }
  }
}

function prepare(db: Sqlite) {
  return {
    // The bare columns are those of the row with the least generation: the first sighting.
    next: db.prepare<[number], RecordRow>(
      `SELECT message_id, min(generation_id) AS generation_id, start, len FROM record
        WHERE message_id > ? AND NOT EXISTS (SELECT 1 FROM temp.text_news WHERE id = message_id)
        GROUP BY message_id ORDER BY message_id LIMIT ${MESSAGES_AT_ONCE}`,
    ),
    news: db.prepare<[], RecordRow>(
      `SELECT n.id AS message_id, min(r.generation_id) AS generation_id, r.start, r.len
         FROM temp.text_news AS n JOIN record AS r ON r.message_id = n.id
        GROUP BY n.id ORDER BY n.id LIMIT ${MESSAGES_AT_ONCE}`,
    ),
    heard: db.prepare<[number]>('DELETE FROM temp.text_news WHERE id = ?'),
    gone: db.prepare<[], object>('SELECT 1 AS is_gone FROM temp.text_gone LIMIT 1'),
    insert: db.prepare<[number, string]>('INSERT INTO message_text_next (rowid, text) VALUES (?, ?)'),
  };
}
