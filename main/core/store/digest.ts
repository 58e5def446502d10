import { hash, webcrypto } from 'node:crypto';
import type { ParsedLine } from '../sources/source.ts';

/** 2^48 attempts for two messages of one conversation that would be taken for one. */
const KEY_BYTES = 12;

/**
 * 32 bytes. By way of a string: a result in bytes comes with an allocation of its own, of which an import leaves a hundred
 * thousand behind, each between pages that could otherwise be given back.
 */
export function sha256(bytes: Uint8Array): Uint8Array {
  return Buffer.from(hash('sha256', bytes, 'binary'), 'binary');
}

/** The same in another thread. For long chunks: of short ones, handing them over takes longer. */
export async function sha256Elsewhere(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await webcrypto.subtle.digest('SHA-256', bytes));
}

/**
 * What makes a message the same one in another generation of its session: its entry id together with what it says, or what
 * it says alone.
 */
export function messageKey(parsed: Pick<ParsedLine, 'entryId' | 'role' | 'text'>): Uint8Array {
  return keyOf(messageName(parsed));
}

/** The same as a string, Latin-1. */
export function messageName(parsed: Pick<ParsedLine, 'entryId' | 'role' | 'text'>): string {
  return nameOf(`${parsed.entryId ?? ''}\u0000${parsed.role ?? ''}\u0000${parsed.text ?? ''}`);
}

/** Of a line that is too long to parse: its head and its length. */
export function oversizedName(line: { readonly bytes: Uint8Array; readonly length: number }): string {
  return nameOf(Buffer.concat([line.bytes, Buffer.from(String(line.length))]));
}

export function keyOf(name: string): Uint8Array {
  return Buffer.from(name, 'binary');
}

export function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}

function nameOf(content: string | Uint8Array): string {
  return hash('sha256', content, 'binary').slice(0, KEY_BYTES);
}
