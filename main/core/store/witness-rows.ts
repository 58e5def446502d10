import type { WitnessedRow } from '../detect/detection.ts';

/** Names of a witness are short; what is longer is cut, so that a flood of them stays a flood of rows. */
export const LONGEST_NAME = 512;
/** Also of a message's JSON; a message with pictures is a few MiB. */
export const LONGEST_MESSAGE_BYTES = 16 * 1024 * 1024;
export const LONGEST_TEXT_BYTES = 4 * 1024 * 1024;

export interface WitnessedStored {
  readonly id: number;
  readonly source_id: number;
  readonly agent: string;
  readonly native_id: string | null;
  readonly session_key: string | null;
  readonly witness: WitnessedRow['witness'];
  readonly run_id: string | null;
  readonly role: WitnessedRow['role'];
  readonly phase: WitnessedRow['phase'];
  readonly ends_run: number;
  readonly at: number;
  readonly seen_at: number;
  readonly text: string;
  readonly state: string;
}

export const SELECT_WITNESSED = `
  SELECT id, source_id, agent, native_id, session_key, witness, run_id, role, phase, ends_run, at, seen_at, text, state
    FROM witnessed`;

export function toWitnessedRow(row: WitnessedStored): WitnessedRow {
  return {
    id: row.id,
    sourceId: row.source_id,
    agent: row.agent,
    witness: row.witness,
    role: row.role,
    phase: row.phase,
    endsRun: row.ends_run === 1,
    at: row.at,
    seenAt: row.seen_at,
    text: row.text,
    isUnpersisted: row.state === 'unpersisted',
    ...(row.native_id === null ? {} : { nativeId: row.native_id }),
    ...(row.session_key === null ? {} : { sessionKey: row.session_key }),
    ...(row.run_id === null ? {} : { runId: row.run_id }),
  };
}
