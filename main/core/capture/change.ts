import type { ArchiveReason, ArtefactKind, ClosedAs } from '../types.ts';

/** Which inode a generation was captured from. An inode number alone is reused; with its birth time it is not. */
export interface FileIdentity {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly birthtimeNs: bigint;
}

/** Hash of a known stretch of a file; `length` 0 is the empty fingerprint, whose `sha256` is empty too. */
export interface Fingerprint {
  readonly length: number;
  readonly sha256: Uint8Array;
}

/** How far a generation is mirrored, and the proof that a file still starts with those bytes. */
export interface Checkpoint {
  readonly generationId: number;
  readonly offset: number;
  /** First min(1024, offset) bytes; compared as a prefix, so that a young file stays itself while it grows. */
  readonly head: Fingerprint;
  /** Last min(64, offset) bytes before `offset`. */
  readonly tail: Fingerprint;
  readonly identity: FileIdentity;
  readonly mtimeNs: bigint;
}

/** What is mirrored of one agent of one source: its sessions directory, or the database that holds its conversations. */
export interface DirectoryRef {
  readonly sourceId: number;
  readonly agent: string;
  /** Absolute and without symbolic links. Of a database: its file, below which every transcript has a path of its own. */
  readonly path: string;
  /** Absent: files. */
  readonly store?: 'files' | 'database';
}

/** One physical incarnation of a file. A truncation, rewrite or replacement starts the next one. */
export interface GenerationStart {
  readonly id: number;
  readonly directory: DirectoryRef;
  readonly kind: ArtefactKind;
  /** The name that the file has while it lives, e.g. `<id>.jsonl` also for its archives; generations of one name count up. */
  readonly name: string;
  /** Conversation that the file belongs to (transcripts and their sidecars). */
  readonly nativeId?: string;
  /** Transcripts: OpenClaw's id as far as the name tells it. */
  readonly sessionId?: string;
  /** Where it is now: an archive has another name than `name`. */
  readonly path: string;
  readonly identity: FileIdentity;
  readonly mtimeNs: bigint;
  readonly at: number;
  /** Set when the file was found under an archive name. */
  readonly archived?: ArchiveMark;
}

export interface ArchiveMark {
  readonly because: ArchiveReason;
  /** From the name, e.g. `.reset.2026-11-22T11-00-37.934Z`; absent where the name has none. */
  readonly at?: number;
}

/**
 * What capture saw, in order, ready to be committed with what follows from it. Ids of generations are handed out by
 * the core before the commit, so that a whole batch is one transaction.
 */
export type Change =
  | { readonly change: 'opened'; readonly generation: GenerationStart }
  | {
      readonly change: 'appended';
      readonly generationId: number;
      readonly start: number;
      readonly bytes: Uint8Array;
      readonly checkpoint: Checkpoint;
      readonly at: number;
    }
  /** Same bytes under another identity or path (atomic save, copy and rename): no loss, no new generation. */
  | {
      readonly change: 'rebound';
      readonly generationId: number;
      readonly path: string;
      readonly identity: FileIdentity;
      readonly mtimeNs: bigint;
      readonly at: number;
    }
  /** Renamed. With `archived` the generation is closed as `archived` once it is read to its end, and stays on disk. */
  | { readonly change: 'moved'; readonly generationId: number; readonly path: string; readonly archived?: ArchiveMark; readonly at: number }
  /** No further byte will be appended. `sizeAfter`: size of the file after a truncation. */
  | { readonly change: 'closed'; readonly generationId: number; readonly as: ClosedAs; readonly sizeAfter?: number; readonly at: number }
  /** An archived generation's file is no longer on disk. */
  | { readonly change: 'archive-gone'; readonly generationId: number; readonly at: number };

/** The file went, and no archive of it is known. */
export function isGone(change: Change): boolean {
  return change.change === 'closed' && change.as === 'deleted';
}
