import { isObject, isoTimeOf, readJson, stringOf } from './json-value.ts';
import type { LockReading } from './source.ts';

/**
 * Lock of a turn or of the index: `{"pid","createdAt","starttime"}` (2026.3.13). The gateway's own lock has the same
 * content with `startTime` and `configPath`. A lock that was torn by a crash is empty.
 */
export function parseLockFile(bytes: Uint8Array): (LockReading & { readonly configPath?: string }) | undefined {
  const lock = readJson(bytes);
  // Pids below 1 address process groups: a probe of one would ask about the wrong processes.
  if (!isObject(lock) || !isCount(lock.pid) || lock.pid < 1 || lock.pid > 0x7fffffff) return undefined;
  const createdAt = isoTimeOf(lock.createdAt);
  const startTime = lock.starttime ?? lock.startTime;
  const configPath = stringOf(lock.configPath);
  return {
    pid: lock.pid,
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(isCount(startTime) ? { startTime } : {}),
    ...(configPath === undefined ? {} : { configPath }),
  };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
