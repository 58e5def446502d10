import { copyFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { kindsOf } from '../../support/capture-rig.ts';
import { bytesOf } from '../../support/captured.ts';
import { DatabaseRig } from './tailer-rig.ts';

const MAIN = 'ce72cd63-225e-455e-ab12-7cea9507c1ae';

let rig: DatabaseRig;

beforeEach(() => {
  rig = new DatabaseRig();
});
afterEach(() => rig[Symbol.dispose]());

/** Every transcript as its rows say it, read by nothing of ours. */
function transcripts(): ReadonlyMap<string, string> {
  const rows = rig.database.rows(
    'SELECT session_id AS id, event_json AS json, event_zstd AS zstd FROM transcript_events ORDER BY session_id, seq',
  );
  const texts = new Map<string, string>();
  for (const row of rows) {
    const { id, json, zstd } = row as { id: string; json: string | null; zstd: Uint8Array | null };
    const line = json ?? zstdDecompressSync(zstd ?? Buffer.alloc(0)).toString('utf8');
    texts.set(id, `${texts.get(id) ?? ''}${line}\n`);
  }
  return texts;
}

function expectWhole(): void {
  const all = transcripts();
  expect(all.size).toBeGreaterThan(0);
  for (const [id, text] of all) expect(rig.text(id)).toBe(text);
}

test('every conversation of a recorded database is there, row by row', () => {
  rig.poll();
  expectWhole();
  expect(rig.tailer.listing).toMatchObject({ state: 'ok', skipped: [] });
});

test('rows that OpenClaw packed are there as it wrote them, and a rewound conversation beside the one before', () => {
  rig[Symbol.dispose]();
  rig = new DatabaseRig('rewound');
  rig.poll();
  expectWhole();
  expect(transcripts().size).toBe(5);
});

test('what is listed is told with its keys', () => {
  rig.poll();
  expect(rig.tailer.index).toMatchObject({ ok: true });
  const index = rig.tailer.index;
  const entries = index?.ok === true ? [...index.entries] : [];
  expect(entries.map(([key, { sessionId }]) => [key, sessionId])).toEqual([['agent:main:main', MAIN]]);
});

test('nothing is left beside a database whose owner does not run', () => {
  rig.poll();
  expect(rig.sidecars).toEqual([]);
  expect(readdirSync(rig.copies)).toEqual([]);
});

test('a log that a kill left behind is read, and stays as it is', () => {
  const db = rig.database.open();
  rig.database.begin('agent:main:killed', 'killed');
  rig.database.turn('killed', 'question', 'answer');
  // A copy of the files in this moment is what a SIGKILL leaves.
  for (const end of ['', '-wal']) copyFileSync(`${rig.database.path}${end}`, join(rig.folder, `kept${end}`));
  db.close();
  rig.database.delete();
  for (const end of ['', '-wal']) renameSync(join(rig.folder, `kept${end}`), `${rig.database.path}${end}`);
  rig.poll();
  expect(rig.text('killed')).toContain('answer');
  expect(rig.sidecars).toEqual(['-wal']);
});

test('what its owner writes is followed in its place', () => {
  rig.isOwned = true;
  rig.database.open();
  rig.database.begin('agent:main:new', 'new');
  rig.poll();
  rig.database.turn('new', 'question', 'x'.repeat(3_000));
  expect(kindsOf(rig.poll())).toEqual(['appended']);
  rig.database.turn('new', 'another', 'y'.repeat(300_000));
  expect(new Set(kindsOf(rig.poll()))).toEqual(new Set(['appended']));
  expectWhole();
});

test('an owner that starts and has not opened it finds nothing of ours beside it', () => {
  rig.isOwned = true;
  rig.poll();
  expectWhole();
  expect(rig.sidecars).toEqual([]);
});

test('our looks keep its owner neither from closing it without a trace nor from writing', () => {
  rig.isOwned = true;
  rig.database.open();
  rig.database.begin('agent:main:new', 'new');
  rig.poll();
  rig.database.turn('new', 'question', 'answer');
  rig.poll();
  rig.database.close();
  expect(rig.sidecars).toEqual([]);
});

test('nothing is opened when nothing has changed', () => {
  rig.poll();
  rig.clock.advance(5_000);
  rig.tailer.poll(1024 ** 2);
  rig.database.turn(MAIN, 'unseen', 'unseen');
  rig.clock.advance(5_000);
  expect(kindsOf(rig.tailer.poll(1024 ** 2))).toEqual(['appended']);
});

test('a restart goes on where it was', () => {
  rig.poll();
  rig.restart();
  expect(rig.poll()).toEqual([]);
  rig.database.turn(MAIN, 'after the restart', 'answer');
  expect(kindsOf(rig.poll())).toEqual(['appended']);
  expectWhole();
});

test('a restart after the rows were written anew begins anew', () => {
  rig.poll();
  const before = rig.text(MAIN);
  rig.database.keepLast(MAIN, 3);
  rig.restart();
  expect(kindsOf(rig.poll())).toEqual(['closed rewritten', 'opened', 'appended']);
  expectWhole();
  expect(rig.captured.named(`${MAIN}.jsonl`).map((generation) => bytesOf(generation).toString('utf8'))[0]).toBe(before);
});

test('another database in its place is not gone on with', () => {
  rig.poll();
  rig.database.run("UPDATE transcript_events SET event_json = replace(event_json, 'r6', 'r9')");
  const copy = join(rig.folder, 'copy');
  copyFileSync(rig.database.path, copy);
  renameSync(copy, rig.database.path);
  rig.poll();
  rig.database.turn(MAIN, 'then', 'on');
  rig.poll();
  expect(rig.text(MAIN)).toContain('then');
});

test('a conversation that was deleted is in the archive that OpenClaw made of it', () => {
  rig.poll();
  rig.database.remove('agent:main:main', { archived: true });
  expect(kindsOf(rig.poll())).toEqual(['archived deleted']);
  expect(rig.tailer.listing.transcripts.size).toBe(0);
});

test('an archive that goes later is told as gone, also after a restart', () => {
  rig.poll();
  rig.database.remove('agent:main:main', { archived: true });
  rig.poll();
  rig.restart();
  expect(rig.poll()).toEqual([]);
  rig.database.run('DELETE FROM session_transcript_archives');
  expect(kindsOf(rig.poll())).toEqual(['archive-gone']);
  expect(rig.poll()).toEqual([]);
});

test('a conversation that went without an archive is deleted', () => {
  rig.poll();
  rig.database.remove('agent:main:main', { archived: false });
  expect(kindsOf(rig.poll())).toEqual(['closed deleted']);
});

test('rows in cold storage are in an archive, though the conversation is listed', () => {
  rig.poll();
  const columns = rig.database.rows(
    'SELECT name, type, "notnull" AS required FROM pragma_table_info(\'session_transcript_cold_archives\')',
  ) as {
    name: string;
    type: string;
    required: number;
  }[];
  const values: Record<string, unknown> = { session_id: MAIN, archive_name: 'abc.jsonl.zst', archived_at: 5 };
  const needed = columns.filter(({ name, required }) => required === 1 || name in values);
  rig.database.open().pragma('ignore_check_constraints = ON');
  rig.database.run(
    `INSERT INTO session_transcript_cold_archives (${needed.map(({ name }) => name).join(', ')}) VALUES (${needed.map(() => '?').join(', ')})`,
    ...needed.map(({ name, type }) => values[name] ?? (type === 'INTEGER' ? 1 : type === 'BLOB' ? Buffer.from('x') : 'x')),
  );
  rig.database.run('DELETE FROM transcript_events');
  rig.database.close();
  expect(kindsOf(rig.poll())).toEqual(['archived backup']);
});

test('the going of the whole database takes every conversation, at the second look', () => {
  rig.poll();
  rig.database.delete();
  expect(rig.poll()).toEqual([]);
  expect(kindsOf(rig.poll())).toEqual(['closed deleted']);
  expect(rig.tailer.listing.state).toBe('missing');
});

test('a volume that is not there takes nothing', () => {
  rig.poll();
  rmSync(join(rig.folder, '..', '..', '..'), { recursive: true });
  rig.poll();
  expect(rig.poll()).toEqual([]);
  expect(rig.tailer.listing).toMatchObject({ state: 'unreadable', reason: 'ENOENT' });
});

test('a conversation that is passed over is never read', () => {
  rig.ignored.add(MAIN);
  expect(rig.poll()).toEqual([]);
  expect(rig.tailer.listing.transcripts.size).toBe(0);
});

test('a small budget reads a part, newest first, and the next looks the rest', () => {
  rig.database.begin('agent:main:new', 'new');
  rig.database.turn('new', 'question', 'z'.repeat(3_000));
  rig.poll(2_000);
  expect(rig.text('new')).not.toBe('');
  expect(rig.text(MAIN)).toBe('');
  expect(rig.tailer.lagBytes).toBeGreaterThan(0);
  for (let looks = 0; rig.tailer.lagBytes > 0 && looks < 100; looks += 1) rig.poll(2_000);
  expectWhole();
});

test('a database of an unknown version is read as far as it can be, and it is said', () => {
  rig.database.open().pragma('user_version = 99');
  rig.database.close();
  rig.poll();
  expectWhole();
  expect(rig.tailer.listing).toMatchObject({ state: 'ok', reason: 'unsupported-format:99' });
});

test('rows are kept of a version that lists its conversations elsewhere', () => {
  rig.database.open().pragma('foreign_keys = OFF');
  rig.database.run('DROP TABLE session_windows');
  rig.database.run('DROP TABLE session_nodes');
  rig.database.close();
  rig.poll();
  expectWhole();
  expect(rig.tailer.listing).toMatchObject({ state: 'ok', reason: 'unsupported-format:23' });
});

test('without the rows where they were nothing is called deleted', () => {
  rig.poll();
  rig.database.open().pragma('foreign_keys = OFF');
  rig.database.run('ALTER TABLE transcript_events RENAME TO events');
  rig.database.close();
  expect(rig.poll()).toEqual([]);
  expect(rig.tailer.listing).toMatchObject({ state: 'unreadable', reason: 'unsupported-format:23' });
});

test('the database of a version before, with an agent’s memory alone, says nothing', () => {
  rig.database.open().pragma('foreign_keys = OFF');
  rig.database.run('DROP TABLE transcript_events');
  rig.database.open().pragma('user_version = 1');
  rig.database.close();
  expect(rig.poll()).toEqual([]);
  expect(rig.tailer.listing).toEqual({ state: 'missing', transcripts: new Map(), locks: [], skipped: [] });
});

test('a row that does not unpack keeps no other conversation from being read', () => {
  rig.database.begin('agent:main:broken', 'broken');
  rig.database.turn('broken', 'question', 'w'.repeat(3_000));
  rig.database.run("UPDATE transcript_events SET event_zstd = x'28b52ffd' WHERE event_zstd IS NOT NULL");
  rig.poll();
  expect(rig.text(MAIN)).not.toBe('');
  expect(rig.tailer.listing).toMatchObject({ state: 'ok', skipped: [{ name: 'broken.jsonl' }] });
});

test('of very many conversations those that changed are read at the next poll, and the others stay', () => {
  rig.database.open();
  for (let one = 0; one < 320; one += 1) rig.database.begin(`agent:main:${one}`, `session-${one}`);
  rig.clock.advance(120_000);
  rig.poll();
  rig.database.turn('session-7', 'question', 'answer');
  expect(kindsOf(rig.poll())).toEqual(['appended']);
  rig.database.remove('agent:main:8', { archived: false });
  expect(kindsOf(rig.poll())).toEqual(['closed deleted']);
  // What its time does not tell, the sweep finds.
  rig.database.run("INSERT INTO transcript_events (session_id, seq, event_json, created_at) VALUES ('session-9', 1, '{}', 1)");
  expect(rig.poll()).toEqual([]);
  expect(kindsOf(rig.sweep())).toEqual(['appended']);
  expectWhole();
});
