import { compress, decode, RAW, ZSTD } from './codec.ts';
import { sameBytes, sha256 } from './digest.ts';

/** A chunk as it is stored. */
export interface Packed {
  readonly codec: number;
  /** Of the raw bytes. */
  readonly sha256: Uint8Array;
  readonly bytes: Uint8Array;
}

/** Turns raw chunks into what is stored of them. What it leaves raw is packed later, when the conversation has settled. */
export interface Packer extends Disposable {
  /** These chunks, this very array, will be packed soon: threads may begin with them. */
  begin(chunks: readonly Uint8Array[]): void;
  /** Calls `store` once for each chunk, in any order, before it returns. */
  pack(chunks: readonly Uint8Array[], store: (index: number, packed: Packed) => void): void;
}

/** Leaves everything as it is: what a live conversation adds is too little to be worth the wait. */
export const rawPacker: Packer = {
  begin: () => undefined,
  pack: (chunks, store) => {
    for (const [index, bytes] of chunks.entries()) store(index, raw(bytes));
  },
  [Symbol.dispose]: () => undefined,
};

export function raw(bytes: Uint8Array): Packed {
  return { codec: RAW, sha256: sha256(bytes), bytes };
}

/** Compressed where that makes it smaller, and only after it was unpacked and compared: the raw bytes are not kept. */
export function packed(bytes: Uint8Array): Packed {
  const smaller = compressed(bytes);
  return smaller === undefined ? raw(bytes) : { codec: ZSTD, sha256: sha256(bytes), bytes: smaller };
}

/** `undefined` when nothing is gained, or this Node cannot compress. */
export function compressed(bytes: Uint8Array): Uint8Array | undefined {
  const result = compress?.(bytes);
  return result !== undefined && result.length < bytes.length && sameBytes(decode(ZSTD, result), bytes) ? result : undefined;
}
