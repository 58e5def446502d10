import { existsSync, readdirSync, readFileSync, renameSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentLogger } from '../../main/core/platform/logger.ts';
import { openBuffer, openCatalog } from '../../main/core/store/buffer.ts';
import { openSqlite } from '../../main/core/store/sqlite.ts';
import { captured, parseTestLine, Recording, said } from '../unit/store/recording.ts';

let recording: Recording;
beforeEach(() => {
  recording = new Recording();
});
afterEach(() => recording[Symbol.dispose]());

const open = () => openBuffer(recording.home, { clock: recording.clock, log: silentLogger, parse: parseTestLine });
const path = (name = 'buffer.db') => join(recording.home, name);

/** A clean or unclean end of a run that had captured something. */
function endRun(cleanly: boolean): void {
  const { runId } = recording.journal.beginRun('test', 1);
  recording.open('a', said('word '.repeat(100_000), { id: '1' }));
  recording.index();
  if (cleanly) recording.journal.endRun(runId, 2);
  recording.journal[Symbol.dispose]();
}

function spoil(from: number, to: number): void {
  const bytes = readFileSync(path());
  bytes.fill(0xa5, from, to);
  writeFileSync(path(), bytes);
}

test('something that is no database is set aside untouched, and a new buffer takes its place', () => {
  recording.journal[Symbol.dispose]();
  const rubbish = Buffer.from('this is not a database '.repeat(1_000));
  writeFileSync(path(), rubbish);
  const { journal, damagedAside } = open();
  recording.journal = journal;
  expect(damagedAside).toMatch(/buffer\.damaged-2026-11-22T12-00-00\.000Z\.db$/);
  expect(readFileSync(damagedAside ?? '').equals(rubbish)).toBe(true);
  const source = journal.registerSource('openclaw-jsonl', '/agent', 1);
  expect(source.id).toBe(1);
  expect(captured(journal, recording.open('b', 'fresh')).toString()).toBe('fresh');
});

test('a database of another program is set aside', () => {
  recording.journal[Symbol.dispose]();
  writeFileSync(path(), '');
  const db = openSqlite(path(), { busyTimeoutMs: 0 });
  db.exec('CREATE TABLE theirs (x)');
  db.close();
  const { journal, damagedAside } = open();
  recording.journal = journal;
  expect(existsSync(damagedAside ?? '')).toBe(true);
});

test('a spoilt buffer is found after an unclean stop and set aside', () => {
  endRun(false);
  spoil(4_096, statSync(path()).size);
  const { journal, damagedAside } = open();
  recording.journal = journal;
  expect(statSync(damagedAside ?? '').size).toBeGreaterThan(4_096);
  expect(journal.catalog.sessions({ limit: 1 }).items).toEqual([]);
});

test('captured bytes that were spoilt last are found after an unclean stop', () => {
  endRun(false);
  const bytes = readFileSync(path());
  const at = bytes.indexOf('{"type":"message"');
  expect(at).toBeGreaterThan(0);
  spoil(at, at + 4);
  const { journal, damagedAside } = open();
  recording.journal = journal;
  expect(damagedAside).toBeDefined();
});

test('a buffer that lost its end is set aside', () => {
  endRun(false);
  truncateSync(path(), statSync(path()).size - 8_192);
  const { journal, damagedAside } = open();
  recording.journal = journal;
  expect(damagedAside).toBeDefined();
});

test('a sound buffer is kept after an unclean stop', () => {
  endRun(false);
  const { journal, damagedAside } = open();
  recording.journal = journal;
  expect(damagedAside).toBeUndefined();
  expect(journal.catalog.sessions({ limit: 1 }).items).toHaveLength(1);
});

function spoilTable(name: string): void {
  const db = openSqlite(path(), { readonly: true, busyTimeoutMs: 0 });
  const pageBytes = Number(db.pragma('page_size', { simple: true }));
  const root = db.prepare<[string], { page: number }>('SELECT rootpage AS page FROM sqlite_schema WHERE name = ?').get(name)?.page ?? 0;
  db.close();
  spoil((root - 1) * pageBytes, root * pageBytes);
}

test.each(['session', 'chunk', 'record'])('a small buffer whose table %s was spoilt is set aside although it stopped cleanly', (table) => {
  endRun(true);
  spoilTable(table);
  const { journal, damagedAside } = open();
  recording.journal = journal;
  expect(damagedAside).toBeDefined();
});

test('damage that is met while running is named, and sets the buffer aside at the next start although that stopped cleanly', () => {
  // Too large to have its tables checked at each start.
  recording.open('large', 'x'.repeat(34 * 1024 * 1024));
  endRun(true);
  spoilTable('message');
  recording.journal = open().journal;
  expect(() => {
    recording.open('b', said('x', { id: '2' }));
    recording.index();
  }).toThrow(expect.objectContaining({ code: 'buffer-damaged' }));
  expect(existsSync(path('buffer.suspect'))).toBe(true);
  recording.journal[Symbol.dispose]();
  const { journal, damagedAside } = open();
  recording.journal = journal;
  expect(damagedAside).toBeDefined();
  expect(existsSync(path('buffer.suspect'))).toBe(false);
});

test('a second damage in the same moment gets another name', () => {
  for (let time = 0; time < 2; time += 1) {
    recording.journal[Symbol.dispose]();
    writeFileSync(path(), 'not a database '.repeat(1_000));
    recording.journal = open().journal;
  }
  expect(readdirSync(recording.home).filter((name) => /^buffer\.damaged-.*\.db$/.test(name))).toHaveLength(2);
});

test('a WAL without its database is kept, and never replayed into a new one', () => {
  recording.open('a', 'x');
  const wal = readFileSync(path('buffer.db-wal'));
  recording.journal[Symbol.dispose]();
  renameSync(path(), path('elsewhere.db'));
  writeFileSync(path('buffer.db-wal'), wal);
  const { journal, damagedAside } = open();
  recording.journal = journal;
  expect(readFileSync(`${damagedAside}-wal`).equals(wal)).toBe(true);
  expect(journal.catalog.sessions({ limit: 1 }).items).toEqual([]);
});

test('a reader is told of damage and moves nothing', () => {
  endRun(false);
  spoil(0, 100);
  const before = readdirSync(recording.home);
  expect(() => openCatalog(recording.home, { parse: parseTestLine })).toThrow(expect.objectContaining({ code: 'buffer-damaged' }));
  expect(readdirSync(recording.home)).toEqual(before);
  recording.journal = open().journal;
});

test('verification names the chunk that is wrong, and the rest stays readable', () => {
  const good = recording.open('a', 'sound');
  const bad = recording.open('b', 'spoilt');
  recording.journal[Symbol.dispose]();
  const db = openSqlite(path(), { busyTimeoutMs: 0 });
  db.prepare("UPDATE chunk SET bytes = CAST('spoilT' AS BLOB) WHERE generation_id = ?").run(bad);
  db.close();
  recording.journal = open().journal;
  expect(recording.catalog.verify()).toMatchObject({
    ok: false,
    damaged: [{ generationId: bad, start: 0, reason: 'does not match its hash' }],
  });
  expect(captured(recording.journal, good).toString()).toBe('sound');
  expect(() => captured(recording.journal, bad)).toThrow(expect.objectContaining({ code: 'buffer-damaged' }));
});

test('verification finds bytes that are missing in the middle and at the end', () => {
  const id = recording.open('a');
  for (let n = 0; n < 3; n += 1) recording.append(id, 'abc');
  recording.journal[Symbol.dispose]();
  const db = openSqlite(path(), { busyTimeoutMs: 0 });
  db.exec('DELETE FROM chunk WHERE start = 3; UPDATE generation SET "offset" = 12');
  db.close();
  recording.journal = open().journal;
  expect(recording.catalog.verify().damaged.map(({ start }) => start)).toEqual([3, 9]);
  expect(() => captured(recording.journal, id)).toThrow(expect.objectContaining({ code: 'buffer-damaged' }));
});

test('bytes that are missing are skipped by the index, which goes on with what follows and with other conversations', () => {
  const broken = recording.open('a');
  recording.append(broken, said('before the gap', { id: '1' }));
  recording.append(broken, said('in the gap', { id: '2' }));
  recording.journal[Symbol.dispose]();
  const db = openSqlite(path(), { busyTimeoutMs: 0 });
  db.exec('DELETE FROM chunk WHERE start > 0');
  db.close();
  recording.journal = open().journal;
  recording.open('b', said('elsewhere', { id: '1' }));
  expect(recording.index()).toBe(0);
  recording.append(broken, said('after the gap', { id: '3' }));
  expect(recording.index()).toBe(0);
  const saidIn = (nativeId: string) => recording.catalog.messages(recording.row(nativeId), { limit: 9 }).items.map(({ text }) => text);
  expect(saidIn('a')).toEqual(['before the gap', 'after the gap']);
  expect(saidIn('b')).toEqual(['elsewhere']);
  expect(recording.catalog.session(recording.row('a'))?.records).toBe(2);
});
