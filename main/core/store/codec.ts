import * as zlib from 'node:zlib';
import { CoreError } from '../platform/errors.ts';

export const RAW = 0;
export const ZSTD = 1;

type Transform = (bytes: Uint8Array) => Uint8Array;

/** Node has zstd from 22.15 on; the core also runs on the Node 20 of an older Electron, which then seals nothing. */
const available = zlib as { readonly zstdCompressSync?: Transform; readonly zstdDecompressSync?: Transform };

/** `undefined` where this Node cannot compress. */
export const compress: Transform | undefined = available.zstdCompressSync;

/** Raw bytes of a stored chunk. Throws CoreError `invalid` for a sealed chunk on a Node without zstd. */
export function decode(codec: number, stored: Uint8Array): Uint8Array {
  if (codec === RAW) return stored;
  if (codec !== ZSTD) throw new CoreError('buffer-damaged', `A chunk has the unknown codec ${codec}.`, 'Run a verification.');
  if (available.zstdDecompressSync === undefined) {
    throw new CoreError(
      'invalid',
      'This part of the buffer is compressed with zstd, which this Node cannot read.',
      'Use Node 22.15 or later, or the Clawback app.',
    );
  }
  return available.zstdDecompressSync(stored);
}
