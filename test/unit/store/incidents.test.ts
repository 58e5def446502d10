import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Incident } from '../../../main/core/types.ts';
import { draft, HEADER, Recording, said } from './recording.ts';

let recording: Recording;
beforeEach(() => {
  recording = new Recording();
});
afterEach(() => recording[Symbol.dispose]());

const raise = (overrides: Parameters<typeof draft>[0] = {}) => recording.commit([], { drafts: [draft(overrides)] });
const resolve = (as: 'restored' | 'dismissed' | 'self-healed' | 'expected', at = recording.clock.now()) =>
  recording.commit([], { resolved: [{ dedupeKey: draft().dedupeKey, as, at }] });
const all = () => recording.catalog.incidents({ all: true, limit: 100 });
const open = () => recording.catalog.incidents({ all: false, limit: 100 });
const only = (incidents: readonly Incident[]): Incident => {
  const [first, second] = incidents;
  if (first === undefined || second !== undefined) throw new Error(`${incidents.length} incidents instead of one`);
  return first;
};

test('a draft opens an incident that knows its conversation', () => {
  recording.open('a', HEADER + said('lost words', { id: '1' }));
  recording.index();
  recording.commit([], { sessions: [{ session: recording.ref('a'), routingKey: 'key' }] });
  const { opened } = raise();
  expect(only(opened)).toMatchObject({
    ...draft(),
    sessionRow: recording.row('a'),
    sessionId: 'a',
    sessionKey: 'key',
    title: 'lost words',
  });
  expect(only(open())).toEqual(only(opened));
  expect(only(opened).id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
});

test('the same loss again is the same incident and no news', () => {
  raise();
  expect(raise({ evidence: { path: '/other' } }).opened).toEqual([]);
  expect(only(all()).evidence).toEqual({ path: '/other' });
});

test('a loss that grew is news and is shown again', () => {
  const { id } = only(raise().opened);
  recording.journal.acknowledge(id, 5);
  const grown = only(raise({ messages: 3 }).opened);
  expect(grown).toMatchObject({ id, messages: 3 });
  expect(grown).not.toHaveProperty('notifiedAt');
});

test('a warning that becomes a loss is news', () => {
  raise({ severity: 'warning' });
  expect(only(raise().opened).severity).toBe('loss');
});

test('an acknowledgement stays the first one', () => {
  const { id } = only(raise().opened);
  recording.journal.acknowledge(id, 5);
  recording.journal.acknowledge(id, 9);
  expect(only(all()).notifiedAt).toBe(5);
});

test('acknowledging what does not exist is not found', () => {
  expect(() => recording.journal.acknowledge('nope', 1)).toThrow(expect.objectContaining({ code: 'not-found' }));
});

test('a resolved incident leaves the open list and stays in history', () => {
  raise();
  expect(only(resolve('restored').resolved)).toMatchObject({ resolution: 'restored' });
  expect(open()).toEqual([]);
  expect(recording.catalog.openIncidentCount()).toBe(0);
  expect(only(all()).resolution).toBe('restored');
});

test('resolving twice, or what was never raised, is no news', () => {
  raise();
  resolve('dismissed');
  expect(resolve('restored').resolved).toEqual([]);
  expect(only(all()).resolution).toBe('dismissed');
});

test.each(['dismissed', 'restored', 'expected'] as const)('what was %s does not come back with the same counts', (as) => {
  raise();
  resolve(as);
  expect(raise().opened).toEqual([]);
  expect(only(all()).resolution).toBe(as);
});

test('what was dismissed comes back when more is lost', () => {
  raise();
  resolve('dismissed');
  expect(only(raise({ messages: 5 }).opened)).not.toHaveProperty('resolution');
});

test('what healed by itself comes back when it is lost again, as one incident', () => {
  const { id } = only(raise().opened);
  recording.journal.acknowledge(id, 5);
  resolve('self-healed');
  recording.clock.advance(1_000);
  const again = only(raise().opened);
  expect(again).toMatchObject({ id, openedAt: recording.clock.now() });
  expect(again).not.toHaveProperty('notifiedAt');
});

test('quiet history is resolved the moment it is written and never open', () => {
  const { opened, resolved } = raise({ kind: 'expected-reset', severity: 'info', messages: 0, resolution: 'expected' });
  expect(opened).toEqual([]);
  expect(only(resolved)).toMatchObject({ resolution: 'expected', resolvedAt: recording.clock.now() });
  expect(open()).toEqual([]);
  expect(only(all()).kind).toBe('expected-reset');
});

test('an open incident that turns out to be expected is resolved', () => {
  raise();
  expect(only(raise({ resolution: 'expected', severity: 'info' }).resolved).resolution).toBe('expected');
});

test('open incidents are remembered for the next run, resolved ones are not', () => {
  raise();
  raise({ dedupeKey: 'other', messages: 1 });
  resolve('dismissed');
  recording.reopen();
  expect(recording.journal.rememberedIncidents()).toEqual([
    { dedupeKey: 'other', draft: draft({ dedupeKey: 'other', messages: 1 }), openedAt: recording.clock.now() },
  ]);
});

test('lists are newest first and go on before a time', () => {
  for (const n of [1, 2, 3]) {
    raise({ dedupeKey: `k${n}` });
    recording.clock.advance(1_000);
  }
  const keys = (incidents: readonly Incident[]) => incidents.map(({ dedupeKey }) => dedupeKey);
  const first = recording.catalog.incidents({ all: false, limit: 2 });
  expect(keys(first)).toEqual(['k3', 'k2']);
  expect(keys(recording.catalog.incidents({ all: false, limit: 2, before: first[1]?.openedAt ?? 0 }))).toEqual(['k1']);
});

test('an incident is found by its id and by a beginning that no other has', () => {
  const { id } = only(raise().opened);
  expect(recording.catalog.incident(id)?.id).toBe(id);
  expect(recording.catalog.incident(id.slice(0, 8))?.id).toBe(id);
  expect(recording.catalog.incident(id.slice(0, 3))).toBeUndefined();
  expect(recording.catalog.incident('%%%%')).toBeUndefined();
  raise({ dedupeKey: 'second' });
  expect(recording.catalog.incident(id.slice(0, 8))).toBeUndefined();
});
