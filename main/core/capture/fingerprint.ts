import { hash } from 'node:crypto';
import type { FileStat } from '../platform/file-system.ts';
import type { FileIdentity, Fingerprint } from './change.ts';

export const HEAD_LIMIT_BYTES = 1024;
export const TAIL_LIMIT_BYTES = 64;

export const emptyFingerprint: Fingerprint = { length: 0, sha256: new Uint8Array(0) };

export function fingerprint(bytes: Uint8Array): Fingerprint {
  if (bytes.length === 0) return emptyFingerprint;
  // From a string, into a pool: ten thousand files keep two of them each, and a result in bytes is an allocation of its own.
  return { length: bytes.length, sha256: Buffer.from(hash('sha256', bytes, 'binary'), 'binary') };
}

export function sameFingerprint(one: Fingerprint, other: Fingerprint): boolean {
  return one.length === other.length && Buffer.compare(one.sha256, other.sha256) === 0;
}

export function identityOf(stat: FileStat): FileIdentity {
  return { dev: stat.dev, ino: stat.ino, birthtimeNs: stat.birthtimeNs };
}

export function sameIdentity(one: FileIdentity, other: FileIdentity): boolean {
  return one.ino === other.ino && one.dev === other.dev && one.birthtimeNs === other.birthtimeNs;
}
