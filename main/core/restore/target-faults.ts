import { CoreError, errnoOf } from '../platform/errors.ts';
import { refused } from './publishing.ts';

/** What a person can do about a fault at the place where something is written. Errors without an errno stay as they are. */
export function withHint(error: unknown): unknown {
  const errno = errnoOf(error);
  if (error instanceof CoreError) {
    return errno === 'buffer-damaged' ? refused('mirror-damaged', 'The recording of this conversation is damaged.') : error;
  }
  switch (errno) {
    case undefined:
      return error;
    case 'ENOSPC':
    case 'EDQUOT':
      return refused('disk-full', 'The volume is full.');
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return refused('not-permitted', 'Clawback may not write into this folder.');
    case 'EEXIST':
      return refused('target-exists', 'There is already a file at this path.');
    case 'ELOOP':
    case 'ENOTDIR':
      return refused('unsafe-path', 'A symbolic link or a file stands where a folder should be.');
    case 'EOPNOTSUPP':
    case 'ENOTSUP':
    case 'ENOSYS':
      return refused('not-permitted', 'This volume has no hard links, which a restore needs to overwrite nothing.');
    default:
      return new CoreError('io', `the restore failed: ${errno}`, 'Check the volume, then try again.', error);
  }
}
