import type { Evidence, SessionRef, WitnessedRow } from '../detect/detection.ts';
import type { WitnessKind } from '../types.ts';
import type { ChunkReader } from './chunk-reader.ts';
import type { Sqlite } from './sqlite.ts';
import type { Catalog } from './store.ts';
import { SELECT_WITNESSED, toWitnessedRow, type WitnessedStored } from './witness-rows.ts';

const MOST_ROWS = 2_000;
const MOST_TEXT_BYTES = 8 * 1024 * 1024;
/** Of one conversation: what a restore puts into its places at once. */
const MOST_LINES = 50_000;
const MOST_LINE_BYTES = 256 * 1024 * 1024;

interface LineRow {
  readonly at: number;
  readonly witness: WitnessKind;
  readonly generation_id: number;
  readonly start: number;
  readonly len: number;
}

/** What witnesses saw, as detection and restore ask for it. */
export class WitnessQueries implements Pick<Evidence, 'pendingWitnessed' | 'unpersisted'> {
  readonly #reader: ChunkReader;
  readonly #statements;

  constructor(db: Sqlite, reader: ChunkReader) {
    this.#reader = reader;
    this.#statements = prepare(db);
  }

  /** So many of each source: what cannot be judged of one, because it cannot be read, must not hide the others. */
  pendingWitnessed(): readonly WitnessedRow[] {
    const rows = this.#statements.sources.all().flatMap(({ source_id }) => bounded(this.#statements.pending.iterate(source_id)));
    return rows.sort((a, b) => a.at - b.at || a.id - b.id);
  }

  unpersisted({ sourceId, agent, nativeId }: SessionRef): readonly WitnessedRow[] {
    return bounded(this.#statements.newest.iterate(sourceId, agent, nativeId)).toReversed();
  }

  lines(sessionRow: number): ReturnType<Catalog['unpersistedLines']> {
    const lines: { readonly at: number; readonly witness: WitnessKind; readonly bytes: Uint8Array }[] = [];
    let bytes = 0;
    for (const { at, witness, generation_id, start, len } of this.#statements.lines.all(sessionRow)) {
      bytes += len;
      if (bytes > MOST_LINE_BYTES) break;
      lines.push({ at, witness, bytes: this.#reader.range(generation_id, start, len) });
    }
    return lines;
  }

  lastAt(sourceId: number, witness: WitnessKind): number | undefined {
    return this.#statements.lastAt.get(sourceId, witness)?.last_at ?? undefined;
  }
}

/** At least one row, so that a message of any size is judged one day. */
function bounded(rows: Iterable<WitnessedStored>): readonly WitnessedRow[] {
  const kept: WitnessedRow[] = [];
  let bytes = 0;
  for (const row of rows) {
    bytes += row.text.length;
    if (kept.length > 0 && bytes > MOST_TEXT_BYTES) break;
    kept.push(toWitnessedRow(row));
  }
  return kept;
}

function prepare(db: Sqlite) {
  return {
    sources: db.prepare<[], { source_id: number }>("SELECT DISTINCT source_id FROM witnessed WHERE state = 'pending'"),
    pending: db.prepare<[number], WitnessedStored>(
      `${SELECT_WITNESSED} WHERE state = 'pending' AND source_id = ? ORDER BY at, id LIMIT ${MOST_ROWS}`,
    ),
    newest: db.prepare<[number, string, string], WitnessedStored>(
      `${SELECT_WITNESSED} WHERE state = 'unpersisted'
          AND session_row = (SELECT s.id FROM session AS s WHERE s.source_id = ? AND s.agent = ? AND s.native_id = ?)
        ORDER BY at DESC, id DESC LIMIT ${MOST_ROWS}`,
    ),
    lines: db.prepare<[number], LineRow>(
      `SELECT at, witness, generation_id, start, len FROM witnessed
        WHERE state = 'unpersisted' AND session_row = ? ORDER BY at, id LIMIT ${MOST_LINES}`,
    ),
    lastAt: db.prepare<[number, string], { last_at: number | null }>(
      'SELECT last_at FROM witness_cursor WHERE source_id = ? AND witness = ?',
    ),
  };
}
