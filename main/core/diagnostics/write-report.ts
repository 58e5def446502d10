import { rmSync, statSync, writeFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { CoreError, errnoOf } from '../platform/errors.ts';

/** Writes a new file that only its owner can read. Throws CoreError `invalid`, `target-exists`, `disk-full`, `permission-denied`, `io`. */
export function writeReport(output: string, content: Readonly<Record<string, unknown>>): { readonly path: string; readonly bytes: number } {
  if (!isAbsolute(output)) throw new CoreError('invalid', `not an absolute path: ${output}`, 'Name the folder too.');
  const text = `${JSON.stringify(content, undefined, 2)}\n`;
  try {
    writeFileSync(output, text, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    const named = writeError(error, output);
    // Ours, and only half of it.
    if (named.code === 'disk-full' && statSync(output, { throwIfNoEntry: false }) !== undefined) rmSync(output);
    throw named;
  }
  return { path: output, bytes: Buffer.byteLength(text) };
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
