import { CoreError } from '../platform/errors.ts';

/** What is known about a folder that somebody chose for the buffer. Paths are absolute and without symbolic links. */
export interface MoveFacts {
  /** That holds the buffer now. */
  readonly from: string;
  readonly to: string;
  /** Clawback's own directory, where the buffer is by default. */
  readonly home: string;
  /** `absent`: it would be made, and the folder above is there. */
  readonly target: 'directory' | 'absent' | 'no-directory' | 'nowhere';
  /** What stands in it; of the home, what would be in the way. */
  readonly names: readonly string[];
  /** Whether files of ours can be made there, be kept from other users, and be locked. */
  readonly disk: 'good' | 'read-only' | 'not-private' | 'network' | 'no-locks';
  readonly bytes: number;
  /** `undefined`: the disk does not say. */
  readonly bytesFree: number | undefined;
  /** State directories of OpenClaw. */
  readonly openclaw: readonly string[];
}

/** The buffer grows while it is used. */
export const ROOM_BYTES = 64 * 1024 * 1024;
/** Finder leaves it behind wherever it looks. */
const NOTHING = '.DS_Store';

/** Why the buffer cannot be there; `undefined`: it can. Pure. */
export function moveRefusal(facts: MoveFacts): CoreError | undefined {
  const { from, to, home, bytes, bytesFree } = facts;
  if (to === from) return new CoreError('target-same', `The buffer is in ${to} already.`, 'Choose another folder.');
  if (facts.target === 'nowhere') return new CoreError('not-found', `There is no folder ${to}.`, 'Make it first, or attach its disk.');
  if (facts.target === 'no-directory') return new CoreError('target-exists', `${to} is no folder.`, 'Choose a folder.');
  const openclaw = facts.openclaw.find((root) => isWithin(to, root));
  if (openclaw !== undefined) {
    return new CoreError(
      'target-in-openclaw',
      `${to} belongs to OpenClaw.`,
      'What happens to OpenClaw must not happen to its copy: choose a folder elsewhere.',
    );
  }
  // What stands in its own directory is Clawback's to remove: logs when everything is erased, what a self-test left at every start.
  if (to !== home && (isWithin(to, from) || isWithin(to, home))) {
    return new CoreError('target-in-buffer', `${to} is inside a folder of Clawback itself.`, 'Choose a folder elsewhere.');
  }
  if (facts.names.some((name) => name !== NOTHING)) {
    return notEmpty(to);
  }
  return diskRefusal(facts) ?? (bytesFree === undefined || bytesFree >= bytes + ROOM_BYTES ? undefined : full(to, bytes));
}

export function notEmpty(to: string): CoreError {
  return new CoreError('target-not-empty', `${to} is not empty.`, 'Make a new folder there and choose that.');
}

function diskRefusal({ disk, to }: MoveFacts): CoreError | undefined {
  switch (disk) {
    case 'good':
      return undefined;
    case 'read-only':
      return new CoreError('permission-denied', `Clawback cannot write to ${to}.`, 'Choose a folder of your own.');
    case 'not-private':
      return new CoreError(
        'target-not-private',
        `The disk of ${to} does not keep files from other users.`,
        'Choose a disk that is formatted for this system, not FAT or exFAT.',
      );
    case 'network':
      return new CoreError(
        'target-network',
        `${to} is on another computer.`,
        'A buffer needs a disk of this computer: over a network it can be damaged.',
      );
    case 'no-locks':
      return new CoreError(
        'target-no-locks',
        `The disk of ${to} cannot hold a database.`,
        'Choose a local disk that is formatted for this system.',
      );
  }
}

/** `bytes`: of the buffer. */
export function full(to: string, bytes: number): CoreError {
  const megabytes = Math.ceil((bytes + ROOM_BYTES) / 1e6);
  return new CoreError('target-full', `There is not enough space for ${to}.`, `About ${megabytes} MB must be free there.`);
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}
