import * as zlib from 'node:zlib';
import { CoreError } from '../platform/errors.ts';

export const RAW = 0;
export const ZSTD = 1;

type Transform = (bytes: Uint8Array) => Uint8Array;
type Zstd = (bytes: Uint8Array, options: { readonly chunkSize: number; readonly pledgedSrcSize?: number }) => Uint8Array;

/** Node has zstd from 22.15 on; the core also runs on the Node 20 of an older Electron, which then seals nothing. */
const { zstdCompressSync, zstdDecompressSync } = zlib as { readonly zstdCompressSync?: Zstd; readonly zstdDecompressSync?: Zstd };

/** Least that Node allows, and the longest chunk. */
const SHORTEST_OUTPUT_BYTES = 64;
const LONGEST_OUTPUT_BYTES = 64 * 1024;
/** Text rarely packs better. */
const USUAL_RATIO = 5;

/**
 * `undefined` where this Node cannot compress. The output is given the room that it needs at most: with Node's 16 KiB each,
 * ten thousand small files would leave 160 MB of garbage, much of which no process gives back to the system.
 */
export const compress: Transform | undefined =
  zstdCompressSync && ((bytes) => zstdCompressSync(bytes, { chunkSize: room(bytes.length), pledgedSrcSize: bytes.length }));

/** Raw bytes of a stored chunk. Throws CoreError `invalid` for a sealed chunk on a Node without zstd. */
export function decode(codec: number, stored: Uint8Array): Uint8Array {
  if (codec === RAW) return stored;
  if (codec !== ZSTD) throw new CoreError('buffer-damaged', `A chunk has the unknown codec ${codec}.`, 'Run a verification.');
  if (zstdDecompressSync === undefined) {
    throw new CoreError(
      'invalid',
      'This part of the buffer is compressed with zstd, which this Node cannot read.',
      'Use Node 22.15 or later, or the Clawback app.',
    );
  }
  return zstdDecompressSync(stored, { chunkSize: room(stored.length * USUAL_RATIO) });
}

function room(bytes: number): number {
  return Math.min(LONGEST_OUTPUT_BYTES, Math.max(SHORTEST_OUTPUT_BYTES, bytes));
}
