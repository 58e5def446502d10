import Database from 'better-sqlite3';

export type Sqlite = Database.Database;

export interface SqliteOptions {
  readonly readonly?: boolean;
  readonly mustExist?: boolean;
  readonly busyTimeoutMs: number;
}

/**
 * The only place that constructs a connection. `CLAWBACK_SQLITE_BINDING` names another native library: the packaged app
 * carries one built for its Electron, and loading the one for Node there would end the process without an error.
 */
export function openSqlite(path: string, options: SqliteOptions): Sqlite {
  const nativeBinding = process.env.CLAWBACK_SQLITE_BINDING;
  return new Database(path, {
    readonly: options.readonly ?? false,
    fileMustExist: options.mustExist ?? false,
    timeout: options.busyTimeoutMs,
    ...(nativeBinding ? { nativeBinding } : {}),
  });
}

/** Runs `work` as one IMMEDIATE transaction: all of it is written, or nothing and the error is thrown on. */
export function inTransaction<T>(db: Sqlite, work: () => T): T {
  return db.transaction(work).immediate();
}

/**
 * Runs `work` without a sync at each COMMIT, for what can be derived again or only moves bytes that are already durable:
 * a power cut may undo the last such transaction, never tear it. Always goes back to FULL.
 */
export function withoutSync<T>(db: Sqlite, work: () => T): T {
  db.pragma('synchronous = NORMAL');
  try {
    return work();
  } finally {
    db.pragma('synchronous = FULL');
  }
}
