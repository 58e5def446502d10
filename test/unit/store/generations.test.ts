import { afterEach, beforeEach, expect, test } from 'vitest';
import { captured, HEADER, Recording, said } from './recording.ts';

let recording: Recording;
beforeEach(() => {
  recording = new Recording();
});
afterEach(() => recording[Symbol.dispose]());

const known = () => recording.journal.knownGenerations(recording.directory);
const generations = (nativeId: string) => recording.catalog.generations(recording.row(nativeId));

test('generations of one name count up, each with its own bytes', () => {
  const first = recording.open('a', 'one');
  recording.close(first, 'truncated');
  const second = recording.open('a', 'two');
  expect(generations('a')).toMatchObject([
    { id: first, ordinal: 1, closedAs: 'truncated', onDisk: false, bytes: 3 },
    { id: second, ordinal: 2, onDisk: true, bytes: 3 },
  ]);
  expect(captured(recording.journal, first).toString()).toBe('one');
});

test('a continued capture gets back exactly the checkpoint it committed', () => {
  const id = recording.open('a', HEADER);
  const change = recording.appended(id, 'x'.repeat(2_000));
  if (change.change !== 'appended') throw new Error('not appended');
  const identity = { dev: 2n ** 64n - 1n, ino: 2n ** 63n + 5n, birthtimeNs: 1_795_346_099_504_123_457n };
  const checkpoint = { ...change.checkpoint, identity, mtimeNs: 1_795_346_099_504_123_459n };
  recording.commit([{ ...change, checkpoint }]);
  recording.reopen();
  const [found] = known();
  expect(found?.checkpoint.identity).toEqual(identity);
  expect(found?.checkpoint.mtimeNs).toBe(checkpoint.mtimeNs);
  expect(found?.checkpoint.offset).toBe(checkpoint.offset);
  expect(Buffer.from(found?.checkpoint.head.sha256 ?? []).equals(Buffer.from(checkpoint.head.sha256))).toBe(true);
  expect(found?.checkpoint.tail.length).toBe(64);
});

test('an empty file has empty fingerprints', () => {
  recording.open('a');
  expect(known()[0]?.checkpoint.head).toEqual({ length: 0, sha256: new Uint8Array(0) });
});

test('only generations that may still be on disk are known', () => {
  const gone = recording.open('a', 'one');
  recording.close(gone, 'deleted');
  const live = recording.open('b', 'two');
  const archive = recording.open('c', 'three', { archived: { because: 'reset', at: 42 } });
  expect(known().map(({ id }) => id)).toEqual([live, archive]);
  expect(known()[1]?.archived).toEqual({ because: 'reset', at: 42 });
});

test('generations of another directory are not known', () => {
  recording.open('a', 'one');
  expect(recording.journal.knownGenerations({ ...recording.directory, path: '/elsewhere' })).toEqual([]);
  expect(recording.journal.knownGenerations({ ...recording.directory, agent: 'other' })).toEqual([]);
});

test('a file that is renamed to an archive is still on disk and still grows to its end', () => {
  const id = recording.open('a', 'one');
  const path = '/agent/agents/main/sessions/a.jsonl.reset.x';
  recording.commit([{ change: 'moved', generationId: id, path, archived: { because: 'reset' }, at: 7 }, recording.appended(id, 'two')]);
  expect(generations('a')).toMatchObject([{ closedAs: 'archived', archivedBecause: 'reset', closedAt: 7, onDisk: true, path, bytes: 6 }]);
});

test('an archive that gets its live name back is open again', () => {
  const id = recording.open('a', 'one', { archived: { because: 'backup' } });
  recording.commit([{ change: 'moved', generationId: id, path: '/agent/agents/main/sessions/a.jsonl', at: 9 }]);
  expect(generations('a')[0]).not.toHaveProperty('closedAs');
  expect(known()[0]).not.toHaveProperty('archived');
});

test('an archive that is gone is no longer on disk', () => {
  const id = recording.open('a', 'one', { archived: { because: 'deleted' } });
  recording.commit([{ change: 'archive-gone', generationId: id, at: 9 }]);
  expect(generations('a')).toMatchObject([{ closedAs: 'archived', onDisk: false }]);
  expect(known()).toEqual([]);
});

test('a rebound generation keeps its bytes under the new identity and path', () => {
  const id = recording.open('a', 'one');
  const identity = recording.identity(900n);
  recording.commit([{ change: 'rebound', generationId: id, path: '/agent/agents/main/sessions/b.jsonl', identity, mtimeNs: 5n, at: 9 }]);
  expect(known()[0]).toMatchObject({ path: '/agent/agents/main/sessions/b.jsonl', checkpoint: { identity, offset: 3 } });
});

test('sidecars and index files are kept as bytes and make no conversation', () => {
  const sidecar = recording.open('a', 'trajectory', { kind: 'sidecar', name: 'a.trajectory.jsonl' });
  const index = recording.open('', '{}', { kind: 'index', name: 'sessions.json' });
  recording.index();
  expect(captured(recording.journal, sidecar).toString()).toBe('trajectory');
  expect(captured(recording.journal, index).toString()).toBe('{}');
  expect(recording.catalog.sessions({ limit: 10 }).items).toEqual([]);
  expect(known().map(({ kind }) => kind)).toEqual(['sidecar', 'index']);
});

test('a change of a generation that does not exist is refused', () => {
  expect(() => recording.commit([{ change: 'closed', generationId: 99, as: 'deleted', at: 1 }])).toThrow(
    expect.objectContaining({ code: 'bug' }),
  );
});

test('ids of generations go on after reopening', () => {
  const first = recording.open('a', said('x'));
  recording.reopen();
  expect(recording.journal.nextGenerationId()).toBe(first + 1);
});

test('a source that is registered again is the same source', () => {
  const again = recording.journal.registerSource('openclaw-jsonl', '/agent', 1);
  expect(again.id).toBe(recording.directory.sourceId);
  expect(recording.catalog.sources()).toMatchObject([{ root: '/agent', agents: 0, sessions: 0 }]);
});

test('an empty commit writes nothing', () => {
  recording.open('a', said('one'));
  recording.index();
  const before = recording.catalog.bufferBytes();
  expect(recording.commit([])).toMatchObject({ bytes: 0, opened: [], resolved: [] });
  recording.index();
  expect(recording.catalog.bufferBytes()).toBe(before);
});
