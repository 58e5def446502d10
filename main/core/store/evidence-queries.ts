import type { Evidence, SessionRef, TranscriptShape } from '../detect/detection.ts';
import type { ChunkReader } from './chunk-reader.ts';
import { ONLY_HERE } from './presence.ts';
import type { RecordText } from './record-text.ts';
import type { Sqlite } from './sqlite.ts';

/** Half a line is looked at only to this length: a header is a few hundred bytes. */
const TORN_LINE_BYTES = 64 * 1024;

interface SessionRow {
  readonly id: number;
  readonly only_here: number;
  readonly started_by_command: number;
  readonly last_message_at: number | null;
  readonly messages: number;
}

interface LiveRow {
  readonly id: number;
  readonly size: number;
  readonly first_line: 'header' | 'other' | null;
  readonly messages: number;
  readonly assistant_messages: number;
}

/** Answers what detection asks, after everything captured of the session in question is indexed. */
export class EvidenceQueries implements Omit<Evidence, 'pendingWitnessed' | 'unpersisted' | 'spoken'> {
  readonly #settle: (sessionRow: number) => void;
  readonly #reader: ChunkReader;
  readonly #texts: RecordText;
  readonly #statements;

  constructor(db: Sqlite, reader: ChunkReader, texts: RecordText, settle: (sessionRow: number) => void) {
    this.#settle = settle;
    this.#reader = reader;
    this.#texts = texts;
    this.#statements = prepare(db);
  }

  onlyHere(session: SessionRef): ReturnType<Evidence['onlyHere']> {
    const row = this.#settled(session);
    if (row === undefined || row.only_here === 0) return { messages: 0, bytes: 0 };
    const bytes = this.#statements.bytes.get(row.id, row.id)?.bytes ?? 0;
    const holder = this.#statements.holder.get(row.id, row.id);
    const neverWritten = this.#statements.neverWritten.get(row.id)?.count ?? 0;
    return {
      messages: row.only_here,
      bytes,
      ...(holder === undefined ? {} : { generationId: holder.id }),
      ...(neverWritten === 0 ? {} : { neverWritten }),
    };
  }

  shape(session: SessionRef): TranscriptShape | undefined {
    const row = this.#settled(session);
    const live = row === undefined ? undefined : this.#statements.live.get(row.id);
    if (live === undefined) return undefined;
    return {
      generationId: live.id,
      size: live.size,
      firstLine: live.first_line ?? this.#tornFirstLine(live),
      messages: live.messages,
      assistantMessages: live.assistant_messages,
    };
  }

  startedByCommand(session: SessionRef): boolean {
    return this.#settled(session)?.started_by_command === 1;
  }

  lastMessageAt(session: SessionRef): number | undefined {
    return this.#settled(session)?.last_message_at ?? undefined;
  }

  messageCount(session: SessionRef): number {
    return this.#settled(session)?.messages ?? 0;
  }

  #settled({ sourceId, agent, nativeId }: SessionRef): SessionRow | undefined {
    const row = this.#statements.session.get(sourceId, agent, nativeId);
    if (row === undefined) return undefined;
    this.#settle(row.id);
    return this.#statements.session.get(sourceId, agent, nativeId);
  }

  /** A file whose first line has no end yet has no record of it. */
  #tornFirstLine({ id, size }: LiveRow): TranscriptShape['firstLine'] {
    if (size === 0) return 'none';
    const line = this.#reader.range(id, 0, Math.min(size, TORN_LINE_BYTES));
    return this.#texts.parse(id, line).kind === 'header' ? 'header' : 'other';
  }
}

function prepare(db: Sqlite) {
  return {
    session: db.prepare<[number, string, string], SessionRow>(
      `SELECT id, only_here, started_by_command, last_message_at, messages
         FROM session WHERE source_id = ? AND agent = ? AND native_id = ?`,
    ),
    bytes: db.prepare<[number, number], { bytes: number }>(
      `SELECT coalesce(sum(len), 0) AS bytes FROM (
         SELECT (SELECT len FROM record WHERE session_row = ? AND message_id = lost.message_id ORDER BY generation_id, start LIMIT 1) AS len
           FROM (${ONLY_HERE}) AS lost)`,
    ),
    holder: db.prepare<[number, number], { id: number }>(
      `SELECT g.id FROM (${ONLY_HERE}) AS lost
         JOIN record AS r ON r.session_row = ? AND r.message_id = lost.message_id
         JOIN generation AS g ON g.id = r.generation_id
        GROUP BY g.id ORDER BY count(DISTINCT r.message_id) DESC, g.kind = 'witness' DESC, g.ordinal DESC LIMIT 1`,
    ),
    neverWritten: db.prepare<[number], { count: number }>(
      `SELECT count(*) AS count FROM witnessed WHERE state = 'unpersisted' AND session_row = ?`,
    ),
    live: db.prepare<[number], LiveRow>(
      `SELECT id, "offset" AS size, first_line, messages, assistant_messages
         FROM generation WHERE session_row = ? AND kind = 'transcript' AND closed_as IS NULL ORDER BY ordinal DESC LIMIT 1`,
    ),
  };
}
