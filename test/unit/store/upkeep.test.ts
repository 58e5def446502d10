import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSqlite } from '../../../main/core/store/sqlite.ts';
import { noThreads, type StoreThreads } from '../../../main/core/store/store-threads.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { captured, HEADER, Recording, said, texts } from './recording.ts';

const MINUTES = 60_000;

let recording: Recording;
beforeEach(() => {
  recording = new Recording();
});
afterEach(() => recording[Symbol.dispose]());

interface Stored {
  readonly chunks: number;
  readonly sealed: number;
  readonly bytes: number;
}

function stored(generationId: number): Stored {
  const db = openSqlite(`${recording.home}/buffer.db`, { readonly: true, busyTimeoutMs: 0 });
  try {
    const row = db
      .prepare<[number], Stored>(
        'SELECT count(*) AS chunks, sum(codec) AS sealed, sum(length(bytes)) AS bytes FROM chunk WHERE generation_id = ?',
      )
      .get(generationId);
    if (row === undefined) throw new Error('no row');
    return row;
  } finally {
    db.close();
  }
}

const conversation = (messages: number) =>
  HEADER + Array.from({ length: messages }, (_, n) => said(`message number ${n} of a long conversation`, { id: String(n) })).join('');
const upkeep = () => recording.journal.upkeep(1_000, recording.clock.now());
const walBytes = () => statSync(`${recording.home}/buffer.db-wal`).size;

test('a settled generation is compressed and still exact, readable and sound', () => {
  const id = recording.open('a', conversation(20_000));
  recording.index();
  recording.clock.advance(11 * MINUTES);
  expect(upkeep()).toBe(false);
  const after = stored(id);
  expect(after.sealed).toBe(after.chunks);
  expect(after.bytes).toBeLessThan(recording.content(id).length / 4);
  expect(captured(recording.journal, id)).toEqual(recording.content(id));
  expect(recording.catalog.verify().ok).toBe(true);
  expect(texts(recording.journal, recording.row('a'))[0]).toBe('message number 0 of a long conversation');
});

test('a generation that still grows is left alone, a closed one is not', () => {
  const live = recording.open('a', conversation(100));
  const closed = recording.open('b', conversation(100));
  recording.close(closed, 'rewritten');
  upkeep();
  expect(stored(live).sealed).toBe(0);
  expect(stored(closed).sealed).toBe(1);
});

test('many small captures become few chunks', () => {
  const id = recording.open('a', HEADER);
  for (let n = 0; n < 60; n += 1) recording.append(id, said(`message ${n}`, { id: String(n) }));
  expect(stored(id).chunks).toBe(61);
  recording.clock.advance(11 * MINUTES);
  upkeep();
  expect(stored(id)).toMatchObject({ chunks: 1, sealed: 1 });
  expect(captured(recording.journal, id)).toEqual(recording.content(id));
});

test('a conversation that wakes up grows on behind what is sealed, and is sealed into the same chunk', () => {
  const id = recording.open('a', conversation(10));
  recording.clock.advance(11 * MINUTES);
  upkeep();
  recording.append(id, said('awake again', { id: 'later' }));
  recording.index();
  expect(texts(recording.journal, recording.row('a')).at(-1)).toBe('awake again');
  recording.clock.advance(11 * MINUTES);
  upkeep();
  expect(stored(id)).toMatchObject({ chunks: 1, sealed: 1 });
  expect(captured(recording.journal, id)).toEqual(recording.content(id));
});

test('bytes that do not compress stay as they are', () => {
  const id = recording.open('a');
  recording.append(id, randomBytes(600_000));
  recording.clock.advance(11 * MINUTES);
  expect(upkeep()).toBe(false);
  expect(stored(id).sealed).toBe(0);
  expect(captured(recording.journal, id).equals(recording.content(id))).toBe(true);
});

test('old versions of the index are compressed', () => {
  const id = recording.open('', `{"entries":"${'same '.repeat(10_000)}"}`, { kind: 'index', name: 'sessions.json' });
  recording.close(id, 'replaced');
  upkeep();
  expect(stored(id).bytes).toBeLessThan(1_000);
});

test('a chunk that is damaged is not sealed over', () => {
  const id = recording.open('a', conversation(100));
  recording.journal[Symbol.dispose]();
  const db = openSqlite(`${recording.home}/buffer.db`, { busyTimeoutMs: 0 });
  db.exec(`UPDATE chunk SET bytes = zeroblob(length(bytes))`);
  db.close();
  recording.reopen();
  recording.clock.advance(11 * MINUTES);
  expect(upkeep()).toBe(false);
  expect(stored(id).sealed).toBe(0);
  expect(recording.catalog.verify()).toMatchObject({ ok: false, damaged: [{ generationId: id, start: 0 }] });
  expect(() => captured(recording.journal, id)).toThrow(expect.objectContaining({ code: 'buffer-damaged' }));
});

test('space that sealing freed is given back', () => {
  recording.open('a', Buffer.alloc(40 * 1024 * 1024, conversation(50)).toString());
  recording.clock.advance(11 * MINUTES);
  for (let more = true; more; ) more = upkeep();
  recording.journal[Symbol.dispose]();
  expect(statSync(`${recording.home}/buffer.db`).size).toBeLessThan(20 * 1024 * 1024);
  recording.reopen();
});

test('a WAL above its limit is emptied at once', () => {
  recording.append(recording.open('a'), randomBytes(70 * 1024 * 1024));
  expect(walBytes()).toBeGreaterThan(64 * 1024 * 1024);
  upkeep();
  expect(walBytes()).toBe(0);
});

test('a WAL that a thread has moved is emptied, and the thread ended after that', () => {
  let wal: 'still' | 'moving' | 'moved' = 'still';
  const moves: string[] = [];
  const threads: StoreThreads = {
    ...noThreads,
    moveWal: () => {
      const state = wal;
      wal = state === 'moved' ? 'still' : 'moving';
      moves.push(state);
      return state === 'moved' ? 'moved' : 'moving';
    },
    rest: () => {
      if (wal !== 'moving') wal = 'still';
    },
  };
  using large = new Recording(tempDir(), threads);
  large.append(large.open('a'), randomBytes(70 * 1024 * 1024));
  const size = () => statSync(`${large.home}/buffer.db-wal`).size;
  large.journal.upkeep(1_000, large.clock.now());
  expect(size()).toBeGreaterThan(64 * 1024 * 1024);
  wal = 'moved';
  large.journal.upkeep(1_000, large.clock.now());
  expect(moves).toEqual(['still', 'moved']);
  expect(size()).toBe(0);
});

test('a small WAL is moved into the database only when nothing was written for a while', () => {
  recording.open('a', 'x');
  const size = () => statSync(`${recording.home}/buffer.db`).size;
  const before = size();
  upkeep();
  expect(size()).toBe(before);
  recording.clock.advance(2_000);
  upkeep();
  expect(size()).toBeGreaterThan(before);
});
