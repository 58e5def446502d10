import type { Checkpoint, DirectoryRef, FileIdentity, Fingerprint } from '../capture/change.ts';
import type { KnownGeneration } from '../capture/tailing.ts';
import type { ArchiveReason, ArtefactKind } from '../types.ts';
import type { Sqlite } from './sqlite.ts';

/** A generation row with every integer as bigint: inode numbers and nanoseconds do not fit a double. */
export interface KnownRow {
  readonly id: bigint;
  readonly kind: ArtefactKind;
  readonly name: string;
  readonly native_id: string | null;
  readonly path: string;
  readonly dev: bigint;
  readonly ino: bigint;
  readonly birthtime_ns: bigint;
  readonly mtime_ns: bigint;
  readonly head_len: bigint;
  readonly head_hash: Uint8Array | null;
  readonly offset: bigint;
  readonly tail_len: bigint;
  readonly tail_hash: Uint8Array | null;
  readonly archived_because: ArchiveReason | null;
  readonly archived_at: bigint | null;
  readonly closed_as: string | null;
}

/** Generations of one directory whose file may still be on disk, oldest first. */
export function readKnownGenerations(db: Sqlite, directory: DirectoryRef): readonly KnownGeneration[] {
  const rows = db
    .prepare<[number, string, string], KnownRow>(
      `SELECT id, kind, name, native_id, path, dev, ino, birthtime_ns, mtime_ns, head_len, head_hash, "offset" AS offset,
              tail_len, tail_hash, archived_because, archived_at, closed_as
         FROM generation WHERE source_id = ? AND agent = ? AND directory = ? AND on_disk = 1 ORDER BY id`,
    )
    .safeIntegers(true)
    .all(directory.sourceId, directory.agent, directory.path);
  return rows.map(toKnown);
}

/** A transcript in a database has a path below that of the database, which is its directory. */
export function readKnownDatabases(db: Sqlite, sourceId: number): readonly DirectoryRef[] {
  return db
    .prepare<[number], { agent: string; path: string }>(
      `SELECT DISTINCT agent, directory AS path FROM generation WHERE source_id = ? AND on_disk = 1 AND directory GLOB '*.sqlite'`,
    )
    .all(sourceId)
    .map((row) => ({ sourceId, ...row, store: 'database' as const }));
}

function toKnown(row: KnownRow): KnownGeneration {
  const archived =
    row.closed_as === 'archived'
      ? { because: row.archived_because ?? ('backup' as const), ...(row.archived_at === null ? {} : { at: Number(row.archived_at) }) }
      : undefined;
  return {
    id: Number(row.id),
    kind: row.kind,
    name: row.name,
    path: row.path,
    checkpoint: toCheckpoint(row),
    ...(row.native_id === null ? {} : { nativeId: row.native_id }),
    ...(archived === undefined ? {} : { archived }),
  };
}

function toCheckpoint(row: KnownRow): Checkpoint {
  return {
    generationId: Number(row.id),
    offset: Number(row.offset),
    head: toFingerprint(row.head_len, row.head_hash),
    tail: toFingerprint(row.tail_len, row.tail_hash),
    identity: { dev: BigInt.asUintN(64, row.dev), ino: BigInt.asUintN(64, row.ino), birthtimeNs: row.birthtime_ns },
    mtimeNs: row.mtime_ns,
  };
}

function toFingerprint(length: bigint, sha256: Uint8Array | null): Fingerprint {
  // Copied into a pool: ten thousand files keep two of them each, and a blob is an allocation of its own.
  return { length: Number(length), sha256: sha256 === null ? new Uint8Array(0) : Buffer.from(sha256) };
}

/** Identity as SQLite can hold it. */
export function storedIdentity(identity: FileIdentity): { readonly dev: bigint; readonly ino: bigint; readonly birthtime_ns: bigint } {
  return {
    dev: BigInt.asIntN(64, identity.dev),
    ino: BigInt.asIntN(64, identity.ino),
    birthtime_ns: BigInt.asIntN(64, identity.birthtimeNs),
  };
}
