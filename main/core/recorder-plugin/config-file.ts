import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { CoreError, errnoOf } from '../platform/errors.ts';
import { realPath } from '../platform/real-paths.ts';

/**
 * Replaces a configuration in one step, with its owner and mode, unless it is not what it was when the change was shown.
 * A symbolic link stays one: the file that it leads to is replaced. Throws CoreError `config-changed`, `permission-denied`.
 */
export function replaceConfig(path: string, before: Uint8Array, after: Uint8Array): void {
  const target = realPath(path);
  if (target === undefined) throw changed(path);
  const scratch = join(dirname(target), `.${basename(target)}.clawback-${randomBytes(6).toString('hex')}.tmp`);
  try {
    refuseChanged(target, before);
    writeLike(target, scratch, after);
    refuseChanged(target, before);
    renameSync(scratch, target);
    syncDirectory(dirname(target));
  } catch (error) {
    rmSync(scratch, { force: true });
    const code = errnoOf(error);
    if (error instanceof CoreError || code === undefined) throw error;
    if (code === 'ENOENT') throw changed(path);
    throw new CoreError(
      'permission-denied',
      `the configuration cannot be changed (${code}): ${path}`,
      'Look at its permissions and at the room on its disk.',
      error,
    );
  }
}

function refuseChanged(target: string, before: Uint8Array): void {
  if (Buffer.compare(readFileSync(target), before) !== 0) throw changed(target);
}

function changed(path: string): CoreError {
  return new CoreError(
    'config-changed',
    `the configuration changed in the meantime: ${path}`,
    'Look at the change again and repeat the command.',
  );
}

/** OpenClaw, running as the file's owner, must be able to read what takes its place. */
function writeLike(target: string, scratch: string, bytes: Uint8Array): void {
  const { mode, uid, gid } = statSync(target);
  const descriptor = openSync(scratch, 'wx', 0o600);
  try {
    writeFileSync(descriptor, bytes);
    const own = fstatSync(descriptor);
    if (own.uid !== uid || own.gid !== gid) fchownSync(descriptor, uid, gid);
    fchmodSync(descriptor, mode & 0o7777);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function syncDirectory(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
