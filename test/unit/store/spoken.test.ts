import { afterEach, beforeEach, expect, test } from 'vitest';
import { HEADER, said } from './recording.ts';
import { seen, Witnessing } from './witnessing.ts';

let recording: Witnessing;
beforeEach(() => {
  recording = new Witnessing();
});
afterEach(() => recording[Symbol.dispose]());

const KEY = 'agent:main:main';

function spoken(query: { nativeId?: string; sessionKey?: string }, sinceMs = 0): readonly string[] {
  const { sourceId, agent } = recording.directory;
  return recording.catalog.spoken({ sourceId, agent, ...query }, sinceMs).map(({ text }) => text);
}

function keyed(nativeId: string, routingKey = KEY): void {
  recording.commit([], { sessions: [{ session: recording.ref(nativeId), routingKey }] });
}

test('all conversations of a key are heard, in order, as far as files hold them', () => {
  recording.open('a', HEADER + said('one', { id: '1', at: 1_000 }) + said('three', { id: '3', role: 'tool', at: 3_000 }), {
    archived: { because: 'reset' },
  });
  recording.open('b', said('two', { id: '2', role: 'assistant', at: 2_000 }));
  recording.open('c', said('another key', { id: '4', at: 2_500 }));
  keyed('a');
  keyed('b');
  expect(spoken({ sessionKey: KEY })).toEqual(['one', 'two', 'three']);
  expect(spoken({ sessionKey: KEY }, 2_000)).toEqual(['two', 'three']);
  expect(spoken({ nativeId: 'c' })).toEqual(['another key']);
  expect(spoken({ nativeId: 'c', sessionKey: KEY })).toEqual(['one', 'two', 'another key', 'three']);
  expect(spoken({})).toEqual([]);
});

test('what was said a moment before is not heard, however much was said at once', () => {
  const lines = Array.from({ length: 20 }, (_, index) => said(`m${index}`, { id: String(index), at: 10_000 + index }));
  recording.open('a', lines.join(''));
  expect(spoken({ nativeId: 'a' }, 10_018)).toEqual(['m18', 'm19']);
});

test('each message says whose it is', () => {
  recording.open('a', said('one', { role: 'assistant', at: 1_000 }));
  const { sourceId, agent } = recording.directory;
  expect(recording.catalog.spoken({ sourceId, agent, nativeId: 'a' }, 0)).toEqual([
    { session: recording.ref('a'), role: 'assistant', text: 'one', at: 1_000 },
  ]);
});

test('a conversation is heard with what came before and after it', () => {
  recording.open('old', said('before', { at: 1_000 }));
  recording.open('new', said('after', { at: 2_000 }));
  recording.commit([], {
    transitions: [{ session: recording.ref('old'), from: 'live', to: 'superseded', cause: 'test', at: 1, successor: recording.ref('new') }],
  });
  expect(spoken({ nativeId: 'old' })).toEqual(['before', 'after']);
  expect(spoken({ nativeId: 'new' })).toEqual(['before', 'after']);
});

test('what a file held is heard when it is gone, what no file ever held is not', () => {
  const gone = recording.open('a', said('gone', { id: '1', at: 1_000 }));
  recording.close(gone, 'deleted');
  recording.open('a', said('there', { id: '2', at: 2_000 }));
  recording.promote(seen('never written', { at: 3_000 }));
  expect(spoken({ nativeId: 'a' })).toEqual(['gone', 'there']);
});

test('another agent and another source are other conversations', () => {
  recording.open('a', said('one', { at: 1_000 }));
  keyed('a');
  const { sourceId } = recording.directory;
  expect(recording.catalog.spoken({ sourceId, agent: 'other', nativeId: 'a', sessionKey: KEY }, 0)).toEqual([]);
  expect(recording.catalog.spoken({ sourceId: sourceId + 1, agent: 'main', nativeId: 'a', sessionKey: KEY }, 0)).toEqual([]);
});

test('what was said in one moment is heard in its order, and nothing from before it', () => {
  const crowd = Array.from({ length: 30 }, (_, n) => said(`a${n}`, { id: `${n}`, at: 1_000 + 2 * n }));
  recording.open('a', crowd.join(''));
  recording.open('b', said('b', { at: 1_031 }));
  keyed('a');
  keyed('b');
  recording.index();
  const later = Array.from({ length: 14 }, (_, n) => `a${n + 16}`);
  expect(spoken({ sessionKey: KEY }, 1_024)).toEqual(['a12', 'a13', 'a14', 'a15', 'b', ...later]);
});

test('an answer that is cut says so', () => {
  const lines = Array.from({ length: 2_100 }, (_, index) => said(`m${index}`, { id: String(index), at: 1_000 * (index + 1) }));
  recording.open('a', lines.join(''));
  const { sourceId, agent } = recording.directory;
  const heard = recording.catalog.spoken({ sourceId, agent, nativeId: 'a' }, 0);
  expect(heard.length).toBe(2_000);
  expect(heard.filter(({ more }) => more)).toEqual([heard.at(-1)]);
  expect(recording.catalog.spoken({ sourceId, agent, nativeId: 'a' }, 1_000_000).some(({ more }) => more)).toBe(false);
});

test('lines that are too long to be indexed, such as one with a picture, say what they say', () => {
  const picture = 'x'.repeat(5 * 1024 * 1024);
  recording.open('a', said(`look ${picture}`, { id: '1', at: 1_000 }) + said('nice', { id: '2', role: 'assistant', at: 2_000 }));
  expect(spoken({ nativeId: 'a' }).map((text) => text.slice(0, 5))).toEqual(['look ', 'nice']);
});

test('many pictures are heard in several answers, none of them without its words', () => {
  const picture = 'x'.repeat(3.5 * 1024 * 1024);
  const lines = Array.from({ length: 12 }, (_, n) => lineWithPicture(`m${n}`, picture, 1_000 * (n + 1)));
  recording.open('a', lines.join(''));
  const { sourceId, agent } = recording.directory;
  const first = recording.catalog.spoken({ sourceId, agent, nativeId: 'a' }, 0);
  const last = first.at(-1);
  expect(last?.more).toBe(true);
  const rest = recording.catalog.spoken({ sourceId, agent, nativeId: 'a' }, last?.at ?? 0);
  expect([...first, ...rest.slice(1)].map(({ text }) => text)).toEqual(lines.map((_, n) => `m${n}`));
});

function lineWithPicture(text: string, picture: string, at: number): string {
  return `${JSON.stringify({ type: 'message', id: text, role: 'tool', at, text, picture })}\n`;
}
