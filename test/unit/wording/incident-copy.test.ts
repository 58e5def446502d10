import { describe, expect, it } from 'vitest';
import type { Incident, IncidentKind } from '../../../main/core/types.ts';
import { en } from '../../../main/wording/en/index.ts';
import { incidentCopy } from '../../../main/wording/incident-copy.ts';
import { quietReason } from '../../../main/wording/quiet-reason.ts';
import { planChangeText } from '../../../main/wording/restore-copy.ts';
import { incidentKinds } from './incident-kinds.ts';

const at = (hour: number, minute = 0): number => new Date(2026, 10, 22, hour, minute).getTime();
const now = at(15);

function incident(kind: IncidentKind, changes: Partial<Incident> = {}): Incident {
  return {
    id: '018f0000-0000-7000-8000-000000000000',
    kind,
    dedupeKey: `${kind}:main:s1`,
    severity: 'loss',
    sourceId: 1,
    agent: 'main',
    nativeId: 's1',
    messages: 41,
    bytes: 4_100,
    evidence: {},
    openedAt: at(14, 7),
    title: 'What my doctor said',
    ...changes,
  };
}

describe('incidentCopy', () => {
  it.each(incidentKinds)('has whole sentences for %s even with no evidence', (kind) => {
    const copy = incidentCopy(en, incident(kind), now);
    for (const text of [copy.title, copy.summary, copy.safe, copy.next, copy.notification.title, copy.notification.body]) {
      expect(text).toMatch(/^[A-Z0-9].*[^ ]$/);
      expect(text).not.toMatch(/undefined|NaN|null|\s\s/);
    }
    for (const text of [copy.summary, copy.safe, copy.next, copy.notification.body]) expect(text).toMatch(/\.$/);
  });

  it.each(incidentKinds)('never shows the title of a conversation for %s in a notification', (kind) => {
    expect(JSON.stringify(incidentCopy(en, incident(kind), now).notification)).not.toContain('doctor');
  });

  it('tells when the messages were there and since when they are gone', () => {
    const copy = incidentCopy(en, incident('deleted', { evidence: { since: at(14, 7), lastOnDiskAt: at(14, 5) } }), now);
    expect(copy.summary).toBe(
      '41 messages that were on disk at 14:05 are gone since 14:07: the file was deleted and OpenClaw kept no archive of it.',
    );
    expect(copy.safe).toBe('They are safe here.');
  });

  it('speaks of one message in the singular', () => {
    const copy = incidentCopy(en, incident('truncated', { messages: 1, evidence: { since: at(14, 7), lastOnDiskAt: at(14, 5) } }), now);
    expect(`${copy.summary} ${copy.safe}`).toBe(
      '1 message that was on disk at 14:05 is gone since 14:07: the file was cut short. It is safe here.',
    );
  });

  it('does not give the same minute for being there and being gone', () => {
    const copy = incidentCopy(en, incident('deleted', { evidence: { since: at(14, 7), lastOnDiskAt: at(14, 7) } }), now);
    expect(copy.summary).toContain('that were on disk before are gone since 14:07');
  });

  it('says that a conversation goes on unsaved', () => {
    const copy = incidentCopy(
      en,
      incident('reset-without-successor', { severity: 'warning', messages: 0, evidence: { resetAt: at(13), lastTurnAt: at(14) } }),
      now,
    );
    expect(copy.summary).toBe(
      'OpenClaw started a new session at 13:00. The conversation went on, last at 14:00, and OpenClaw wrote none of it to disk.',
    );
  });

  it('sums up a mass change', () => {
    const copy = incidentCopy(
      en,
      incident('mass-change', { messages: 1_900, bytes: 190_000, evidence: { what: 'transcripts', sessions: 950, firstAt: at(14) } }),
      now,
    );
    expect(copy.summary).toBe('Since 14:00 1,900 messages (190 kB) of 950 conversations are gone from disk.');
  });

  it('names the agent in the notification', () => {
    expect(incidentCopy(en, incident('deleted'), now).notification.body).toMatch(/^Agent main: /);
  });

  it('names no agent where the incident has none', () => {
    const { agent: _agent, ...without } = incident('mirror-degraded');
    expect(incidentCopy(en, without, now).notification.body).toMatch(/^At 14:07/);
  });
});

describe('quietReason', () => {
  const reset = (evidence: Record<string, unknown>, messages = 312): string =>
    quietReason(en, incident('expected-reset', { messages, evidence: { resetAt: at(4), ...evidence } }), now);

  it('explains the daily reset', () => {
    expect(reset({ cause: 'daily' })).toBe('OpenClaw started a new session at 04:00 (daily reset). The 312 messages before it are safe.');
  });

  it('explains a command', () => {
    expect(reset({ cause: 'command' }, 1)).toBe(
      'OpenClaw started a new session at 04:00 (you or a client asked for it). The 1 message before it is safe.',
    );
  });

  it('explains idleness with its limit', () => {
    expect(reset({ cause: 'idle', idleMinutes: 60 })).toContain('(idle for more than 60 minutes)');
    expect(reset({ cause: 'idle', idleMinutes: 240 })).toContain('(idle for more than 4 h)');
  });

  it('says so when there is no explanation', () => {
    expect(reset({ cause: 'unexplained' })).toContain('gave no reason');
  });

  it('says that a conversation led through ACP has no transcript', () => {
    expect(reset({ cause: 'command', acp: true }, 0)).toContain('writes no transcript');
  });
});

describe('other words', () => {
  it('give every state, health and resolution a word of its own', () => {
    for (const words of [
      Object.values(en.states).map(({ word }) => word),
      Object.values(en.health),
      Object.values(en.incidents.resolutions),
    ]) {
      expect(new Set(words).size).toBe(words.length);
    }
  });

  it('say what a rebuild changes, and how often', () => {
    expect(planChangeText(en, 'duplicate-dropped:3')).toBe('A message that is there twice is written once. (3 times)');
  });

  it('show a change that they do not know as it is', () => {
    expect(planChangeText(en, 'something-new:2')).toBe('something-new:2');
  });
});
