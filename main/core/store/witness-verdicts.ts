import type { SessionRef, WitnessVerdict } from '../detect/detection.ts';
import type { WitnessKind } from '../types.ts';
import type { WitnessPhase } from '../witness/witness.ts';
import { ChunkCutter } from './chunk-cuts.ts';
import type { ChunkWriter } from './chunk-writer.ts';
import type { SessionWriter } from './session-writer.ts';
import type { Sqlite } from './sqlite.ts';
import { witnessedLine } from './witness-line.ts';
import type { Retraction } from './witness-retraction.ts';

type Promotion = Extract<WitnessVerdict, { readonly is: 'unpersisted' }>;
type Settlement = Exclude<WitnessVerdict, Promotion>;

interface Judged {
  readonly id: number;
  readonly state: string;
  readonly session_id: string | null;
  readonly session_key: string | null;
  readonly witness: WitnessKind;
  readonly ref: string;
  readonly run_id: string | null;
  readonly role: 'user' | 'assistant' | 'tool';
  readonly phase: WitnessPhase;
  readonly at: number;
  readonly text: string;
  readonly message: string | null;
  readonly session_row: number | null;
  readonly generation_id: number | null;
  readonly start: number | null;
}

/** Applies what was decided on witnessed messages, inside the transaction of the caller. */
export class WitnessVerdicts {
  readonly #sessions: SessionWriter;
  readonly #retraction: Retraction;
  readonly #nextGenerationId: () => number;
  readonly #chunks: ChunkWriter;
  readonly #cutter = new ChunkCutter();
  readonly #statements;

  constructor(db: Sqlite, chunks: ChunkWriter, sessions: SessionWriter, retraction: Retraction, nextGenerationId: () => number) {
    this.#sessions = sessions;
    this.#retraction = retraction;
    this.#nextGenerationId = nextGenerationId;
    this.#chunks = chunks;
    this.#statements = prepare(db);
  }

  apply(verdicts: readonly WitnessVerdict[], at: number): void {
    this.#settle(
      verdicts.filter((verdict) => verdict.is !== 'unpersisted'),
      at,
    );
    const promotions: (Judged & { readonly verdict: Promotion })[] = [];
    for (const verdict of verdicts) {
      if (verdict.is !== 'unpersisted') continue;
      const row = this.#statements.row.get(verdict.id);
      // The text of one with another verdict is gone.
      if (row?.state === 'pending') promotions.push({ ...row, verdict });
    }
    promotions.sort((left, right) => left.at - right.at || left.id - right.id);
    try {
      for (const promotion of promotions) this.#promote(promotion, at);
      this.#chunks.write(this.#cutter.take());
    } catch (error) {
      this.#cutter.take();
      throw error;
    }
  }

  #settle(verdicts: readonly Settlement[], at: number): void {
    const retracted = new Map<number, { readonly sessionRow: number; readonly starts: number[] }>();
    for (const { id, is } of verdicts) {
      const row = this.#statements.row.get(id);
      if (row === undefined) continue;
      if (row.session_row !== null && row.generation_id !== null && row.start !== null) {
        const lines = retracted.get(row.generation_id) ?? { sessionRow: row.session_row, starts: [] };
        retracted.set(row.generation_id, lines);
        lines.starts.push(row.start);
      }
      this.#statements.settle.run(is, at, id);
    }
    for (const [generationId, { sessionRow, starts }] of retracted) this.#retraction.retract(sessionRow, generationId, starts);
  }

  #promote({ verdict, ...seen }: Judged & { readonly verdict: Promotion }, at: number): void {
    const sessionKey = verdict.sessionKey ?? seen.session_key;
    const sessionRow = this.#sessions.ensure(verdict.session, seen.session_id ?? verdict.session.nativeId, at);
    if (sessionKey !== null) this.#sessions.nameIfUnnamed(sessionRow, sessionKey);
    const generation = this.#generation(verdict.session, sessionRow, at);
    const line = witnessedLine(
      {
        witness: seen.witness,
        ref: seen.ref,
        role: seen.role,
        phase: seen.phase,
        at: seen.at,
        text: seen.text,
        ...(seen.run_id === null ? {} : { runId: seen.run_id }),
        ...(seen.message === null ? {} : { message: seen.message }),
      },
      generation.offset,
    );
    this.#cutter.append(generation.id, generation.offset, line, at);
    const offset = generation.offset + line.length;
    this.#statements.grow.run(offset, at, generation.id);
    this.#statements.promote.run(at, sessionRow, generation.id, generation.offset, line.length - 1, seen.id);
    this.#sessions.appended(sessionRow, offset, Math.min(seen.at, at));
  }

  /** The one generation of a conversation that no file ever held. */
  #generation(session: SessionRef, sessionRow: number, at: number): { readonly id: number; readonly offset: number } {
    const existing = this.#statements.generation.get(sessionRow);
    if (existing !== undefined) return existing;
    const id = this.#nextGenerationId();
    const { sourceId, agent, nativeId } = session;
    this.#statements.open.run({ id, sourceId, agent, nativeId, sessionRow, at });
    return { id, offset: 0 };
  }
}

function prepare(db: Sqlite) {
  return {
    row: db.prepare<[number], Judged>(
      `SELECT id, state, session_id, session_key, witness, ref, run_id, role, phase, at, text, message, session_row, generation_id, start
         FROM witnessed WHERE id = ?`,
    ),
    settle: db.prepare<[string, number, number]>(
      `UPDATE witnessed SET state = ?, judged_at = ?, text = '', message = NULL, session_row = NULL, generation_id = NULL,
              start = NULL, len = NULL WHERE id = ?`,
    ),
    promote: db.prepare<[number, number, number, number, number, number]>(
      `UPDATE witnessed SET state = 'unpersisted', judged_at = ?, message = NULL, session_row = ?, generation_id = ?, start = ?, len = ?
        WHERE id = ?`,
    ),
    generation: db.prepare<[number], { id: number; offset: number }>(
      `SELECT id, "offset" AS offset FROM generation WHERE session_row = ? AND kind = 'witness'`,
    ),
    // Ordinal 0: files count from 1, and the two never meet.
    open: db.prepare<[Readonly<Record<string, string | number>>]>(
      `INSERT INTO generation (id, source_id, agent, directory, kind, name, ordinal, native_id, session_row, path,
                               dev, ino, birthtime_ns, mtime_ns, opened_at, updated_at)
       VALUES (@id, @sourceId, @agent, '', 'witness', @nativeId, 0, @nativeId, @sessionRow, '', 0, 0, 0, 0, @at, @at)`,
    ),
    grow: db.prepare<[number, number, number]>('UPDATE generation SET "offset" = ?, updated_at = max(updated_at, ?) WHERE id = ?'),
  };
}
