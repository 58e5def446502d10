import { basename, dirname, join } from 'node:path';
import type { AdminSession } from '../gateway/gateway.ts';
import type { Clock } from '../platform/clock.ts';
import { CoreError, errnoOf } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import type { RestoreDraft } from '../store/store.ts';
import type { RefusalCode, RestorePhase } from '../types.ts';
import { type FileLockDeps, lockScratchName } from './file-lock.ts';
import type { DatabasePlace } from './import-check.ts';
import type { IndexEditor } from './index-edit.ts';
import { indexTmpName } from './index-edit.ts';
import type { IndexText } from './index-text.ts';
import type { PlannedContent } from './reading.ts';
import { type Refusal, refusal } from './restore-plan.ts';
import type { GatewayProbe, OpenclawProgram } from './restoring.ts';
import { hashFile, look, stampOf, type TargetDisk } from './target-disk.ts';

/** What the targets of a restore work with. */
export interface RestoreTools {
  readonly clock: Clock;
  readonly log: Logger;
  readonly disk: TargetDisk;
  readonly index: (directory: string) => IndexEditor;
  readonly locking: FileLockDeps;
  /** Writes the phase of a restore into the buffer, durably. */
  readonly record: (id: string, phase: RestorePhase, error?: string) => void;
  /** Throws CoreError `gateway-running`. */
  readonly refuseWhileGatewayRuns: (sourceId: number) => Promise<void>;
  /** How OpenClaw can be told of something now. Throws CoreError `gateway-running` when nobody can say. */
  readonly wayTo: (sourceId: number) => Promise<Way>;
  /** The same, with what is in the way in place of an error. */
  readonly wayNow: (sourceId: number) => Promise<PlannedWay>;
  /** Throws CoreError `gateway-stopped`, `gateway-refused`. */
  readonly askGateway: (sourceId: number) => Promise<WithAdmin>;
  readonly pauseFor: (sourceId: number) => Promise<{ readonly state: 'running' | 'stopped' | 'unknown'; readonly pause?: GatewayPause }>;
  /** Ids of sessions that restores of ours made, or were to make, by key. */
  readonly restoredKeys: () => ReadonlyMap<string, ReadonlySet<string>>;
  /** See `RestorerDeps.copies`. */
  readonly copies: string;
  /** The database that holds, or would hold, this session. */
  readonly databaseOf: (sourceId: number, draft: Pick<RestoreDraft, 'agent' | 'path'>) => DatabasePlace;
  /** A turn runs in this chat, by what witnesses noticed. */
  readonly isBusy: (sourceId: number, agent: string, sessionKey: string) => boolean;
  /** The gateway has named the session that it made for a restore. */
  readonly place: (id: string, place: { readonly sessionId: string; readonly path: string }) => void;
}

/** `index`: nobody else writes it now. */
export type Way = { readonly is: 'index' } | { readonly is: 'gateway'; readonly admin: WithAdmin } | ImportWay;

/** `closed`: something is in the way of all of them. */
export type PlannedWay = Way | { readonly is: 'closed'; readonly refusal: Refusal };

/** Its own importer, while no gateway runs. */
export interface ImportWay {
  readonly is: 'import';
  readonly program: OpenclawProgram;
  /** The gateway runs, and may be stopped for as long as it takes. */
  readonly pause?: GatewayPause;
  /** The gateway runs and lets us in. */
  readonly ask?: WithAdmin;
}

/** What stopping and starting a gateway needs. */
export interface GatewayPause {
  readonly clock: Clock;
  readonly log: Logger;
  readonly gateway: GatewayProbe;
  readonly program: OpenclawProgram;
  readonly root: string;
}

/** A connection with `operator.admin`, for as long as the work takes. */
export type WithAdmin = <T>(work: (session: AdminSession) => Promise<T>) => Promise<T>;

/** Of a finished or taken back restore. */
export type Settled = 'verified' | 'failed' | 'undone';

/** Throws CoreError `index-unreadable`. */
export function readIndex(tools: RestoreTools, directory: string): IndexText & { readonly ok: true } {
  const index = tools.index(directory).read();
  if (index.ok) return index;
  throw refused('index-unreadable', `OpenClaw's index of sessions cannot be read: ${index.reason}.`);
}

export function refused(code: RefusalCode, message: string): CoreError {
  const { hint } = refusal(code, message);
  return new CoreError(code, message, hint);
}

/** Bears the id of the restore, which nobody can guess before it is recorded: what has this name is ours. */
export function tmpPath(draft: RestoreDraft): string {
  return join(dirname(draft.path), `.clawback-${draft.id}.tmp`);
}

/** A second name of the restored file that stands while an undo is under way. */
export function undoMarkPath(draft: RestoreDraft): string {
  return join(dirname(draft.path), `.clawback-${draft.id}.undo`);
}

/**
 * Writes the content under a scratch name, proves by reading it back that it is what was planned, and only then links it
 * to its own name in one step: the file is there whole or not at all, and one that stands there already stays. On failure
 * nothing of it is left.
 */
export async function publish(tools: RestoreTools, draft: RestoreDraft, content: PlannedContent): Promise<RestoredFile> {
  const staged = await stage(tools, draft, content);
  linkStaged(tools, draft);
  concludePublishing(tools, draft);
  return staged;
}

/** The first half of it: whole and proven under its scratch name. */
export async function stage(tools: RestoreTools, draft: RestoreDraft, content: PlannedContent): Promise<RestoredFile> {
  const tmp = tmpPath(draft);
  const proven = await tools.disk.createProven('tmp', tmp, content.bytes);
  try {
    if (proven.sha256 !== draft.sha256) throw await whyOther(draft, content);
    if (draft.target !== 'file') refuseForeignOwner(tmp, dirname(draft.path));
    tools.record(draft.id, 'written');
    return { is: 'intact', stamp: proven.stamp };
  } catch (error) {
    tools.disk.unlink('tmp-discard', tmp);
    throw error;
  }
}

/** The name itself. Nothing else, so that a lock that is held for it is held no longer than that. */
export function linkStaged(tools: RestoreTools, draft: RestoreDraft): void {
  try {
    linkNew(tools.disk, tmpPath(draft), draft.path);
  } catch (error) {
    tools.disk.unlink('tmp-discard', tmpPath(draft));
    throw error;
  }
}

/** Makes the name durable. On failure the file is gone again, unless somebody went on with it already. */
export function concludePublishing(tools: RestoreTools, draft: RestoreDraft): void {
  const { disk } = tools;
  try {
    disk.unlink('tmp-unlink', tmpPath(draft));
    disk.syncDirectory('publish-sync', dirname(draft.path));
    tools.record(draft.id, 'linked');
  } catch (error) {
    disk.unlink('tmp-discard', tmpPath(draft));
    if (inspect(draft).is === 'intact') disk.unlink('publish-discard', draft.path);
    throw error;
  }
}

/** What lies on the disk is not what was planned. Throws CoreError `buffer-damaged` when the recording is to blame. */
async function whyOther(draft: RestoreDraft, content: PlannedContent): Promise<CoreError> {
  if ((await content.checkedSha256()) === draft.sha256) return notReadBack();
  return new CoreError('refused', 'the recording changed since the preview', 'Look at the preview again and repeat the restore.');
}

export function notReadBack(): CoreError {
  return new CoreError('io', 'the restored conversation did not read back as it was written', 'Check the volume, then try again.');
}

function linkNew(disk: TargetDisk, tmp: string, path: string): void {
  try {
    disk.link('publish', tmp, path);
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') throw refused('target-exists', `There is already a file at this path: ${path}`);
    throw error;
  }
}

/** OpenClaw, running as another user, could neither read the file nor the index, and would take our lock for dead. */
function refuseForeignOwner(tmp: string, directory: string): void {
  if (look(tmp)?.uid === look(directory)?.uid) return;
  throw refused('not-permitted', 'The folder of sessions belongs to another user.');
}

/** Clears away scratch files that a crash left. Never the restored file itself. */
export function removeScratch(tools: RestoreTools, draft: RestoreDraft): void {
  const directory = dirname(draft.path);
  const names = [basename(tmpPath(draft)), ...(draft.target !== 'file' ? [lockScratchName(draft.id), indexTmpName(draft.id)] : [])];
  for (const name of names) {
    const path = join(directory, name);
    if (look(path)?.isFile() === true) tools.disk.unlink('recover-scratch', path);
  }
}

/**
 * What stands at the path of a restored file: exactly what was written, that with more lines behind it (the
 * conversation went on), or something else. `stamp` changes when the file does.
 */
export type RestoredFile = { readonly is: 'missing' } | { readonly is: 'intact' | 'grown' | 'other'; readonly stamp: string };

export function inspect(draft: RestoreDraft): RestoredFile {
  const stat = look(draft.path);
  if (stat === undefined) return { is: 'missing' };
  const stamp = stampOf(stat);
  if (!stat.isFile()) return { is: 'other', stamp };
  if (hashFile(draft.path)?.sha256 === draft.sha256) return { is: 'intact', stamp };
  let starts = false;
  hashFile(draft.path, (sha256) => {
    starts = sha256() === draft.sha256;
    return starts;
  });
  return { is: starts ? 'grown' : 'other', stamp };
}

/** Whether the file is still the one that was inspected. */
export function isUnchangedSince(draft: RestoreDraft, inspected: RestoredFile): boolean {
  const stat = look(draft.path);
  return (stat && stampOf(stat)) === (inspected.is === 'missing' ? undefined : inspected.stamp);
}
