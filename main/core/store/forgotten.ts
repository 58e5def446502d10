import type { Sqlite } from './sqlite.ts';

export interface ForgottenRow {
  readonly root: string;
  readonly agent: string;
  readonly nativeId: string;
  readonly sessionId: string;
  readonly forgottenAt: number;
}

/** Conversations that somebody forgot, by names that hold outside this buffer. */
export function forgottenIn(db: Sqlite): readonly ForgottenRow[] {
  return db
    .prepare<[], ForgottenRow>(
      `SELECT s.root AS root, p.agent AS agent, p.native_id AS nativeId, p.session_id AS sessionId, p.forgotten_at AS forgottenAt
         FROM passed_over AS p JOIN source AS s ON s.id = p.source_id WHERE p.forgotten_at IS NOT NULL`,
    )
    .all();
}
