import type { SearchHit } from '../types.ts';
import type { RecordText } from './record-text.ts';
import { matchExpression, phrasesOf } from './searchable.ts';
import { snippetOf } from './snippet.ts';
import type { Sqlite } from './sqlite.ts';
import { limitText, MESSAGE_TEXT_BYTES } from './text-limits.ts';

const MOST_HITS = 200;

interface HitRow {
  readonly session_row: number;
  readonly generation_id: number;
  readonly start: number;
  readonly len: number;
  readonly title: string;
  readonly role: string;
  readonly at: number | null;
}

/** Full text of user and assistant messages, newest first. */
export class Search {
  readonly #texts: RecordText;
  readonly #find;

  constructor(db: Sqlite, texts: RecordText) {
    this.#texts = texts;
    // The inner query walks the matches from the newest and stops at the limit; joined directly, all would be fetched.
    this.#find = db.prepare<[string, number], HitRow>(
      `SELECT m.session_row, m.generation_id, m.start, r.len, m.role, m.at, coalesce(nullif(s.label, ''), s.title, s.native_id) AS title
         FROM (SELECT rowid AS id FROM message_text WHERE message_text MATCH ? ORDER BY rowid DESC LIMIT ?) AS hit
         JOIN message AS m ON m.id = hit.id
         JOIN record AS r ON r.generation_id = m.generation_id AND r.start = m.start
         JOIN session AS s ON s.id = m.session_row
        ORDER BY m.id DESC`,
    );
  }

  /** Messages with all the words typed; a word at the end may be unfinished. Nothing typed can be an error. */
  hits(text: string, limit: number): readonly SearchHit[] {
    const phrases = phrasesOf(text);
    if (phrases.length === 0) return [];
    const rows = this.#find.all(matchExpression(phrases), Math.min(Math.max(Math.trunc(limit), 1), MOST_HITS));
    return rows.map((row) => {
      const said = this.#texts.parsed(row.generation_id, row.start, row.len).text ?? '';
      return {
        sessionRow: row.session_row,
        generationId: row.generation_id,
        start: row.start,
        title: row.title,
        role: row.role,
        snippet: snippetOf(limitText(said, MESSAGE_TEXT_BYTES).text, phrases),
        ...(row.at === null ? {} : { at: row.at }),
      };
    });
  }
}
