import type { SearchHit } from '../types.ts';
import type { RecordText, Statement } from './record-text.ts';
import { matchExpression, type Phrase, phrasesOf } from './searchable.ts';
import { withoutSecrets } from './secret-masks.ts';
import { holdsPhrase, snippetOf } from './snippet.ts';
import type { Sqlite } from './sqlite.ts';
import { limitText, MESSAGE_TEXT_BYTES } from './text-limits.ts';

const MOST_HITS = 200;
/** Messages whose text is read because the index cannot tell whether their words follow each other. */
const MOST_LOOKED_AT = 2_000;

interface HitRow {
  readonly id: number;
  readonly session_row: number;
  readonly generation_id: number;
  readonly start: number;
  readonly len: number;
  readonly title: string;
}

/** Full text of user and assistant messages, newest first. */
export class Search {
  readonly #texts: RecordText;
  readonly #find;
  readonly #count;

  constructor(db: Sqlite, texts: RecordText) {
    this.#texts = texts;
    this.#count = db
      .prepare<[string, number], number>(
        'SELECT count(*) FROM (SELECT rowid FROM message_text WHERE message_text MATCH ? ORDER BY rowid DESC LIMIT ?)',
      )
      .pluck();
    // The inner query walks the matches from the newest and stops at the limit; joined directly, all would be fetched.
    this.#find = db.prepare<[string, number, number], HitRow>(
      `SELECT hit.id, r.session_row, min(r.generation_id) AS generation_id, r.start, r.len,
              coalesce(nullif(s.label, ''), s.title, s.native_id) AS title
         FROM (SELECT rowid AS id FROM message_text WHERE message_text MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?) AS hit
         JOIN record AS r ON r.message_id = hit.id
         JOIN session AS s ON s.id = r.session_row
        GROUP BY hit.id ORDER BY hit.id DESC`,
    );
  }

  /**
   * Messages with all the words typed, newest first; nothing typed can be an error. The word at the end may be unfinished:
   * longer words that begin with it are searched for when the words as they stand do not give all the hits wanted. FTS5
   * gathers every message that holds any of those longer words before it gives the first, so that common words cost most.
   */
  hits(text: string, limit: number): readonly SearchHit[] {
    const phrases = phrasesOf(text);
    if (phrases.length === 0) return [];
    const wanted = Math.min(Math.max(Math.trunc(limit), 1), MOST_HITS);
    const asTyped = phrases.map(({ tokens }) => ({ tokens, prefix: false }));
    const hits = this.#holds(asTyped, wanted) ? this.#matching(asTyped, wanted) : [];
    return hits.length === wanted ? hits : this.#matching(phrases, wanted);
  }

  /** Whether so many messages hold the words, wherever they stand in them. */
  #holds(phrases: readonly Phrase[], count: number): boolean {
    return this.#count.get(matchExpression(phrases), count) === count;
  }

  #matching(phrases: readonly Phrase[], wanted: number): readonly SearchHit[] {
    const ordered = phrases.filter(({ tokens }) => tokens.length > 1);
    const expression = matchExpression(phrases);
    const hits: SearchHit[] = [];
    let before = Number.MAX_SAFE_INTEGER;
    for (let looked = 0; hits.length < wanted && looked < MOST_LOOKED_AT; looked += wanted) {
      const rows = this.#find.all(expression, before, wanted);
      for (const row of rows) {
        before = row.id;
        const said = this.#texts.statement(row.generation_id, row.start, row.len);
        const text = limitText(said.text, MESSAGE_TEXT_BYTES).text;
        if (hits.length < wanted && ordered.every((phrase) => holdsPhrase(text, phrase))) hits.push(hitOf(row, { ...said, text }, phrases));
      }
      if (rows.length < wanted) break;
    }
    return hits;
  }
}

function hitOf(row: HitRow, said: Statement, phrases: readonly Phrase[]): SearchHit {
  return {
    sessionRow: row.session_row,
    generationId: row.generation_id,
    start: row.start,
    title: withoutSecrets(row.title),
    role: said.role,
    snippet: snippetOf(said.text, phrases),
    ...(said.at === undefined ? {} : { at: said.at }),
  };
}
