import type { Health, SessionState, StorageLayout, StorageWork, WitnessKind } from '../../core/types.ts';
import { count, format } from './quantities.ts';

/** What the product says about itself and its sources at a glance. */
export const status = {
  paused: 'Paused; nothing is being saved',
  pausedUntil: (time: string) => `Paused until ${time}; nothing is being saved`,
  working: {
    moving: 'Moving the buffer; nothing is saved meanwhile',
    erasing: 'Erasing everything; nothing is saved meanwhile',
  } satisfies Record<StorageWork, string>,
  partly: 'Not fully protected',
  not: 'Not protecting',
  starting: 'Starting…',
  nothingToProtect: 'No OpenClaw to protect',
  nothingRecorded: 'Nothing is being recorded.',
  protected: 'Protected',
  importing: (doneBytes: number, totalBytes: number) => `Protected, saving what was there before: ${format.percent(doneBytes, totalBytes)}`,
  /** `unlisted`: of them, those that OpenClaw shows nowhere any more. */
  found: (conversations: number, unlisted: number) =>
    `${count.conversations(conversations)} found${unlisted === 0 ? '' : `, ${format.number(unlisted)} of them no longer visible in OpenClaw`}`,
  foundAndSaved: (found: string) => `${found}; all saved`,
  readSoFar: (doneBytes: number, totalBytes: number) => `${format.bytes(doneBytes)} of ${format.bytes(totalBytes)} saved`,
  importTitle: 'Saving what is there',
  live: (conversations: number) => `${format.number(conversations)} live ${conversations === 1 ? 'conversation' : 'conversations'}`,
  savedAgo: (elapsedMs: number) => `last saved ${format.ago(elapsedMs)}`,
  savedAt: (time: string) => `last saved at ${time}`,
  sourceProblems: {
    'source-unreadable': 'cannot be read',
    'skipped-files': 'holds files that cannot be read',
    'root-missing': 'is not there at the moment',
  },
  /** `version`: of the database. What can be read of it is saved. */
  unsupportedFormat: (version: string) =>
    `keeps conversations in a database of a kind that Clawback does not know (version ${version}): what can be read of it is saved, and some of it may be missing`,
  sourceTrouble: (root: string, problem: string) => `${root} ${problem}.`,
};

/** One or two words for a list, and a sentence for whoever asks. */
export const states = {
  live: { word: 'Live', meaning: 'The conversation is going on and every line of it is being saved.' },
  dormant: { word: 'Saved', meaning: 'Nothing was added for a while. All of it is saved.' },
  suspended: { word: 'Checking', meaning: 'The file just changed in an unusual way. Clawback is finding out what happened.' },
  reset: { word: 'Reset', meaning: 'OpenClaw put this conversation away. The next one begins with its first reply.' },
  superseded: { word: 'Continued', meaning: 'OpenClaw went on in a new session. This part is saved.' },
  orphaned: { word: 'Not saved on', meaning: 'The conversation went on after a reset, and OpenClaw wrote nothing of that to disk.' },
  lost: { word: 'Only here', meaning: 'Messages of this conversation are gone from disk. Clawback holds the only copy.' },
  restoring: { word: 'Restoring', meaning: 'The conversation is being put back.' },
  restored: { word: 'Restored', meaning: 'The conversation was put back.' },
  archived: { word: 'Archived', meaning: 'The conversation is no longer listed by OpenClaw. All of it is saved.' },
} satisfies Record<SessionState, { readonly word: string; readonly meaning: string }>;

export const health = {
  protecting: 'Protecting',
  'catching-up': 'Catching up',
  paused: 'Paused',
  degraded: 'Not fully protected',
  stopped: 'Not running',
} satisfies Record<Health, string>;

/** Who else sees a conversation. */
export const witnesses = {
  names: {
    'gateway-stream': 'Live stream of the gateway',
    'recorder-plugin': 'Recorder in OpenClaw',
    'acp-store': 'Conversations of ACP agents',
    trajectory: "OpenClaw's trajectory files",
    'pending-input': 'Messages that OpenClaw accepted',
  } satisfies Record<WitnessKind, string>,
  listening: 'listening',
  waiting: {
    'gateway-stream': 'waiting for a gateway to run',
    'recorder-plugin': 'waiting for the gateway to start with it',
    'acp-store': 'none on this machine',
    trajectory: 'none written by this OpenClaw',
    'pending-input': 'none kept by this OpenClaw',
  } satisfies Record<WitnessKind, string>,
  off: 'off',
  notInstalled: 'not installed (clawback recorder install)',
  blocked: 'blocked',
  withLast: (state: string, elapsedMs: number) => `${state}, last message ${format.ago(elapsedMs)}`,
  /** How a message came to us when no transcript holds it. */
  neverSaved: {
    'gateway-stream': 'never saved by OpenClaw, seen on the live stream',
    'recorder-plugin': 'never saved by OpenClaw, seen by the recorder',
    'acp-store': 'never saved by OpenClaw, kept by the ACP agent',
    trajectory: 'never saved by OpenClaw, kept in a trajectory file',
    'pending-input': 'accepted by OpenClaw and never answered',
  } satisfies Record<WitnessKind, string>,
  onlyHere: 'only here',
  cutOff: 'cut off',
};

export const source = {
  gatewayRunning: 'OpenClaw is running',
  gatewayStopped: 'OpenClaw is not running',
  polling: 'watched by polling',
  layouts: { 'openclaw-jsonl': 'files', 'openclaw-sqlite': 'database' } satisfies Record<StorageLayout, string>,
};
