import type { Clock } from '../platform/clock.ts';
import type { FileSystem } from '../platform/file-system.ts';
import type { Logger } from '../platform/logger.ts';
import type { Artefact, IndexReading } from '../sources/source.ts';
import type { ArtefactKind } from '../types.ts';
import type { ArchiveMark, Change, Checkpoint, DirectoryRef } from './change.ts';
import type { HandlePool } from './handle-pool.ts';

/** A generation whose file was on disk when the buffer was last written: open, or archived under another name. */
export interface KnownGeneration {
  readonly id: number;
  readonly kind: ArtefactKind;
  readonly name: string;
  readonly nativeId?: string;
  readonly path: string;
  readonly checkpoint: Checkpoint;
  readonly archived?: ArchiveMark;
}

export interface TailerDeps {
  readonly fs: FileSystem;
  readonly clock: Clock;
  readonly log: Logger;
  readonly classify: (name: string) => Artefact;
  /** Hands out ids of new generations; the journal commits them with the changes. */
  readonly nextGenerationId: () => number;
  /** Open descriptors, shared by all tailers of a process; absent: the tailer has 64 of its own. */
  readonly handles?: HandlePool;
}

export interface DirectoryListing {
  readonly state: 'ok' | 'missing' | 'unreadable';
  readonly reason?: string;
  /** Live transcripts: nativeId to size in bytes. */
  readonly transcripts: ReadonlyMap<string, number>;
  /** Names of lock files, with the name each one locks. */
  readonly locks: readonly { readonly name: string; readonly of: string }[];
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
  /** Of a database: the whole of it went, and this is the damaged one that OpenClaw put aside. */
  readonly setAside?: string;
  /** Path of the live index file, where there is one. */
  readonly indexPath?: string;
}

/** Mirrors one sessions directory. Every method is synchronous and bounded by its budget. */
export interface DirectoryTailer extends Disposable {
  readonly directory: DirectoryRef;
  /** A watch event named this file (or the directory): look at it in the next `poll`. Only ever saves time. */
  hint(name: string | undefined): void;
  /**
   * Looks at what is likely to have changed: hinted names, files changed within ten minutes, names that appeared since
   * the directory's own time stamp moved. Costs a few system calls when nothing happened.
   */
  poll(budgetBytes: number): readonly Change[];
  /** Looks at every name. Sufficient alone. Never reads more than `budgetBytes`; the rest follows in later calls, newest files first. */
  sweep(budgetBytes: number): readonly Change[];
  readonly listing: DirectoryListing;
  /** The list of conversations, where that is part of what is mirrored and no file; `undefined`: not read yet, or there is none. */
  readonly index?: IndexReading | undefined;
  /** Bytes seen on disk and not handed out yet. */
  readonly lagBytes: number;
  /** The same by conversation, for those that lag or are hot. */
  readonly hot: readonly { readonly nativeId: string; readonly lagBytes: number }[];
  /** How long the last full sweep took, ms: the core spaces sweeps by it. */
  readonly sweepCostMs: number;
}

export type CreateDirectoryTailer = (deps: TailerDeps, directory: DirectoryRef, known: readonly KnownGeneration[]) => DirectoryTailer;
