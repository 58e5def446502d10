import { hash } from 'node:crypto';
import type { ParsedLine } from '../sources/source.ts';

/** 2^48 attempts for two messages of one conversation that would be taken for one. */
const KEY_BYTES = 12;

/** 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes, 'buffer');
}

/**
 * What makes a message the same one in another generation of its session: its entry id together with what it says, or what
 * it says alone.
 */
export function messageKey(parsed: Pick<ParsedLine, 'entryId' | 'role' | 'text'>): Uint8Array {
  const parts = `${parsed.entryId ?? ''}\u0000${parsed.role ?? ''}\u0000${parsed.text ?? ''}`;
  return hash('sha256', parts, 'buffer').subarray(0, KEY_BYTES);
}

/** Of a line that is too long to parse: its head and its length. */
export function oversizedKey(line: { readonly bytes: Uint8Array; readonly length: number }): Uint8Array {
  return sha256(Buffer.concat([line.bytes, Buffer.from(String(line.length))])).subarray(0, KEY_BYTES);
}

export function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}
