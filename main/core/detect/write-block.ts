import type { DirectoryView } from './detection.ts';

/** Why OpenClaw cannot write a transcript, where it can be seen from outside. */
export type WriteBlock = 'no-directory' | 'directory-read-only' | 'read-only-file' | 'disk-full' | 'lock-of-dead-process' | 'unknown';

/** OpenClaw's lines are longer; with less there is no room for the next one. */
const ROOM_FOR_A_LINE_BYTES = 64 * 1024;

/** Pure but for the probe, which looks at rights and room once, now. */
export function writeBlock(view: DirectoryView | undefined, nativeId: string): WriteBlock {
  if (view === undefined) return 'unknown';
  if (view.state === 'missing') return 'no-directory';
  const rights = view.probe?.(nativeId);
  if (rights?.directory === 'missing') return 'no-directory';
  if (rights?.transcript === 'read-only') return 'read-only-file';
  if (rights?.directory === 'read-only') return 'directory-read-only';
  if (rights?.freeBytes !== undefined && rights.freeBytes < ROOM_FOR_A_LINE_BYTES) return 'disk-full';
  const lock = view.locks.find((held) => held.nativeId === nativeId);
  return lock?.holderAlive === false ? 'lock-of-dead-process' : 'unknown';
}
