import type { FileStat } from '../platform/file-system.ts';
import type { Checkpoint, FileIdentity, Fingerprint } from './change.ts';
import { identityOf, sameFingerprint, sameIdentity } from './fingerprint.ts';

/**
 * What was seen of a file that should continue a checkpoint. Fingerprints are of the checkpoint's own stretches: its
 * head, and its tail before the offset. They are absent when they were not read, which proves nothing unless the stat
 * alone shows that nothing happened.
 */
export interface Probe {
  readonly stat: FileStat | undefined;
  readonly head?: Fingerprint;
  readonly tail?: Fingerprint;
  /**
   * All bytes before the offset, for files that are replaced by versions of equal length (the index: a time stamp in its
   * middle changes and neither head nor tail do).
   */
  readonly body?: 'same' | 'changed';
}

/** What happened to a file since its checkpoint; the heart of the tailer. */
export type Verdict =
  | { readonly is: 'unchanged' }
  | { readonly is: 'appended'; readonly from: number; readonly to: number }
  /** Another inode with the same bytes up to the offset. */
  | { readonly is: 'rebound'; readonly identity: FileIdentity }
  | { readonly is: 'truncated'; readonly to: number }
  /** Same inode, other bytes. */
  | { readonly is: 'rewritten' }
  /** Another inode, other bytes. */
  | { readonly is: 'replaced'; readonly identity: FileIdentity }
  | { readonly is: 'deleted' };

/** Pure and total. A continuation is never assumed: whatever is not proven starts a new generation. */
export function judge(checkpoint: Checkpoint, probe: Probe): Verdict {
  const { stat } = probe;
  if (!stat) return { is: 'deleted' };
  const identity = identityOf(stat);
  const proven = isProven(checkpoint, probe);
  if (!sameIdentity(identity, checkpoint.identity)) {
    return proven && stat.size >= checkpoint.offset ? { is: 'rebound', identity } : { is: 'replaced', identity };
  }
  if (stat.size < checkpoint.offset) return { is: 'truncated', to: stat.size };
  if (!proven && !looksUntouched(checkpoint, probe)) return { is: 'rewritten' };
  return stat.size > checkpoint.offset ? { is: 'appended', from: checkpoint.offset, to: stat.size } : { is: 'unchanged' };
}

function isProven(checkpoint: Checkpoint, { head, tail, body }: Probe): boolean {
  if (!head || !tail || body === 'changed') return false;
  return sameFingerprint(head, checkpoint.head) && sameFingerprint(tail, checkpoint.tail);
}

/** Nothing was read because the stat is the one that was mirrored: 10,000 idle files must cost one stat each. */
function looksUntouched(checkpoint: Checkpoint, { stat, head, tail, body }: Probe): boolean {
  if (head || tail || body) return false;
  return stat?.size === checkpoint.offset && stat.mtimeNs === checkpoint.mtimeNs;
}
