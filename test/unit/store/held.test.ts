import { afterEach, beforeEach, expect, test } from 'vitest';
import { HEADER, Recording, said } from './recording.ts';

const DAY_MS = 86_400_000;

let recording: Recording;
beforeEach(() => {
  recording = new Recording();
});
afterEach(() => recording[Symbol.dispose]());

test('an empty buffer holds nothing and is as old as nothing', () => {
  expect(recording.catalog.held(recording.clock.now())).toEqual({
    transcriptBytes: 0,
    conversations: 0,
    grownLastWeek: 0,
    onlyHere: { conversations: 0, messages: 0 },
  });
});

test('conversations are counted with every version of their files, and versions of the index are none', () => {
  const first = recording.open('a', HEADER + said('one'));
  recording.close(first, 'rewritten');
  const second = recording.open('a', HEADER);
  recording.open('sessions', '{"k":1}', { kind: 'index', name: 'sessions.json' });
  const bytes = recording.content(first).length + recording.content(second).length;
  expect(recording.catalog.held(recording.clock.now())).toMatchObject({ transcriptBytes: bytes, conversations: 1 });
  expect(recording.catalog.sourceBytes()).toEqual(new Map([[recording.directory.sourceId, bytes + 7]]));
});

test('what no file holds any more is counted, and in how many conversations', () => {
  recording.close(recording.open('a', HEADER + said('one') + said('two')), 'deleted');
  recording.open('b', HEADER + said('three'));
  recording.index();
  expect(recording.catalog.held(recording.clock.now()).onlyHere).toEqual({ conversations: 1, messages: 2 });
});

test('what was captured in the last week is what it grew by, also of a file that is older', () => {
  const old = recording.open('a', HEADER + said('one', { at: recording.clock.now() }));
  recording.clock.advance(8 * DAY_MS);
  const more = said('two');
  recording.append(old, more);
  recording.open('b', HEADER);
  expect(recording.catalog.held(recording.clock.now()).grownLastWeek).toBe(more.length + HEADER.length);
});

test('the oldest thing is the oldest message, not the oldest capture', () => {
  recording.clock.advance(400 * DAY_MS);
  const saidAt = recording.clock.now() - 300 * DAY_MS;
  recording.open('a', HEADER + said('long ago', { at: saidAt }));
  expect(recording.catalog.held(recording.clock.now()).oldestAt).toBe(recording.clock.now());
  recording.index();
  expect(recording.catalog.held(recording.clock.now()).oldestAt).toBe(Math.floor(saidAt / 1_000) * 1_000);
});
