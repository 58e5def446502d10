import { statfsSync } from 'node:fs';
import { CoreError, errnoOf } from '../platform/errors.ts';

/** Below this much free space an I/O error of SQLite is taken for a full disk: some of its writes report ENOSPC only as IOERR. */
const FULL_DISK_BYTES = 256 * 1024;

const DISK_FULL = 'Free some space on the disk that holds the buffer; capture continues by itself.';

/** Names a fault of the buffer in `home` as a CoreError; a CoreError and anything that is no storage fault come back as they are. */
export function storageError(error: unknown, home: string): unknown {
  if (error instanceof CoreError) return error;
  const code = errnoOf(error);
  if (code === undefined) return error;
  if (code === 'ENOSPC' || code === 'EDQUOT' || code.startsWith('SQLITE_FULL')) {
    return new CoreError('disk-full', 'The disk that holds the buffer is full.', DISK_FULL, error);
  }
  if (isDamage(code)) {
    return new CoreError(
      'buffer-damaged',
      'The buffer is damaged.',
      'Clawback sets a damaged buffer aside at its next start and captures anew.',
      error,
    );
  }
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new CoreError('buffer-locked', 'Another process is writing to the buffer.', 'Close the other program that has it open.', error);
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_PERM')) {
    return new CoreError('permission-denied', `The buffer in ${home} cannot be written.`, 'Check who owns that folder.', error);
  }
  if (code.startsWith('SQLITE_IOERR') || code.startsWith('SQLITE_CANTOPEN') || /^E[A-Z]+$/.test(code)) {
    if (hasNoSpace(home)) return new CoreError('disk-full', 'The disk that holds the buffer is full.', DISK_FULL, error);
    return new CoreError('io', `The buffer in ${home} cannot be read or written (${code}).`, 'Check the disk and the folder.', error);
  }
  if (code.startsWith('SQLITE_')) return new CoreError('bug', `The buffer refused a statement (${code}).`, 'Please report this.', error);
  return error;
}

/** Whether an error means that the database file itself is not sound. */
export function isDamage(code: string | undefined): boolean {
  return code !== undefined && (code.startsWith('SQLITE_CORRUPT') || code.startsWith('SQLITE_NOTADB') || code === 'buffer-damaged');
}

function hasNoSpace(home: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(home);
    return bavail * bsize < FULL_DISK_BYTES;
  } catch (error) {
    // The folder itself is gone or out of reach: that is no full disk. Anything without an errno is a bug of ours.
    if (errnoOf(error) === undefined) throw error;
    return false;
  }
}
