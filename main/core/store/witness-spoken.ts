import type { Evidence, SpokenMessage } from '../detect/detection.ts';
import { firstIdAt, timeOfId } from './message-ids.ts';
import type { RecordText } from './record-text.ts';
import type { Sqlite } from './sqlite.ts';

const MOST_SESSIONS = 100;
const MOST_MESSAGES = 2_000;
const MOST_TEXT_BYTES = 8 * 1024 * 1024;
/** What is parsed for one answer, pictures and all; a line that is longer by itself is left out with its text. */
const MOST_PARSED_BYTES = 32 * 1024 * 1024;

type Query = Parameters<Evidence['spoken']>[0];

interface SessionRow {
  readonly id: number;
}

interface SaidRow {
  readonly id: number;
  readonly agent: string;
  readonly native_id: string;
  readonly generation_id: number;
  readonly start: number;
  readonly len: number;
}

/** What the files of a conversation hold or held, for comparison with what witnesses saw. */
export class Spoken {
  readonly #texts: RecordText;
  readonly #settle: (sessionRow: number) => void;
  readonly #sessions;
  readonly #rows;

  constructor(db: Sqlite, texts: RecordText, settle: (sessionRow: number) => void) {
    this.#texts = texts;
    this.#settle = settle;
    this.#sessions = db.prepare<[Readonly<Record<string, string | number | null>>], SessionRow>(
      `WITH named AS (
         SELECT id, successor_id FROM session
          WHERE source_id = @sourceId AND agent = @agent AND (native_id = @nativeId OR routing_key = @sessionKey)
          ORDER BY recency DESC LIMIT ${MOST_SESSIONS})
       SELECT id FROM named UNION SELECT successor_id FROM named WHERE successor_id IS NOT NULL
        UNION SELECT s.id FROM session AS s JOIN named ON s.successor_id = named.id`,
    );
    this.#rows = db.prepare<[string, number], SaidRow>(
      `SELECT r.message_id AS id, s.agent, s.native_id, min(r.generation_id) AS generation_id, r.start, r.len
         FROM record AS r
         JOIN session AS s ON s.id = r.session_row
         JOIN generation AS g ON g.id = r.generation_id AND g.kind = 'transcript'
        WHERE r.session_row IN (SELECT value FROM json_each(?)) AND r.message_id >= ?
        GROUP BY r.message_id ORDER BY r.message_id LIMIT ${MOST_MESSAGES + 1}`,
    );
  }

  since(query: Query, sinceMs: number): readonly SpokenMessage[] {
    const { sourceId, agent, nativeId = null, sessionKey = null } = query;
    const rows = this.#sessions.all({ sourceId, agent, nativeId, sessionKey });
    for (const { id } of rows) this.#settle(id);
    const found = this.#rows.all(JSON.stringify(rows.map(({ id }) => id)), firstIdAt(sinceMs));
    const spoken: SpokenMessage[] = [];
    let [textBytes, parsedBytes] = [0, 0];
    let isCut = found.length > MOST_MESSAGES;
    for (const row of found.slice(0, MOST_MESSAGES)) {
      if (textBytes > MOST_TEXT_BYTES || (spoken.length > 0 && parsedBytes + row.len > MOST_PARSED_BYTES)) {
        isCut = true;
        break;
      }
      parsedBytes += row.len;
      const said = this.#said(row);
      // Numbers are coarse, and run ahead of the clock: what was said before may have a later one.
      if (said.role === undefined || !isSpoken(said.role) || (said.at !== undefined && said.at < sinceMs)) continue;
      textBytes += said.text?.length ?? 0;
      const session = { sourceId, agent: row.agent, nativeId: row.native_id };
      spoken.push({ session, role: said.role, text: said.text ?? '', at: said.at ?? timeOfId(row.id) });
    }
    spoken.sort((left, right) => left.at - right.at);
    const last = spoken.at(-1);
    return last === undefined || !isCut ? spoken : [...spoken.slice(0, -1), { ...last, more: true }];
  }

  /** Also of a line that is too long to be indexed: what it says must not look as if no file held it. */
  #said({ generation_id, start, len }: SaidRow): { readonly role?: string; readonly text?: string; readonly at?: number } {
    const isTooLong = len > MOST_PARSED_BYTES;
    return isTooLong ? this.#texts.oversized(generation_id, start, len) : this.#texts.parsed(generation_id, start, len);
  }
}

function isSpoken(role: string): role is SpokenMessage['role'] {
  return role === 'user' || role === 'assistant' || role === 'tool';
}
