import { CoreError } from '../platform/errors.ts';
import { APPLICATION_ID, SCHEMA_V1 } from './schema.ts';
import { SCHEMA_V2 } from './schema-forgetting.ts';
import { SCHEMA_V3 } from './schema-import.ts';
import { inTransaction, type Sqlite } from './sqlite.ts';

/** Step n brings a buffer from version n to n + 1. Steps are never edited once released. */
const STEPS: readonly string[] = [SCHEMA_V1, SCHEMA_V2, SCHEMA_V3];

export const SCHEMA_VERSION = STEPS.length;

/** What stands in a database file, before anything is written to it. */
export type Occupant = 'nothing' | 'buffer' | 'newer-buffer' | 'stranger';

export function occupantOf(db: Sqlite): Occupant {
  const applicationId = db.pragma('application_id', { simple: true });
  const version = Number(db.pragma('user_version', { simple: true }));
  if (applicationId === APPLICATION_ID) return version > SCHEMA_VERSION ? 'newer-buffer' : 'buffer';
  const tables = db.prepare<[], { count: number }>('SELECT count(*) AS count FROM sqlite_schema').get();
  return applicationId === 0 && tables?.count === 0 ? 'nothing' : 'stranger';
}

/** Brings a new or older buffer to the present version, each step in one transaction with its number. */
export function migrate(db: Sqlite): void {
  const from = Number(db.pragma('user_version', { simple: true }));
  for (const [index, sql] of STEPS.entries()) {
    if (index < from) continue;
    inTransaction(db, () => {
      db.exec(sql);
      db.pragma(`application_id = ${APPLICATION_ID}`);
      db.pragma(`user_version = ${index + 1}`);
    });
  }
}

export function newerBufferError(): CoreError {
  return new CoreError('invalid', 'The buffer was written by a newer version of Clawback.', 'Update Clawback on this computer.');
}
