import { mkdir, open, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';

const inflate = promisify(inflateRaw);

interface ZipEntry {
  readonly target: string;
  readonly stored: boolean;
  readonly packedBytes: number;
  readonly bytes: number;
  readonly mode: number;
  readonly position: number;
}

/**
 * Extracts those entries of a zip archive (below 4 GiB) that `rename` gives a path to, with their modes and symbolic links.
 * Gives the extracted paths. Throws on a name that would leave `outDir` and on an entry of another size than announced.
 */
export async function extractZip(
  zipFile: string,
  outDir: string,
  rename: (name: string) => string | undefined,
): Promise<readonly string[]> {
  const file = await open(zipFile, 'r');
  try {
    const read = async (position: number, length: number): Promise<Buffer> => {
      const buffer = Buffer.allocUnsafe(length);
      const { bytesRead } = await file.read(buffer, 0, length, position);
      if (bytesRead !== length) throw new Error(`${zipFile} ends too early`);
      return buffer;
    };
    const { size } = await file.stat();
    const entries = listEntries(await readDirectory(read, size), rename);
    // The largest first, so that no worker is left alone with the executable at the end.
    const queue = entries.toSorted((a, b) => b.bytes - a.bytes);
    const worker = async () => {
      for (let entry = queue.shift(); entry !== undefined; entry = queue.shift()) await extractEntry(read, entry, outDir);
    };
    await Promise.all(Array.from({ length: Math.min(4, os.availableParallelism()) }, worker));
    return entries.map((entry) => entry.target);
  } finally {
    await file.close();
  }
}

type ReadRange = (position: number, length: number) => Promise<Buffer>;

async function readDirectory(read: ReadRange, size: number): Promise<Buffer> {
  const tailBytes = Math.min(size, 66_000);
  const tail = await read(size - tailBytes, tailBytes);
  const end = tail.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end < 0) throw new Error('not a zip archive');
  return read(tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
}

function listEntries(directory: Buffer, rename: (name: string) => string | undefined): readonly ZipEntry[] {
  const entries: ZipEntry[] = [];
  let at = 0;
  while (at + 46 <= directory.length && directory.readUInt32LE(at) === 0x02014b50) {
    const nameLength = directory.readUInt16LE(at + 28);
    const name = directory.toString('utf8', at + 46, at + 46 + nameLength);
    const target = name.endsWith('/') ? undefined : rename(name);
    if (target !== undefined) {
      if (path.isAbsolute(target) || target.split('/').includes('..')) throw new Error(`unsafe path in the archive: ${name}`);
      entries.push({
        target,
        stored: directory.readUInt16LE(at + 10) === 0,
        packedBytes: directory.readUInt32LE(at + 20),
        bytes: directory.readUInt32LE(at + 24),
        mode: directory.readUInt32LE(at + 38) >>> 16,
        position: directory.readUInt32LE(at + 42),
      });
    }
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

async function extractEntry(read: ReadRange, entry: ZipEntry, outDir: string): Promise<void> {
  // The local header's extra field may be longer than the directory's, so its own lengths count.
  const local = await read(entry.position, 30);
  const start = entry.position + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
  const packed = await read(start, entry.packedBytes);
  const content = entry.stored ? packed : await inflate(packed, { chunkSize: 4 << 20, maxOutputLength: Math.max(entry.bytes, 1) });
  if (content.length !== entry.bytes) throw new Error(`${entry.target}: ${content.length} bytes instead of ${entry.bytes}`);
  const target = path.join(outDir, entry.target);
  await mkdir(path.dirname(target), { recursive: true });
  const isSymbolicLink = (entry.mode & 0o170000) === 0o120000;
  if (isSymbolicLink) await symlink(content.toString(), target);
  else await writeFile(target, content, { mode: entry.mode & 0o777 || 0o644 });
}
