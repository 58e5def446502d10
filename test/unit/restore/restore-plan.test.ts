import { describe, expect, test } from 'vitest';
import {
  type ChatFacts,
  chatRefusal,
  chooseGeneration,
  gatewayRefusal,
  isSafeAgent,
  isSafeSessionId,
  nameNewSession,
  refusal,
  refusalFor,
  type TargetFacts,
} from '../../../main/core/restore/restore-plan.ts';
import type { GenerationSummary } from '../../../main/core/types.ts';

function generation(id: number, ordinal: number, records: number, bytes = records * 100): GenerationSummary {
  return { id, kind: 'transcript', ordinal, name: 'x.jsonl', path: '/x.jsonl', bytes, records, openedAt: 0, onDisk: false };
}

describe('the generation to restore', () => {
  const all = [generation(10, 1, 4), generation(11, 2, 9), generation(12, 3, 2)];

  test('is the one asked for', () => expect(chooseGeneration(all, { ordinal: 1, generationId: 12 })?.id).toBe(10));
  test('is the one that holds what was lost', () => expect(chooseGeneration(all, { generationId: 12 })?.id).toBe(12));
  test('is the one with most messages otherwise', () => expect(chooseGeneration(all, {})?.id).toBe(11));
  test('is the largest of those with equally many', () =>
    expect(chooseGeneration([generation(1, 1, 3, 10), generation(2, 2, 3, 20)], {})?.id).toBe(2));
  test('is none when the one asked for does not exist', () => expect(chooseGeneration(all, { ordinal: 9 })).toBeUndefined());
});

test('a new session is named by the local time, in lower case, without a word of the conversation', () => {
  const facts = { sessionId: 's', hex: 'ab12', at: Date.UTC(2026, 10, 22, 23, 5, 9), utcOffsetMinutes: 90, messages: 12 };
  expect(nameNewSession('Main', facts)).toEqual({
    sessionId: 's',
    sessionKey: 'agent:main:restored-20261123t003509-ab12',
    label: 'Restored 2026-11-23 00:35:09 · 12 messages',
  });
});

test.each(['', '..', '../x', 'a/b', 'a\0b', '/etc', '.hidden', 'a..b', 'x'.repeat(129)])('%j is no session id', (id) => {
  expect(isSafeSessionId(id)).toBe(false);
});

test.each(['', '..', 'a/b', 'a\0', '/', 'a.b', '-a'])('%j is no agent', (agent) => expect(isSafeAgent(agent)).toBe(false));

describe('what stands in the way', () => {
  const fine: TargetFacts = { target: 'new-session', messages: 3, bytes: 100, pathTaken: false, writable: true, freeBytes: 1e9 };
  const running = gatewayRefusal('running', false, false);

  test('is nothing when all is well', () => expect(refusalFor(fine)).toBeUndefined());

  test.each<[string, Partial<TargetFacts>]>([
    ['unsafe-path', { unsafe: 'a link', damage: 'chunk 3', bytes: 0, gatewayRefusal: running }],
    ['mirror-damaged', { damage: 'chunk 3', bytes: 0, gatewayRefusal: running }],
    ['nothing-to-restore', { messages: 0, gatewayRefusal: running }],
    ['nothing-to-restore', { target: 'file', bytes: 0 }],
    ['gateway-running', { gatewayRefusal: running, indexProblem: 'it is not JSON' }],
    ['index-unreadable', { indexProblem: 'it is not JSON', pathTaken: true }],
    ['target-exists', { pathTaken: true, writable: false }],
    ['not-permitted', { writable: false, freeBytes: 1 }],
    ['disk-full', { freeBytes: 100 }],
  ])('is %s first', (code, facts) => {
    expect(refusalFor({ ...fine, ...facts })).toMatchObject({ code, hint: expect.stringMatching(/\w/) });
  });

  test('is nothing when a file without messages goes to a file', () => {
    expect(refusalFor({ ...fine, target: 'file', messages: 0, indexProblem: 'x' })).toBeUndefined();
  });
});

describe('the gateway', () => {
  test('is asked while it runs', () => expect(gatewayRefusal('running', false, true)).toBeUndefined());
  test('stands in the way while it runs and cannot be asked', () =>
    expect(gatewayRefusal('running', false, false)?.code).toBe('gateway-running'));
  test('stands in the way when only its port answers', () => expect(gatewayRefusal('unknown', true, true)?.code).toBe('gateway-running'));
  test('does not when nothing is known and nothing answers', () => expect(gatewayRefusal('unknown', false, false)).toBeUndefined());
  test('does not when it is stopped', () => expect(gatewayRefusal('stopped', true, false)).toBeUndefined());
});

describe('a chat that shall go on in its own session', () => {
  const quiet: ChatFacts = { entry: {}, hasTranscript: false, isBusy: false, lastActivityAt: 1_000, now: 6_000 };

  test('may when it has no transcript and nothing goes on in it', () => expect(chatRefusal(quiet)).toBeUndefined());
  test('may when its last use lies ahead because the clock was set back', () =>
    expect(chatRefusal({ ...quiet, lastActivityAt: 3_600_000 })).toBeUndefined());

  test.each<[string, Partial<ChatFacts>]>([
    ['session-moved-on', { entry: undefined, hasTranscript: true, isBusy: true }],
    ['session-moved-on', { entry: { isAcp: true }, hasTranscript: true, isBusy: true }],
    ['session-has-transcript', { hasTranscript: true, isBusy: true }],
    ['session-busy', { isBusy: true }],
    ['session-busy', { now: 5_999 }],
  ])('is %s', (code, facts) => {
    expect(chatRefusal({ ...quiet, ...facts })).toMatchObject({ code, hint: expect.stringMatching(/new session/) });
  });
});

test('a full volume is told from the bytes that are needed', () => {
  expect(refusal('disk-full', 'm')).toEqual({ code: 'disk-full', message: 'm', hint: expect.stringContaining('space') });
});
