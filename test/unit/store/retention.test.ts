import { afterEach, beforeEach, expect, test } from 'vitest';
import { captured, draft, HEADER, Recording, said, texts } from './recording.ts';

const DAY_MS = 86_400_000;

let recording: Recording;
beforeEach(() => {
  recording = new Recording();
});
afterEach(() => recording[Symbol.dispose]());

const line = (id: string) => said(`message ${id}`, { id, at: 1_000 });
const generations = (nativeId: string) => recording.catalog.generations(recording.row(nativeId)).map(({ id }) => id);
const retain = (days: number) =>
  recording.journal.retain({ closedBefore: recording.clock.now() - days * DAY_MS }, Number.POSITIVE_INFINITY);

/** A transcript that was rewritten: the old version, and the one that stands there now. */
function rewritten(before: readonly string[], after: readonly string[]): readonly [old: number, current: number] {
  const old = recording.open('a', HEADER + before.map(line).join(''));
  recording.close(old, 'rewritten');
  const current = recording.open('a', HEADER + after.map(line).join(''));
  recording.index();
  recording.clock.advance(10 * DAY_MS);
  return [old, current];
}

test('an old version goes when every message of it stands in the one that stays', () => {
  const [old, current] = rewritten(['1', '2'], ['1', '2', '3']);
  const size = recording.content(old).length;
  expect(retain(9)).toEqual({ removed: 1, bytes: size, isOver: true });
  expect(generations('a')).toEqual([current]);
  expect(texts(recording.journal, recording.row('a'))).toEqual(['message 1', 'message 2', 'message 3']);
  expect(recording.catalog.session(recording.row('a'))).toMatchObject({ generations: 1, records: 3, onlyHere: 0 });
  expect(captured(recording.journal, current)).toEqual(recording.content(current));
  expect(recording.catalog.search('message', 10)).toHaveLength(3);
  expect(recording.catalog.verify().ok).toBe(true);
});

test('nothing goes that was replaced later', () => {
  const [old, current] = rewritten(['1'], ['1', '2']);
  expect(retain(11)).toMatchObject({ removed: 0, isOver: true });
  expect(generations('a').toSorted()).toEqual([old, current]);
});

test('a version with a message that stands nowhere else stays for ever', () => {
  const [old] = rewritten(['1', '2'], ['1', '3']);
  recording.clock.advance(9_999 * DAY_MS);
  expect(retain(1)).toMatchObject({ removed: 0 });
  expect(recording.journal.retain({ keepBytes: 1 }, Number.POSITIVE_INFINITY)).toMatchObject({ removed: 0 });
  expect(generations('a')).toContain(old);
  expect(recording.catalog.session(recording.row('a'))?.onlyHere).toBe(1);
});

test('of two versions that hold the same and are both gone from the disk, one stays', () => {
  const [, current] = rewritten(['1', '2'], ['1', '2']);
  recording.close(current, 'deleted');
  recording.clock.advance(10 * DAY_MS);
  expect(retain(1)).toMatchObject({ removed: 1 });
  expect(generations('a')).toEqual([current]);
  expect(recording.catalog.session(recording.row('a'))?.onlyHere).toBe(2);
});

test('what stands on the disk stays, and so does what is not understood or not indexed', () => {
  const archived = recording.open('b', line('1'), { archived: { because: 'reset', at: 0 }, name: 'b.jsonl.reset.x' });
  const strange = recording.open('c', 'no line that anybody knows\n');
  recording.close(strange, 'rewritten');
  recording.open('c', line('9'));
  recording.index();
  const unread = recording.open('d', line('5'));
  recording.close(unread, 'rewritten');
  recording.clock.advance(10 * DAY_MS);
  expect(retain(1)).toMatchObject({ removed: 0 });
  expect([generations('b'), generations('d')]).toEqual([[archived], [unread]]);
  expect(generations('c')).toContain(strange);
});

test('what an open incident speaks of stays until it is resolved', () => {
  const [old, current] = rewritten(['1'], ['1', '2']);
  recording.commit([], { drafts: [draft({ generationId: old })] });
  expect(retain(1)).toMatchObject({ removed: 0 });
  recording.commit([], { resolved: [{ dedupeKey: draft().dedupeKey, as: 'dismissed', at: recording.clock.now() }] });
  expect(retain(1)).toMatchObject({ removed: 1 });
  expect(generations('a')).toEqual([current]);
});

test('old versions of the session index go, and the last one stays even when its file is gone', () => {
  const versions = ['{"a":1}', '{"a":2}', '{"a":3}'].map((text) => {
    const id = recording.open('', text, { kind: 'index', name: 'sessions.json' });
    recording.close(id, 'replaced');
    return id;
  });
  recording.clock.advance(10 * DAY_MS);
  expect(retain(1)).toEqual({ removed: 2, bytes: 14, isOver: true });
  expect(captured(recording.journal, versions[2] ?? 0).toString()).toBe('{"a":3}');
  expect(recording.catalog.sourceBytes().get(recording.directory.sourceId)).toBe(7);
});

test('a size lets copies go, and nothing where it is not reached', () => {
  const filler = (from: number) => Array.from({ length: 400 }, (_, n) => line(`${from + n} ${'x'.repeat(2_000)}`)).join('');
  for (const turn of [0, 1, 2]) {
    recording.close(recording.open('a', filler(0)), 'rewritten');
    recording.clock.advance(turn * 1_000);
  }
  const current = recording.open('a', filler(0));
  recording.index();
  const used = recording.catalog.bufferBytes();
  expect(recording.journal.retain({ keepBytes: used * 2 }, Number.POSITIVE_INFINITY)).toMatchObject({ removed: 0 });
  const all = generations('a').length;
  recording.journal.retain({ keepBytes: 1_000_000 }, Number.POSITIVE_INFINITY);
  expect(all).toBe(4);
  expect(generations('a')).toEqual([current]);
});
