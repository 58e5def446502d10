import { CoreError, errnoOf } from '../platform/errors.ts';

/** Code of a fault of the file system, e.g. EACCES or `not-a-file`. Throws what is none: a bug must not pass for one. */
export function faultOf(error: unknown): string {
  const code = errnoOf(error);
  if (code === undefined || (error instanceof CoreError && code !== 'not-a-file')) throw error;
  return code;
}
