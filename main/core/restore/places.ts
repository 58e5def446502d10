import { basename, dirname, join } from 'node:path';
import type { SessionSummary } from '../types.ts';
import { isHeld, transcriptLock } from './file-lock.ts';
import { indexEditor } from './index-edit.ts';
import { type IndexReference, transcriptNameOf } from './index-text.ts';
import { isSafeAgent, isSafeSessionId, transcriptPath } from './restore-plan.ts';
import type { RestorerDeps } from './restoring.ts';
import { checkOutputDirectory, checkSessionsDirectory, type DirectoryCheck } from './safe-directory.ts';
import { look, targetDisk } from './target-disk.ts';

/** Where a restore would write, and what is there now. */
export interface Place {
  readonly path: string;
  readonly check: DirectoryCheck;
  readonly indexProblem?: string;
  readonly pathTaken: boolean;
  /** `same-session` only: the entry of the index whose chat would go on, and whether a turn holds its lock. */
  readonly chat?: { readonly entry: IndexReference | undefined; readonly isLocked: boolean };
}

/** For a session of its own. */
export function sessionsPlace(deps: RestorerDeps, session: SessionSummary, sessionId: string): Place {
  const directory = directoryPlace(deps, session, sessionId);
  if (directory.check.is === 'unsafe') return directory;
  return { ...directory, pathTaken: look(directory.path) !== undefined || look(`${directory.path}.lock`) !== undefined };
}

/** For the session that the chat is in now. */
export function chatPlace(deps: RestorerDeps, session: SessionSummary): Place {
  const directory = directoryPlace(deps, session, session.nativeId);
  if (directory.check.is === 'unsafe') return directory;
  const name = basename(directory.path);
  const index = directory.check.is === 'missing' ? undefined : indexEditor(lockDeps(deps), directory.check.path).read();
  const entry = index?.ok === true ? index.entries.find((candidate) => transcriptNameOf(candidate) === name) : undefined;
  const isLocked = isHeld(lockDeps(deps), transcriptLock(directory.path));
  return { ...directory, pathTaken: look(directory.path) !== undefined, chat: { entry, isLocked } };
}

export function outputPlace(deps: RestorerDeps, session: SessionSummary, output: string): Place {
  const check = checkOutputDirectory(dirname(output));
  if (check.is === 'unsafe') return { path: output, check, pathTaken: false };
  const path = join(check.path, basename(output));
  const sessions = deps.directoryOf(session.sourceId, session.agent);
  if (check.path === sessions) {
    // A transcript that no index entry names is deleted by OpenClaw's disk budget, and one that does is the agent's.
    return { path, check: { is: 'unsafe', reason: "this is OpenClaw's own folder of sessions" }, pathTaken: false };
  }
  return { path, check, pathTaken: look(path) !== undefined };
}

function directoryPlace(deps: RestorerDeps, session: SessionSummary, stem: string): Place {
  const directory = deps.directoryOf(session.sourceId, session.agent);
  const root = deps.rootOf(session.sourceId);
  const unsafe = (reason: string): Place => ({ path: '', check: { is: 'unsafe', reason }, pathTaken: false });
  if (directory === undefined || root === undefined) return unsafe('the folder of sessions of this agent is not known');
  if (!isSafeAgent(session.agent)) return unsafe('the name of the agent is none that OpenClaw gives');
  if (!isSafeSessionId(stem)) return unsafe('the id of the session is none that OpenClaw gives');
  const check = checkSessionsDirectory(directory, root);
  if (check.is === 'unsafe') return { path: transcriptPath(directory, stem), check, pathTaken: false };
  const index = check.is === 'missing' ? undefined : indexEditor(lockDeps(deps), check.path).read();
  return {
    path: transcriptPath(check.path, stem),
    check,
    pathTaken: false,
    ...(index === undefined || index.ok ? {} : { indexProblem: index.reason }),
  };
}

function lockDeps(deps: RestorerDeps) {
  return { clock: deps.clock, disk: targetDisk(), alive: deps.gateway.alive.bind(deps.gateway) };
}
