import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { CoreError, errnoOf } from '../platform/errors.ts';

/**
 * Writes a file that only its owner can read: a new one, or with `replace` in place of one that stands there, whole or not at all.
 * Throws CoreError `invalid`, `target-exists`, `disk-full`, `permission-denied`, `io`.
 */
export function writeReport(
  output: string,
  content: Readonly<Record<string, unknown>>,
  replace: boolean,
): { readonly path: string; readonly bytes: number } {
  if (!isAbsolute(output)) throw new CoreError('invalid', `not an absolute path: ${output}`, 'Name the folder too.');
  const bytes = Buffer.from(`${JSON.stringify(content, undefined, 2)}\n`);
  try {
    if (replace) replaceWith(output, bytes);
    else createWith(output, bytes);
  } catch (error) {
    throw writeError(error, output);
  }
  return { path: output, bytes: bytes.length };
}

function replaceWith(output: string, bytes: Buffer): void {
  const draft = join(dirname(output), `.clawback-${randomUUID()}.tmp`);
  createWith(draft, bytes);
  try {
    renameSync(draft, output);
  } catch (error) {
    rmSync(draft);
    throw error;
  }
  const folder = openSync(dirname(output), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function createWith(path: string, bytes: Buffer): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
    fsyncSync(file);
  } catch (error) {
    // Ours, and only half of it.
    rmSync(path);
    throw error;
  } finally {
    closeSync(file);
  }
}

function writeError(error: unknown, output: string): CoreError {
  const code = errnoOf(error);
  if (code === undefined) throw error;
  if (code === 'EEXIST') return new CoreError('target-exists', `${output} is there already`, 'Choose another name.', error);
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new CoreError('invalid', `the folder of ${output} is not there`, 'Choose another folder.', error);
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new CoreError('disk-full', 'the disk is full', 'Free some space, or choose another disk.', error);
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return new CoreError('permission-denied', `${output} may not be written`, 'Choose another folder.', error);
  return new CoreError('io', `${output} cannot be written (${code})`, 'Choose another folder.', error);
}
