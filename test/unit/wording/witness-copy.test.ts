import { describe, expect, it } from 'vitest';
import { en } from '../../../main/wording/en/index.ts';
import { messageMarks, witnessState } from '../../../main/wording/witness-copy.ts';

const now = Date.UTC(2026, 10, 22, 12);

describe('a witness in words', () => {
  it('says when it last heard something', () => {
    expect(witnessState(en, { kind: 'gateway-stream', state: 'listening', lastMessageAt: now - 3_000 }, now)).toBe(
      'listening, last message 3 s ago',
    );
    expect(en.witnesses.names['gateway-stream']).toBe('Live stream of the gateway');
  });

  it('says what it waits for, and how to get it', () => {
    expect(witnessState(en, { kind: 'gateway-stream', state: 'waiting' }, now)).toBe('waiting for a gateway to run');
    expect(witnessState(en, { kind: 'recorder-plugin', state: 'off' }, now)).toBe('not installed (clawback recorder install)');
  });

  it('says what stands in its way and what to do', () => {
    const problem = { code: 'token-unreadable', message: 'The token cannot be read.', hint: 'Enter it in Preferences.' };
    expect(witnessState(en, { kind: 'gateway-stream', state: 'blocked', problem }, now)).toBe(
      'The token cannot be read. Enter it in Preferences.',
    );
  });
});

describe('the marks of a message', () => {
  it('are none for one that is on disk', () => {
    expect(messageMarks(en, { persisted: true, provenance: 'transcript' })).toEqual([]);
  });

  it('tell what was lost again from what was never saved', () => {
    expect(messageMarks(en, { persisted: false, provenance: 'transcript' })).toEqual(['only here']);
    expect(messageMarks(en, { persisted: false, provenance: 'recorder-plugin' })).toEqual([
      'never saved by OpenClaw, seen by the recorder',
    ]);
  });

  it('tell that a reply was cut off', () => {
    expect(messageMarks(en, { persisted: false, provenance: 'gateway-stream', interrupted: true })).toEqual([
      'never saved by OpenClaw, seen on the live stream',
      'cut off',
    ]);
  });
});
