import { lstatSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { tarMember } from '../../../build/tar-member.ts';
import { extractZip } from '../../../build/zip-extract.ts';
import { tempDir } from '../../support/temp-dir.ts';

function tarEntry(name: string, content: Buffer): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0, 'latin1');
  header.write(`${content.length.toString(8).padStart(11, '0')} `, 124, 'latin1');
  return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}

async function* inPieces(bytes: Buffer, pieceBytes: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

async function collect(chunks: AsyncIterable<Buffer>): Promise<string> {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(Buffer.from(chunk));
  return Buffer.concat(all).toString('latin1');
}

describe('a member of a tar stream', () => {
  const wanted = 'second '.repeat(300);
  const archive = Buffer.concat([
    tarEntry('package/first.txt', Buffer.from('first')),
    tarEntry('package/second.txt', Buffer.from(wanted)),
    tarEntry('package/empty.txt', Buffer.alloc(0)),
    Buffer.alloc(1024),
  ]);

  it.each([1, 100, 511, 512, 513, 100_000])('comes out whole from pieces of %i bytes', async (pieceBytes) => {
    expect(await collect(tarMember(inPieces(archive, pieceBytes), 'package/second.txt'))).toBe(wanted);
  });

  it('may be empty', async () => {
    expect(await collect(tarMember(inPieces(archive, 512), 'package/empty.txt'))).toBe('');
  });

  it('that is not there is an error', async () => {
    await expect(collect(tarMember(inPieces(archive, 512), 'package/third.txt'))).rejects.toThrow('package/third.txt');
  });
});

interface ZipInput {
  readonly name: string;
  readonly content: string;
  readonly mode?: number;
  readonly stored?: boolean;
  readonly claimedBytes?: number;
}

function zipArchive(inputs: readonly ZipInput[]): Buffer {
  const local: Buffer[] = [];
  const directory: Buffer[] = [];
  let position = 0;
  for (const { name, content, mode = 0o100644, stored = false, claimedBytes } of inputs) {
    const raw = Buffer.from(content);
    const packed = stored ? raw : deflateRawSync(raw);
    const nameBytes = Buffer.from(name);
    const sizes = Buffer.alloc(12);
    sizes.writeUInt32LE(crc32(raw), 0);
    sizes.writeUInt32LE(packed.length, 4);
    sizes.writeUInt32LE(claimedBytes ?? raw.length, 8);
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50, 0);
    head.writeUInt16LE(stored ? 0 : 8, 8);
    sizes.copy(head, 14);
    head.writeUInt16LE(nameBytes.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(stored ? 0 : 8, 10);
    sizes.copy(entry, 16);
    entry.writeUInt16LE(nameBytes.length, 28);
    entry.writeUInt32LE((mode << 16) >>> 0, 38);
    entry.writeUInt32LE(position, 42);
    local.push(head, nameBytes, packed);
    directory.push(entry, nameBytes);
    position += head.length + nameBytes.length + packed.length;
  }
  const directoryBytes = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(directoryBytes.length, 12);
  end.writeUInt32LE(position, 16);
  return Buffer.concat([...local, directoryBytes, end]);
}

function writeZip(dir: string, inputs: readonly ZipInput[]): string {
  const file = path.join(dir, 'archive.zip');
  writeFileSync(file, zipArchive(inputs));
  return file;
}

describe('a zip archive', () => {
  it('is extracted with contents, modes and symbolic links, entries left out by name', async () => {
    using dir = tempDir();
    const zip = writeZip(dir.path, [
      { name: 'app/run', content: '#!/bin/sh\n', mode: 0o100755 },
      { name: 'app/data/text', content: 'packed '.repeat(1000) },
      { name: 'app/stored', content: 'as it is', stored: true },
      { name: 'app/link', content: 'run', mode: 0o120777 },
      { name: 'app/secret', content: 'left out' },
      { name: 'app/folder/', content: '' },
    ]);
    const out = path.join(dir.path, 'out');
    const extracted = await extractZip(zip, out, (name) => (name === 'app/secret' ? undefined : name.slice('app/'.length)));
    expect(extracted.toSorted()).toEqual(['data/text', 'link', 'run', 'stored']);
    expect(lstatSync(path.join(out, 'run')).mode & 0o777).toBe(0o755);
    expect(readFileSync(path.join(out, 'data/text'), 'utf8')).toBe('packed '.repeat(1000));
    expect(readFileSync(path.join(out, 'stored'), 'utf8')).toBe('as it is');
    expect(readlinkSync(path.join(out, 'link'))).toBe('run');
  });

  it.each(['../escape', 'folder/../../escape', '/escape'])('is refused when an entry is called %s', async (name) => {
    using dir = tempDir();
    const zip = writeZip(dir.path, [{ name, content: 'x' }]);
    await expect(extractZip(zip, path.join(dir.path, 'out'), (entry) => entry)).rejects.toThrow('unsafe path');
  });

  it('is refused when an entry is not as long as announced', async () => {
    using dir = tempDir();
    const zip = writeZip(dir.path, [{ name: 'short', content: 'four', claimedBytes: 9 }]);
    await expect(extractZip(zip, path.join(dir.path, 'out'), (entry) => entry)).rejects.toThrow('short: 4 bytes instead of 9');
  });

  it('is refused when it is something else', async () => {
    using dir = tempDir();
    const file = path.join(dir.path, 'text');
    writeFileSync(file, 'no archive at all');
    await expect(extractZip(file, path.join(dir.path, 'out'), (entry) => entry)).rejects.toThrow('not a zip archive');
  });
});
