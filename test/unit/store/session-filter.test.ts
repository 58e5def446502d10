import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SessionQuery } from '../../../main/core/store/store.ts';
import { moved, Recording, said } from './recording.ts';

let recording: Recording;
beforeEach(() => {
  recording = new Recording();
});
afterEach(() => recording[Symbol.dispose]());

const names = (query: Partial<SessionQuery> = {}) =>
  recording.catalog.sessions({ limit: 100, ...query }).items.map(({ nativeId }) => nativeId);

/** A conversation under this key; one that nobody knows the key of without. */
function keyed(nativeId: string, routingKey?: string): void {
  recording.open(nativeId, said('words', { id: '1' }));
  if (routingKey !== undefined) recording.commit([], { sessions: [{ session: recording.ref(nativeId), routingKey }] });
}

test.each([
  ['a cron job', 'agent:main:cron:daily-report'],
  ['one run of a cron job', 'agent:main:cron:daily-report:run:1760000000'],
  ['a cron job without an agent', 'cron:daily-report'],
  ['a sub-agent', 'agent:main:subagent:0b6e7520-0000-4000-8000-000000000000'],
  ['a sub-agent of a sub-agent', 'agent:research:subagent:1:subagent:2'],
  ['a sub-agent without an agent', 'subagent:1'],
  ['a heartbeat with a session of its own', 'agent:main:main:heartbeat'],
  ['a heartbeat of a heartbeat', 'agent:main:main:heartbeat:heartbeat'],
  ['a heartbeat in a thread', 'agent:main:slack:channel:c1:heartbeat:thread:2'],
  ['the heartbeat of an agent', 'agent:main:heartbeat'],
  ['any of them in capitals', 'AGENT:Main:CRON:Daily'],
])('nobody typed what is said under the key of %s', (_what, key) => {
  keyed('typed', 'agent:main:main');
  keyed('automatic', key);
  expect(names({ automatic: false })).toEqual(['typed']);
  expect(names()).toEqual(['automatic', 'typed']);
  expect(names({ automatic: true })).toEqual(['automatic', 'typed']);
  expect(recording.catalog.sessionFacets({}).automatic).toBe(1);
});

test.each([
  ['a main session', 'agent:main:main'],
  ['an agent that is called cron', 'agent:cron:main'],
  ['an agent that is called heartbeat', 'agent:heartbeat:main'],
  ['a group whose name begins so', 'agent:main:telegram:group:cron:topic:7'],
  ['a chat that is called so', 'agent:main:cronjobs'],
  ['a key that is cut off', 'agent:cron:'],
  ['an ACP conversation', 'agent:main:acp:1'],
  ['a key that nobody knows', undefined],
])('somebody typed what is said in %s', (_what, key) => {
  keyed('typed', key);
  expect(names({ automatic: false })).toEqual(['typed']);
  expect(recording.catalog.sessionFacets({}).automatic).toBe(0);
});

test('since a time: what was added to then or later, and what was first seen then where nothing was added', () => {
  const start = recording.clock.now();
  const old = recording.open('old', 'x');
  recording.open('quiet', 'x');
  recording.clock.advance(60_000);
  recording.open('empty', '');
  recording.append(old, 'more');
  expect(names({ since: start + 60_000 })).toEqual(['old', 'empty']);
  expect(names({ since: start })).toEqual(['old', 'empty', 'quiet']);
  expect(names({ since: start + 60_001 })).toEqual([]);
  expect(names({ since: Number.MAX_SAFE_INTEGER })).toEqual([]);
});

test('pages of a filtered list continue exactly', () => {
  for (let n = 0; n < 12; n += 1) keyed(`s${n}`, n % 2 === 0 ? `agent:main:cron:${n}` : `agent:main:chat-${n}`);
  const first = recording.catalog.sessions({ limit: 4, automatic: false });
  expect(first.items.map(({ nativeId }) => nativeId)).toEqual(['s11', 's9', 's7', 's5']);
  expect(names({ automatic: false, cursor: first.next ?? 0 })).toEqual(['s3', 's1']);
});

test('how many nobody typed is counted of what the filter leaves', () => {
  keyed('a', 'agent:main:cron:a');
  recording.clock.advance(60_000);
  keyed('b', 'agent:main:cron:b');
  keyed('c', 'agent:main:main');
  recording.commit([], { transitions: [moved(recording.ref('b'), 'archived', 50)] });
  const automatic = (filter: Parameters<typeof recording.catalog.sessionFacets>[0]) => recording.catalog.sessionFacets(filter).automatic;
  expect(automatic({})).toBe(2);
  expect(automatic({ automatic: false })).toBe(2);
  expect(automatic({ states: ['archived'] })).toBe(1);
  expect(automatic({ since: recording.clock.now() })).toBe(1);
  expect(automatic({ agent: 'other' })).toBe(0);
  expect(automatic({ onlyHere: true })).toBe(0);
});

test('agents are named once each, also those of which the filter leaves nothing', () => {
  expect(recording.catalog.sessionFacets({})).toEqual({ agents: [], automatic: 0 });
  recording.open('a', 'x');
  recording.open('b', 'x');
  recording.open('c', 'x', { agent: 'Büro' });
  recording.open('d', 'x', { agent: 'archive' });
  expect(recording.catalog.sessionFacets({ agent: 'main' }).agents).toEqual(['Büro', 'archive', 'main']);
});
