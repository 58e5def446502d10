import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { silentLogger } from '../../../main/core/platform/logger.ts';
import { decode, RAW } from '../../../main/core/store/codec.ts';
import { sameBytes, sha256 } from '../../../main/core/store/digest.ts';
import { type Packed, type Packer, packed, raw } from '../../../main/core/store/packer.ts';
import { PackingSlots } from '../../../main/core/store/packing-slots.ts';
import { openSqlite } from '../../../main/core/store/sqlite.ts';
import { noThreads, WorkerThreads } from '../../../main/core/store/store-threads.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { captured, HEADER, Recording, said } from './recording.ts';

const conversation = (messages: number) =>
  HEADER + Array.from({ length: messages }, (_, n) => said(`message number ${n} of a conversation`, { id: String(n) })).join('');

/** Packs as its choice says, from the last chunk to the first. */
const packing = (isPacked: (index: number, chunks: number) => boolean): Packer => ({
  begin: () => undefined,
  pack: (chunks, store) => {
    for (const [index, bytes] of [...chunks.entries()].reverse()) store(index, isPacked(index, chunks.length) ? packed(bytes) : raw(bytes));
  },
  [Symbol.dispose]: () => undefined,
});

const using = (packer: Packer) => new Recording(tempDir(), { ...noThreads, ...packer });

function sealedTo(recording: Recording, generationId: number): number {
  const db = openSqlite(join(recording.home, 'buffer.db'), { readonly: true, busyTimeoutMs: 0 });
  try {
    return db.prepare<[number], { sealed_to: number }>('SELECT sealed_to FROM generation WHERE id = ?').get(generationId)?.sealed_to ?? -1;
  } finally {
    db.close();
  }
}

test('what was packed when it was captured is exact, sound and needs no sealing', () => {
  using recording = using(packing(() => true));
  const id = recording.open('a', conversation(5_000));
  expect(captured(recording.journal, id)).toEqual(recording.content(id));
  expect(recording.catalog.verify().ok).toBe(true);
  expect(sealedTo(recording, id)).toBe(recording.content(id).length);
});

test('sealing goes on after the last chunk without a gap before it that was packed', () => {
  using recording = using(packing((index, chunks) => index < 1 || index === chunks - 1));
  const id = recording.open('a', conversation(5_000));
  expect(sealedTo(recording, id)).toBe(64 * 1024);
  recording.clock.advance(11 * 60_000);
  expect(recording.journal.upkeep(1_000, recording.clock.now())).toBe(false);
  expect(sealedTo(recording, id)).toBe(recording.content(id).length);
  expect(captured(recording.journal, id)).toEqual(recording.content(id));
});

test('bytes that cannot be made smaller stay raw', () => {
  const bytes = randomBytes(10_000);
  expect(packed(bytes)).toEqual({ codec: RAW, sha256: sha256(bytes), bytes });
});

test('a slot belongs to whoever took it first, and hands over what the taker left', () => {
  const slots = new PackingSlots();
  const theirs = new PackingSlots(slots.memory);
  const bytes = Buffer.from('the same words '.repeat(100));
  slots.offer(3, bytes);
  expect(theirs.take(3)).toBe(true);
  expect(slots.take(3)).toBe(false);
  const { codec, sha256: hash, bytes: smaller } = packed(Buffer.from(theirs.bytes(3)));
  expect(slots.waitFor(3, 1)).toBe(false);
  theirs.finish(3, codec, hash, smaller);
  expect(slots.waitFor(3, 1)).toBe(true);
  const result = slots.result(3);
  expect(Buffer.from(result.sha256)).toEqual(Buffer.from(sha256(bytes)));
  expect(Buffer.from(decode(result.codec, result.bytes))).toEqual(bytes);
});

const chunks = (count: number) => Array.from({ length: count }, (_, n) => Buffer.from(`chunk ${n} `.repeat(5_000).slice(0, 60_000 - n)));

function packedBy(threads: Packer, given: readonly Buffer[]): readonly Packed[] {
  const found = new Map<number, Packed>();
  threads.pack(given, (index, result) => {
    expect(found.has(index)).toBe(false);
    found.set(index, result);
  });
  return given.map((_, index) => found.get(index) ?? raw(Buffer.alloc(0)));
}

test('threads hand back each chunk once, with its hash and what it is when it is unpacked', () => {
  using threads = new WorkerThreads(silentLogger, 2);
  const given = [...chunks(600), Buffer.from('short'), ...chunks(3)];
  for (let round = 0; round < 3; round += 1) {
    const wrong = packedBy(threads, given).filter(({ codec, sha256: hash, bytes }, index) => {
      const chunk = given[index] ?? Buffer.alloc(0);
      return !sameBytes(hash, sha256(chunk)) || !sameBytes(decode(codec, bytes), chunk);
    });
    expect(wrong).toEqual([]);
  }
});

test('a thread moves the WAL into the database while the core goes on', async () => {
  using recording = new Recording();
  using threads = new WorkerThreads(silentLogger);
  const id = recording.open('a', randomBytes(500_000).toString('base64'));
  const database = join(recording.home, 'buffer.db');
  expect(statSync(database).size).toBeLessThan(500_000);
  expect(threads.moveWal(database)).toBe('moving');
  while (threads.moveWal(database) === 'moving') await new Promise<void>((resolve) => void setImmediate(resolve));
  expect(statSync(database).size).toBeGreaterThan(500_000);
  expect(captured(recording.journal, id)).toEqual(recording.content(id));
});

test('a WAL that a thread cannot move is left to the core, which meets the fault itself', async () => {
  using dir = tempDir();
  using threads = new WorkerThreads(silentLogger);
  const nowhere = join(dir.path, 'no-such-folder', 'buffer.db');
  let state = threads.moveWal(nowhere);
  while (state === 'moving') {
    await new Promise<void>((resolve) => void setImmediate(resolve));
    state = threads.moveWal(nowhere);
  }
  expect(state).toBe('unable');
});

test('threads that were ended start again, and never after they were disposed of', () => {
  const threads = new WorkerThreads(silentLogger, 1);
  packedBy(threads, chunks(100));
  threads.rest();
  expect(packedBy(threads, chunks(100))).toHaveLength(100);
  threads[Symbol.dispose]();
  expect(threads.moveWal('/no/such/buffer.db')).toBe('unable');
});
