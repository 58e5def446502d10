import { createHash } from 'node:crypto';
import { fsync, read, write } from 'node:fs';
import { promisify } from 'node:util';

const BLOCK_BYTES = 1024 * 1024;

const fsyncSoon = promisify(fsync);
const readSoon = promisify(read);
const writeSoon = promisify(write);

/** Writes from the start of an empty file; the disk takes one block while the next is being read. `beforeWrite` may throw. */
export async function writeBlocks(file: number, chunks: Iterable<Uint8Array>, beforeWrite: () => void): Promise<void> {
  let [filling, writing] = twoBlocks();
  let filled = 0;
  let bytes = 0;
  let written: Promise<void> = Promise.resolve();
  const send = async (): Promise<void> => {
    await written;
    beforeWrite();
    written = writeAt(file, filling.subarray(0, filled), bytes);
    bytes += filled;
    filled = 0;
    [filling, writing] = [writing, filling];
  };
  try {
    for (const chunk of chunks) {
      for (let done = 0; done < chunk.length; ) {
        const piece = chunk.subarray(done, done + BLOCK_BYTES - filled);
        filling.set(piece, filled);
        filled += piece.length;
        done += piece.length;
        if (filled === BLOCK_BYTES) await send();
      }
    }
    if (filled > 0) await send();
  } finally {
    // The caller closes the file: nothing may still be on its way into it.
    await written;
  }
}

/** Makes the content durable, and reads it back meanwhile: the disk and the hash each take their time. */
export async function syncAndHash(file: number): Promise<{ readonly sha256: string; readonly bytes: number }> {
  const [synced, hashed] = await Promise.allSettled([fsyncSoon(file), hashBack(file)]);
  if (synced.status === 'rejected') throw synced.reason;
  if (hashed.status === 'rejected') throw hashed.reason;
  return hashed.value;
}

async function hashBack(file: number): Promise<{ readonly sha256: string; readonly bytes: number }> {
  const hash = createHash('sha256');
  let [block, next] = twoBlocks();
  let bytes = 0;
  let reading = readSoon(file, block, 0, BLOCK_BYTES, 0);
  for (;;) {
    const { bytesRead } = await reading;
    if (bytesRead === 0) return { sha256: hash.digest('hex'), bytes };
    bytes += bytesRead;
    reading = readSoon(file, next, 0, BLOCK_BYTES, bytes);
    hash.update(block.subarray(0, bytesRead));
    [block, next] = [next, block];
  }
}

async function writeAt(file: number, block: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < block.length; ) {
    done += (await writeSoon(file, block, done, block.length - done, position + done)).bytesWritten;
  }
}

function twoBlocks(): [Uint8Array, Uint8Array] {
  return [Buffer.allocUnsafe(BLOCK_BYTES), Buffer.allocUnsafe(BLOCK_BYTES)];
}
