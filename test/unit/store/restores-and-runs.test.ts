import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RestoreDraft } from '../../../main/core/store/store.ts';
import { draft, Recording } from './recording.ts';

let recording: Recording;
beforeEach(() => {
  recording = new Recording();
});
afterEach(() => recording[Symbol.dispose]());

function planned(overrides: Partial<RestoreDraft> = {}): RestoreDraft {
  const generationId = recording.open('a', 'x');
  const [incident] = recording.commit([], { drafts: [draft()] }).opened;
  return {
    id: 'restore-1',
    ...(incident === undefined ? {} : { incidentId: incident.id }),
    sessionRow: recording.row('a'),
    generationId,
    upTo: 1,
    target: 'new-session',
    path: '/agent/restored.jsonl',
    agent: 'main',
    sessionId: 'new-id',
    sessionKey: 'agent:main:restored',
    messages: 2,
    sha256: 'ab'.repeat(32),
    startedAt: 10,
    ...overrides,
  };
}

test('a restore is there before it does anything, with all that recovery needs', () => {
  const plan = planned();
  recording.journal.beginRestore(plan);
  recording.reopen();
  expect(recording.catalog.restoreDraft(plan.id)).toEqual(plan);
  expect(recording.catalog.restore(plan.id)).toMatchObject({ phase: 'planned', sha256: plan.sha256 });
});

test('a restore ends when it is verified, and not before', () => {
  const plan = planned();
  recording.journal.beginRestore(plan);
  recording.journal.advanceRestore(plan.id, 'written', 11);
  expect(recording.catalog.restore(plan.id)).not.toHaveProperty('finishedAt');
  recording.journal.advanceRestore(plan.id, 'linked', 12);
  recording.journal.advanceRestore(plan.id, 'verified', 13);
  expect(recording.catalog.restore(plan.id)).toMatchObject({ phase: 'verified', finishedAt: 13 });
});

test('a failed restore says why', () => {
  const plan = planned();
  recording.journal.beginRestore(plan);
  recording.journal.advanceRestore(plan.id, 'failed', 13, 'target-exists');
  expect(recording.catalog.restore(plan.id)).toMatchObject({ phase: 'failed', error: 'target-exists' });
});

test('restores are listed newest first', () => {
  recording.journal.beginRestore(planned());
  recording.journal.beginRestore({ ...planned(), id: 'restore-2', startedAt: 20 });
  expect(recording.catalog.restores().map(({ id }) => id)).toEqual(['restore-2', 'restore-1']);
});

test('a restore that does not exist is undefined, and cannot go on', () => {
  expect(recording.catalog.restore('nope')).toBeUndefined();
  expect(recording.catalog.restoreDraft('nope')).toBeUndefined();
  expect(() => recording.journal.advanceRestore('nope', 'written', 1)).toThrow(expect.objectContaining({ code: 'not-found' }));
});

test('a run that ended is clean, one that did not is reported once', () => {
  const first = recording.journal.beginRun('1', 10);
  expect(first.uncleanStop).toBe(false);
  recording.journal.endRun(first.runId, 20);
  const second = recording.journal.beginRun('1', 30);
  expect(second.uncleanStop).toBe(false);
  recording.journal.beat(second.runId, 35);
  recording.reopen();
  expect(recording.journal.beginRun('1', 40).uncleanStop).toBe(true);
  recording.reopen();
  recording.journal.endRun(recording.journal.beginRun('1', 50).runId, 60);
  expect(recording.journal.beginRun('1', 70).uncleanStop).toBe(false);
});

test('a restore of a conversation that does not exist is refused as a mistake of ours', () => {
  const plan = planned({ sessionRow: 99 });
  expect(() => recording.journal.beginRestore(plan)).toThrow(expect.objectContaining({ code: 'bug' }));
  expect(recording.catalog.restores()).toEqual([]);
});
