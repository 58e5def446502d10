import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';

/** Between two of them the process answers. */
const BLOCK_BYTES = 4 * 1024 * 1024;

type OnBytes = (bytes: number) => void;

/** Durable, and for its owner alone, when it resolves; the name is, once the folder is synced. */
export async function copyPrivate(from: string, to: string, name: string, onBytes: OnBytes): Promise<void> {
  await using source = await open(join(from, name), 'r');
  // Never over something: nothing of that name is to be there.
  await using target = await open(join(to, name), 'wx', 0o600);
  const block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  for (let at = 0; ; ) {
    const length = await readBlock(source, block, at);
    if (length === 0) break;
    await writeWhole(target, block.subarray(0, length), at);
    at += length;
    onBytes(length);
  }
  await target.sync();
}

/** Whether both files hold the same, read from the disk again. */
export async function sameBytes(from: string, to: string, name: string, onBytes: OnBytes): Promise<boolean> {
  await using source = await open(join(from, name), 'r');
  await using target = await open(join(to, name), 'r');
  const [left, right] = [Buffer.allocUnsafeSlow(BLOCK_BYTES), Buffer.allocUnsafeSlow(BLOCK_BYTES)];
  for (let at = 0; ; ) {
    const length = await readBlock(source, left, at);
    if (length !== (await readBlock(target, right, at))) return false;
    if (length === 0) return true;
    if (!left.subarray(0, length).equals(right.subarray(0, length))) return false;
    at += length;
    onBytes(length);
  }
}

/** Less than a block only at the end of the file. */
async function readBlock(file: FileHandle, block: Buffer, start: number): Promise<number> {
  let length = 0;
  while (length < block.length) {
    const { bytesRead } = await file.read(block, length, block.length - length, start + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length;
}

async function writeWhole(file: FileHandle, bytes: Buffer, start: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) done += (await file.write(bytes, done, bytes.length - done, start + done)).bytesWritten;
}
