import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSqlite } from '../../../main/core/store/sqlite.ts';
import { captured, Recording } from './recording.ts';

const CHUNK_BYTES = 64 * 1024;
/** More than are read ahead at a time, and not a whole number of them. */
const CHUNKS = 40;
const BYTES = CHUNKS * CHUNK_BYTES - 1_005;

let recording: Recording;
let id: number;

beforeEach(() => {
  recording = new Recording();
  id = recording.open('a', 'said '.repeat(BYTES / 5));
});

afterEach(() => recording[Symbol.dispose]());

test.each([0, 1, CHUNK_BYTES, 16 * CHUNK_BYTES, 20 * CHUNK_BYTES + 5, BYTES])('gives the bytes up to %i', async (upTo) => {
  expect(Buffer.concat(await ahead(upTo)).equals(captured(recording.journal, id, upTo))).toBe(true);
});

test('ends with the captured bytes where more are asked for', async () => {
  expect(Buffer.concat(await ahead(BYTES + 1)).length).toBe(BYTES);
});

test.each([0, 20, CHUNKS - 1])('gives everything before a damaged chunk and names it: the one of number %i', async (number) => {
  damage(number);
  const given: Uint8Array[] = [];
  await expect(ahead(BYTES, given)).rejects.toMatchObject({
    code: 'buffer-damaged',
    message: expect.stringContaining(`at byte ${number * CHUNK_BYTES}:`),
  });
  expect(Buffer.concat(given).length).toBe(number * CHUNK_BYTES);
});

test('names a chunk that is missing', async () => {
  change((db) => db.prepare('DELETE FROM chunk WHERE generation_id = ? AND start = ?').run(id, 20 * CHUNK_BYTES));
  await expect(ahead(BYTES)).rejects.toMatchObject({ code: 'buffer-damaged', message: expect.stringContaining('is missing') });
});

test('who stops early is not told of damage further on', async () => {
  damage(20);
  for await (const piece of recording.catalog.bytesAhead(id, BYTES)) {
    expect(piece.length).toBe(CHUNK_BYTES);
    break;
  }
});

test('of a generation that there is not, says so', async () => {
  id = 9;
  await expect(ahead(1)).rejects.toMatchObject({ code: 'not-found' });
});

async function ahead(upTo: number, given: Uint8Array[] = []): Promise<readonly Uint8Array[]> {
  for await (const piece of recording.catalog.bytesAhead(id, upTo)) given.push(piece);
  return given;
}

function damage(number: number): void {
  change((db) =>
    db.prepare('UPDATE chunk SET codec = 0, bytes = zeroblob(len) WHERE generation_id = ? AND start = ?').run(id, number * CHUNK_BYTES),
  );
}

function change(work: (db: ReturnType<typeof openSqlite>) => void): void {
  const db = openSqlite(`${recording.home}/buffer.db`, { busyTimeoutMs: 5_000 });
  try {
    work(db);
  } finally {
    db.close();
  }
}
