import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentLogger } from '../../../main/core/platform/logger.ts';
import { openBuffer, openCatalog } from '../../../main/core/store/buffer.ts';
import { openWritable } from '../../../main/core/store/database.ts';
import { openSqlite, withoutSync } from '../../../main/core/store/sqlite.ts';
import { isWriterRunning } from '../../../main/core/store/writer-lock.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';
import { parseTestLine, Recording, said, texts } from './recording.ts';

let dir: TempDir;
beforeEach(() => {
  dir = tempDir();
});
afterEach(() => dir[Symbol.dispose]());

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
const catalogOf = (home: string) => openCatalog(home, { parse: parseTestLine });

test.each([0o000, 0o077, 0o777])('files are private whatever the umask is: %i', (umask) => {
  const before = process.umask(umask);
  try {
    using recording = new Recording(dir);
    recording.open('a', 'x');
    expect(mode(recording.home)).toBe('700');
    for (const name of ['buffer.db', 'buffer.db-wal', 'buffer.db-shm', 'buffer.lock']) expect(mode(join(recording.home, name))).toBe('600');
  } finally {
    process.umask(before);
  }
});

test('an open folder is made private', () => {
  const home = join(dir.path, 'home');
  mkdirSync(home, { mode: 0o755 });
  using recording = new Recording(dir);
  expect(mode(recording.home)).toBe('700');
});

test('the connection is as durable and as careful as it must be', () => {
  const db = openWritable(join(dir.path, 'x.db'));
  const read = (name: string) => db.pragma(name, { simple: true });
  expect({
    journal: read('journal_mode'),
    synchronous: read('synchronous'),
    fullfsync: read('fullfsync'),
    checkpoint: read('checkpoint_fullfsync'),
    keys: read('foreign_keys'),
    trusted: read('trusted_schema'),
    auto: read('wal_autocheckpoint'),
    cells: read('cell_size_check'),
  }).toEqual({ journal: 'wal', synchronous: 2, fullfsync: 1, checkpoint: 1, keys: 1, trusted: 0, auto: 0, cells: 1 });
  db.close();
});

test('the buffer says what it is', () => {
  using recording = new Recording(dir);
  const db = openSqlite(join(recording.home, 'buffer.db'), { readonly: true, busyTimeoutMs: 0 });
  expect(db.pragma('application_id', { simple: true })).toBe(0x434c4157);
  expect(db.pragma('user_version', { simple: true })).toBe(3);
  db.close();
});

test('syncing is on again after work that needs none, also when that failed', () => {
  const db = openWritable(join(dir.path, 'x.db'));
  const level = () => db.pragma('synchronous', { simple: true });
  expect(withoutSync(db, level)).toBe(1);
  expect(level()).toBe(2);
  const failing = () => {
    throw new Error('failed');
  };
  expect(() => withoutSync(db, failing)).toThrow('failed');
  expect(level()).toBe(2);
  db.close();
});

test('a second writer is refused, and may write after the first has gone', () => {
  const first = new Recording(dir);
  const { home, clock } = first;
  const deps = { clock, log: silentLogger, parse: parseTestLine };
  expect(isWriterRunning(home)).toBe(true);
  expect(() => openBuffer(home, deps)).toThrow(expect.objectContaining({ code: 'buffer-locked', hint: expect.stringContaining('Quit') }));
  first.journal[Symbol.dispose]();
  expect(isWriterRunning(home)).toBe(false);
  openBuffer(home, deps).journal[Symbol.dispose]();
});

test('asking for a writer where there is no buffer creates nothing', () => {
  expect(isWriterRunning(join(dir.path, 'none'))).toBe(false);
  expect(existsSync(join(dir.path, 'none'))).toBe(false);
});

test('a reader sees what the running writer commits, and cannot keep it from writing', () => {
  using recording = new Recording(dir);
  using catalog = catalogOf(recording.home);
  const id = recording.open('a', said('first', { id: '1' }));
  recording.index();
  const reading = catalog.bytes(id);
  expect(reading.next().done).toBe(false);
  recording.append(id, said('second', { id: '2' }));
  recording.index();
  expect(catalog.messages(recording.row('a'), { limit: 10 }).items.map(({ text }) => text)).toEqual(['first', 'second']);
  expect(texts(recording.journal, recording.row('a'))).toHaveLength(2);
});

test('a reader works after the writer has gone', () => {
  const recording = new Recording(dir);
  recording.open('a', said('first', { id: '1' }));
  recording.index();
  recording.journal[Symbol.dispose]();
  using catalog = catalogOf(recording.home);
  expect(catalog.sessions({ limit: 5 }).items).toHaveLength(1);
  expect(catalog.verify().ok).toBe(true);
  expect(catalog.bufferBytes()).toBeGreaterThan(0);
});

test('without a buffer the catalog is empty and nothing is created', () => {
  const home = join(dir.path, 'none');
  using catalog = catalogOf(home);
  expect(catalog.sessions({ limit: 5 })).toEqual({ items: [] });
  expect(catalog.search('x', 5)).toEqual([]);
  expect(catalog.incidents({ all: true, limit: 5 })).toEqual([]);
  expect(catalog.verify()).toMatchObject({ ok: true, generations: 0 });
  expect(catalog.bufferBytes()).toBe(0);
  expect(existsSync(home)).toBe(false);
});

test('a reader of something else is told that it is damaged', () => {
  writeFileSync(join(dir.path, 'buffer.db'), 'no database at all, but long enough to be looked at'.repeat(100));
  expect(() => catalogOf(dir.path)).toThrow(expect.objectContaining({ code: 'buffer-damaged' }));
});

test('a buffer of a newer version is neither opened nor set aside', () => {
  const recording = new Recording(dir);
  recording.journal[Symbol.dispose]();
  const db = openSqlite(join(recording.home, 'buffer.db'), { busyTimeoutMs: 0 });
  db.pragma('user_version = 99');
  db.close();
  const deps = { clock: recording.clock, log: silentLogger, parse: parseTestLine };
  expect(() => openBuffer(recording.home, deps)).toThrow(expect.objectContaining({ code: 'invalid' }));
  expect(() => catalogOf(recording.home)).toThrow(expect.objectContaining({ code: 'invalid' }));
  expect(isWriterRunning(recording.home)).toBe(false);
});

test('bytes of a generation that does not exist are not found', () => {
  using recording = new Recording(dir);
  expect(() => [...recording.catalog.bytes(9)]).toThrow(expect.objectContaining({ code: 'not-found' }));
});

test('lines come with their places, and the last says whether it has its end', () => {
  using recording = new Recording(dir);
  const id = recording.open('a', `one\r\n\n${'x'.repeat(300_000)}\ntorn`);
  const lines = [...recording.catalog.lines(id)].map(({ start, bytes, terminated }) => [start, bytes.length, terminated]);
  expect(lines).toEqual([
    [0, 4, true],
    [5, 0, true],
    [6, 300_000, true],
    [300_007, 4, false],
  ]);
  expect([...recording.catalog.lines(id, 3)].map(({ bytes, terminated }) => [Buffer.from(bytes).toString(), terminated])).toEqual([
    ['one', false],
  ]);
});
