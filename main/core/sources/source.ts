import type { ArchiveMark } from '../capture/change.ts';
import type { FileSystem } from '../platform/file-system.ts';
import type { SourceLayout } from '../types.ts';

/**
 * One way in which an agent product stores its conversations. Everything that knows names and formats of that product is
 * behind this; nothing else may branch on the layout.
 */
export interface TranscriptSource {
  readonly layout: SourceLayout;
  /** Where conversations of a state directory are, from its names and its configuration, files first; reads no transcript. Never throws. */
  directories(root: string, fs: FileSystem): readonly SessionsDirectory[];
  /** OpenClaw keeps the conversations of a state directory in databases now, so that a file put there is none of them. Never throws. */
  keepsElsewhere(root: string, fs: FileSystem): boolean;
  /** What a name in a sessions directory means. Pure and total. */
  classify(name: string): Artefact;
  /** Pure and total: never throws, `opaque` when unknown. `line` has no line end. */
  parse(line: Uint8Array): ParsedLine;
  /** Name of the index file of a sessions directory. */
  readonly indexName: string;
  /** Pure. The index file of a sessions directory. */
  parseIndex(bytes: Uint8Array): IndexReading;
  /** Pure. A turn's lock file; `undefined` for garbage. */
  parseLock(bytes: Uint8Array): LockReading | undefined;
}

export interface SessionsDirectory {
  readonly agent: string;
  /** Absolute; may not exist yet. */
  readonly path: string;
  /** `database`: `path` is the file of one. Absent: files. */
  readonly store?: 'files' | 'database';
}

export type Artefact =
  /** A conversation or an archive of one. `name` is the name it has (had) while live: `<nativeId>.jsonl`. */
  | {
      readonly is: 'transcript';
      readonly name: string;
      readonly nativeId: string;
      readonly sessionId: string;
      readonly archived?: ArchiveMark;
    }
  /** Kept as bytes, e.g. `<id>.trajectory.jsonl`, `<id>.acp-stream.jsonl`, and their archives. */
  | { readonly is: 'sidecar'; readonly name: string; readonly nativeId?: string; readonly archived?: ArchiveMark }
  /** `sessions.json` and its backups. */
  | { readonly is: 'index'; readonly name: string; readonly archived?: ArchiveMark }
  /** A turn is running on the transcript `of`, or the index is being written. */
  | { readonly is: 'lock'; readonly of: string }
  | { readonly is: 'ignored' };

export interface ParsedLine {
  /** `message`: user, assistant or tool result. `header`: first line of a transcript. */
  readonly kind: 'header' | 'message' | 'boundary' | 'meta' | 'opaque';
  readonly role?: 'user' | 'assistant' | 'tool' | 'system';
  readonly entryId?: string;
  readonly parentId?: string;
  readonly at?: number;
  /** As a person would read it: the envelope that OpenClaw wraps around user text is taken off, tool calls are `[tool name]`. */
  readonly text?: string;
  readonly boundary?: 'compaction' | 'reset';
  /** Header only. */
  readonly sessionId?: string;
  readonly version?: number;
  /** Assistant messages: ended by an error or an abort. */
  readonly stopReason?: string;
  /** The user text is the prompt that OpenClaw itself writes after `/new` and `/reset`. */
  readonly startsSession?: boolean;
}

export type IndexReading =
  | { readonly ok: true; readonly entries: ReadonlyMap<string, IndexEntry> }
  | { readonly ok: false; readonly reason: string };

/** One routing key of `sessions.json` (2026.3 keeps no history of former ids). */
export interface IndexEntry {
  readonly key: string;
  readonly sessionId: string;
  /** Base name of the entry's `sessionFile`, only when it lies inside the sessions directory by name. */
  readonly fileName?: string;
  readonly updatedAt?: number;
  readonly label?: string;
  readonly displayName?: string;
  readonly abortedLastRun?: boolean;
  /**
   * A run of this very `sessionId` has ended and its result was stored: `systemPromptReport.sessionId` equals `sessionId`, and the
   * report's provider has no entry in `cliSessionIds` (command line backends keep no transcript). Then the transcript must exist:
   * OpenClaw 2026.3.13 writes it before the report in every way a run can end (answered, NO_REPLY, aborted before any text, failed,
   * model unreachable). Nothing else proves it: `/new` keeps `model` and the report of the session before, `sessions.reset` keeps
   * `model` and sets the token counts to 0, `abortedLastRun` stays false after an abort, `updatedAt` moves at the start of a turn.
   * A turn cut short by SIGTERM or SIGKILL leaves no report of its own.
   */
  readonly ranOnce: boolean;
  readonly hasSessionFile: boolean;
  readonly isAcp: boolean;
  /** `acp.state`: `running` while a runner answers, or has died without saying so. */
  readonly acpState?: string;
  /** When a runner last began or ended something for it. */
  readonly acpActiveAt?: number;
  /** The runner's record of it, and where its agent works. */
  readonly acpRecordId?: string;
  readonly acpCwd?: string;
}

export interface LockReading {
  readonly pid: number;
  readonly createdAt?: number;
  /** /proc/<pid>/stat field 22 on Linux. */
  readonly startTime?: number;
}
