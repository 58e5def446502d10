import type { Evidence, SpokenMessage } from '../detect/detection.ts';
import type { RecordText } from './record-text.ts';
import type { Sqlite } from './sqlite.ts';
import { slotOf, slotTime } from './time-slots.ts';

const MOST_SESSIONS = 100;
const MOST_MESSAGES = 2_000;
const MOST_TEXT_BYTES = 8 * 1024 * 1024;
/** What is parsed for one answer; a longer line, such as one with pictures, is left out with its text. */
const MOST_PARSED_BYTES = 32 * 1024 * 1024;

type Query = Parameters<Evidence['spoken']>[0];

interface SessionRow {
  readonly id: number;
}

interface SaidRow {
  readonly id: number;
  readonly agent: string;
  readonly native_id: string;
  readonly role: SpokenMessage['role'];
  readonly generation_id: number;
  readonly start: number;
  readonly len: number;
}

/** What the files of a conversation hold, for comparison with what witnesses saw. */
export class Spoken {
  readonly #texts: RecordText;
  readonly #settle: (sessionRow: number) => void;
  readonly #sessions;
  readonly #said;

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
    this.#said = db.prepare<[string, number], SaidRow>(
      `SELECT m.id, s.agent, s.native_id, m.role, m.generation_id, m.start, r.len
         FROM message AS m
         JOIN session AS s ON s.id = m.session_row
         JOIN record AS r ON r.generation_id = m.generation_id AND r.start = m.start
        WHERE m.session_row IN (SELECT value FROM json_each(?)) AND m.id >= ? AND m.on_disk > 0
          AND m.role IN ('user','assistant','tool')
        ORDER BY m.id LIMIT ${MOST_MESSAGES + 1}`,
    );
  }

  since(query: Query, sinceMs: number): readonly SpokenMessage[] {
    const { sourceId, agent, nativeId = null, sessionKey = null } = query;
    const rows = this.#sessions.all({ sourceId, agent, nativeId, sessionKey });
    for (const { id } of rows) this.#settle(id);
    const found = this.#said.all(JSON.stringify(rows.map(({ id }) => id)), slotOf(sinceMs));
    const spoken: SpokenMessage[] = [];
    let [textBytes, parsedBytes] = [0, 0];
    for (const row of found.slice(0, MOST_MESSAGES)) {
      if (textBytes > MOST_TEXT_BYTES) break;
      const isTooLong = parsedBytes + row.len > MOST_PARSED_BYTES;
      if (!isTooLong) parsedBytes += row.len;
      const text = isTooLong ? '' : (this.#texts.parsed(row.generation_id, row.start, row.len).text ?? '');
      textBytes += text.length;
      spoken.push({ session: { sourceId, agent: row.agent, nativeId: row.native_id }, role: row.role, text, at: slotTime(row.id) });
    }
    const last = spoken.at(-1);
    return last === undefined || spoken.length === found.length ? spoken : [...spoken.slice(0, -1), { ...last, more: true }];
  }
}
