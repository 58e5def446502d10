import type { Change, GenerationStart } from '../capture/change.ts';
import { assertNever, CoreError } from '../platform/errors.ts';
import { ChunkWriter } from './chunk-writer.ts';
import { storedIdentity } from './generation-rows.ts';
import type { Packer } from './packer.ts';
import { Presence } from './presence.ts';
import type { SessionWriter } from './session-writer.ts';
import type { Sqlite } from './sqlite.ts';

type Appended = Extract<Change, { readonly change: 'appended' }>;

interface Standing {
  readonly offset: number;
  readonly session_row: number | null;
  readonly on_disk: number;
  readonly archive_gone_at: number | null;
}

/** Applies what capture saw to generations and chunks, inside the transaction of the caller. */
export class GenerationWriter {
  readonly #sessions: SessionWriter;
  readonly #chunks: ChunkWriter;
  readonly #presence: Presence;
  readonly #statements;

  constructor(db: Sqlite, sessions: SessionWriter, packer: Packer) {
    this.#sessions = sessions;
    this.#chunks = new ChunkWriter(db, packer);
    this.#presence = new Presence(db);
    this.#statements = prepare(db);
  }

  /** See `Journal.prepare`. */
  prepare(changes: readonly Change[]): void {
    this.#chunks.prepare(changes);
  }

  /** Bytes that were written. Throws CoreError `bug` for a change that does not continue what is stored. */
  apply(changes: readonly Change[]): number {
    let bytes = 0;
    for (const change of changes) {
      if (change.change === 'appended') bytes += this.#append(change);
      else this.#applyFact(change);
    }
    this.#chunks.writeChanges(changes);
    return bytes;
  }

  #applyFact(change: Exclude<Change, Appended>): void {
    switch (change.change) {
      case 'opened':
        this.#open(change.generation);
        break;
      case 'rebound':
        this.#rebind(change);
        break;
      case 'moved':
        this.#changePresence(change.generationId, () => this.#move(change));
        break;
      case 'closed':
        this.#changePresence(change.generationId, () =>
          this.#statements.close.run(change.as, change.at, change.sizeAfter ?? null, change.generationId),
        );
        break;
      case 'archive-gone':
        this.#changePresence(change.generationId, () => this.#statements.archiveGone.run(change.at, change.generationId));
        break;
      default:
        assertNever(change);
    }
  }

  #rebind({ generationId, path, identity, mtimeNs }: Extract<Change, { readonly change: 'rebound' }>): void {
    this.#standing(generationId);
    const { dev, ino, birthtime_ns } = storedIdentity(identity);
    this.#statements.rebind.run(path, dev, ino, birthtime_ns, BigInt.asIntN(64, mtimeNs), generationId);
  }

  #move({ generationId, path, archived, at }: Extract<Change, { readonly change: 'moved' }>): void {
    if (archived === undefined) this.#statements.moveLive.run(path, generationId);
    else this.#statements.moveToArchive.run(path, archived.because, archived.at ?? null, at, generationId);
  }

  #open(start: GenerationStart): void {
    const { directory, archived } = start;
    const nativeId = start.nativeId ?? null;
    const sessionRow =
      start.kind === 'transcript' && start.nativeId !== undefined
        ? this.#sessions.ensure(
            { sourceId: directory.sourceId, agent: directory.agent, nativeId: start.nativeId },
            start.sessionId ?? start.nativeId,
            start.at,
          )
        : null;
    const { dev, ino, birthtime_ns } = storedIdentity(start.identity);
    this.#statements.open.run({
      id: start.id,
      sourceId: directory.sourceId,
      agent: directory.agent,
      directory: directory.path,
      kind: start.kind,
      name: start.name,
      nativeId,
      sessionRow,
      path: start.path,
      dev,
      ino,
      birthtimeNs: birthtime_ns,
      mtimeNs: BigInt.asIntN(64, start.mtimeNs),
      at: start.at,
      closedAs: archived === undefined ? null : 'archived',
      closedAt: archived === undefined ? null : start.at,
      because: archived?.because ?? null,
      archivedAt: archived?.at ?? null,
    });
    if (sessionRow !== null) this.#sessions.countGeneration(sessionRow);
  }

  #append(change: Appended): number {
    const { generationId, start, bytes, checkpoint, at } = change;
    const standing = this.#standing(generationId);
    if (start !== standing.offset || checkpoint.offset !== start + bytes.length) {
      throw new CoreError(
        'bug',
        `Generation ${generationId} is mirrored to ${standing.offset}, but bytes from ${start} to ${checkpoint.offset} were to follow.`,
        'Please report this.',
      );
    }
    const { dev, ino, birthtime_ns } = storedIdentity(checkpoint.identity);
    this.#statements.checkpoint.run({
      id: generationId,
      offset: checkpoint.offset,
      headLen: checkpoint.head.length,
      headHash: checkpoint.head.sha256,
      tailLen: checkpoint.tail.length,
      tailHash: checkpoint.tail.sha256,
      dev,
      ino,
      birthtimeNs: birthtime_ns,
      mtimeNs: BigInt.asIntN(64, checkpoint.mtimeNs),
      at,
    });
    if (standing.session_row !== null && bytes.length > 0) {
      this.#sessions.appended(standing.session_row, checkpoint.offset, lastWrite(checkpoint.mtimeNs, at));
    }
    return bytes.length;
  }

  #changePresence(generationId: number, write: () => unknown): void {
    const before = this.#standing(generationId);
    write();
    const after = this.#standing(generationId);
    if (before.on_disk === after.on_disk || before.session_row === null) return;
    this.#presence.recount(before.session_row);
  }

  #standing(generationId: number): Standing {
    const standing = this.#statements.standing.get(generationId);
    if (standing === undefined) throw new CoreError('bug', `There is no generation ${generationId}.`, 'Please report this.');
    return standing;
  }
}

/** When the agent wrote last: old conversations that are imported today are still old. */
function lastWrite(mtimeNs: bigint, at: number): number {
  const mtimeMs = Number(mtimeNs / 1_000_000n);
  return mtimeMs > 0 ? Math.min(mtimeMs, at) : at;
}

function prepare(db: Sqlite) {
  return {
    standing: db.prepare<[number], Standing>(
      'SELECT "offset" AS offset, session_row, on_disk, archive_gone_at FROM generation WHERE id = ?',
    ),
    open: db.prepare<[Readonly<Record<string, string | number | bigint | null>>]>(
      `INSERT INTO generation (id, source_id, agent, directory, kind, name, ordinal, native_id, session_row, path,
                               dev, ino, birthtime_ns, mtime_ns, opened_at, updated_at, closed_as, closed_at,
                               archived_because, archived_at)
       VALUES (@id, @sourceId, @agent, @directory, @kind, @name,
               (SELECT coalesce(max(ordinal), 0) + 1 FROM generation
                 WHERE source_id = @sourceId AND agent = @agent AND name = @name AND kind = @kind),
               @nativeId, @sessionRow, @path, @dev, @ino, @birthtimeNs, @mtimeNs, @at, @at, @closedAs, @closedAt,
               @because, @archivedAt)`,
    ),
    checkpoint: db.prepare<[Readonly<Record<string, number | bigint | Uint8Array>>]>(
      `UPDATE generation SET "offset" = @offset, head_len = @headLen, head_hash = @headHash, tail_len = @tailLen,
              tail_hash = @tailHash, dev = @dev, ino = @ino, birthtime_ns = @birthtimeNs, mtime_ns = @mtimeNs,
              updated_at = max(updated_at, @at) WHERE id = @id`,
    ),
    rebind: db.prepare<[string, bigint, bigint, bigint, bigint, number]>(
      'UPDATE generation SET path = ?, dev = ?, ino = ?, birthtime_ns = ?, mtime_ns = ? WHERE id = ?',
    ),
    // An archive that got its live name back grows again.
    moveLive: db.prepare<[string, number]>(
      `UPDATE generation SET path = ?, archived_because = NULL, archived_at = NULL,
              closed_at = iif(closed_as = 'archived', NULL, closed_at), closed_as = nullif(closed_as, 'archived'),
              archive_gone_at = NULL WHERE id = ?`,
    ),
    moveToArchive: db.prepare<[string, string, number | null, number, number]>(
      `UPDATE generation SET path = ?, archived_because = ?, archived_at = ?, closed_as = 'archived', closed_at = ?,
              archive_gone_at = NULL WHERE id = ?`,
    ),
    close: db.prepare<[string, number, number | null, number]>(
      'UPDATE generation SET closed_as = ?, closed_at = ?, size_after = ? WHERE id = ?',
    ),
    archiveGone: db.prepare<[number, number]>('UPDATE generation SET archive_gone_at = ? WHERE id = ?'),
  };
}
