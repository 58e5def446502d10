import { describe, expect, it } from 'vitest';
import type { Incident, IncidentKind } from '../../../main/core/types.ts';
import { en } from '../../../main/wording/en/index.ts';
import { incidentCopy } from '../../../main/wording/incident-copy.ts';
import { isRestorable } from '../../../main/wording/restorable.ts';

const at = (hour: number, minute = 0): number => new Date(2026, 10, 22, hour, minute).getTime();
const now = at(21);

function incident(kind: IncidentKind, messages: number, evidence: Record<string, unknown>): Incident {
  return {
    id: '018f0000-0000-7000-8000-000000000000',
    kind,
    dedupeKey: `${kind}:main:s1`,
    severity: 'loss',
    sourceId: 1,
    agent: 'main',
    nativeId: 's1',
    messages,
    bytes: 100,
    evidence: { unpersisted: messages, firstAt: at(19, 37), lastAt: at(20, 51), ...evidence },
    openedAt: at(19, 38),
    title: 'What my doctor said',
  };
}

describe('the words for what OpenClaw never wrote', () => {
  it('say how much, from when to when, and that it is safe', () => {
    const copy = incidentCopy(en, incident('unpersisted', 41, {}), now);
    expect(`${copy.summary} ${copy.safe}`).toBe('41 messages from 19:37 to 20:51 were never saved by OpenClaw. They are safe here.');
    expect(copy.notification.body).toBe('Agent main: 41 messages from 19:37 to 20:51 were never saved by OpenClaw. They are safe here.');
  });

  it('speak of one message in the singular', () => {
    const copy = incidentCopy(en, incident('unpersisted', 1, { lastAt: at(19, 37) }), now);
    expect(`${copy.title}. ${copy.summary} ${copy.safe}`).toBe(
      '1 message was never saved by OpenClaw. 1 message from 19:37 was never saved by OpenClaw. It is safe here.',
    );
  });

  it('say what nobody saw, and what helps the next time', () => {
    expect(incidentCopy(en, incident('unpersisted', 3, { userMessagesMissing: 3 }), now).safe).toBe(
      'They are safe here. Your own messages of 3 of these turns were not seen by any witness; install the recorder to keep them next time.',
    );
  });

  it('tell the seed of all this: the reset, the silence, and that it is all here', () => {
    const copy = incidentCopy(
      en,
      incident('reset-without-successor', 41, { resetAt: at(19, 30), reason: 'directory-read-only', successor: 's2' }),
      now,
    );
    expect(copy.summary).toBe(
      'OpenClaw started a new session at 19:30 and never wrote it to disk. 41 messages from 19:37 to 20:51 were never saved by OpenClaw.',
    );
    expect(copy.safe).toBe('They are safe here.');
    expect(copy.next).toMatch(/^Make the folder writable/);
  });

  it('count apart what was said before such a reset and is gone too', () => {
    const copy = incidentCopy(en, { ...incident('reset-without-successor', 41, { resetAt: at(19, 30) }), messages: 353 }, now);
    expect(copy.title).toBe('41 messages were never saved by OpenClaw');
    expect(copy.safe).toContain('So are 312 messages from before the new session, which are only here now.');
  });

  it('do not call a conversation with an ACP agent a loss', () => {
    const copy = incidentCopy(en, { ...incident('unpersisted', 12, { because: 'acp-runner' }), severity: 'warning' }, now);
    expect(copy.summary).toBe(
      'OpenClaw does not save conversations that it hands to an ACP agent. Clawback does: 12 messages from 19:37 to 20:51 are safe here.',
    );
  });

  it.each([
    ['read-only-file', 'The file of this conversation cannot be written.'],
    ['no-directory', 'The folder of its conversations is gone.'],
    ['directory-read-only', 'The folder of its conversations cannot be written.'],
    ['disk-full', 'The disk is full.'],
    ['lock-of-dead-process', 'A process that is gone left its lock on the file.'],
  ])('give the reason %s of blocked writes', (reason, words) => {
    expect(incidentCopy(en, incident('writes-blocked', 6, { reason }), now).summary).toBe(
      `6 messages from 19:37 to 20:51 were never saved by OpenClaw. ${words}`,
    );
  });

  it('tell what had arrived of a reply that was cut off', () => {
    const copy = incidentCopy(en, incident('interrupted-reply', 1, { gatewayEndedAt: at(20, 51) }), now);
    expect(copy.summary).toBe('OpenClaw ended in the middle of a reply, at 20:51. OpenClaw did not save what it had answered by then.');
    expect(copy.safe).toBe('What had arrived of it is safe here.');
  });

  it('say that an agent is stuck', () => {
    expect(incidentCopy(en, incident('agent-stuck', 0, { since: at(20), waiting: 2 }), now).summary).toMatch(
      /^2 messages have waited for an answer since 20:00\./,
    );
  });

  it.each(['unpersisted', 'writes-blocked', 'interrupted-reply', 'agent-stuck', 'reset-without-successor'] as const)(
    'never show the title of a conversation for %s in a notification',
    (kind) => {
      expect(JSON.stringify(incidentCopy(en, incident(kind, 3, {}), now).notification)).not.toContain('doctor');
    },
  );
});

describe('restore is offered', () => {
  it.each([
    ['unpersisted', 3, true],
    ['interrupted-reply', 1, true],
    ['interrupted-reply', 0, false],
    ['writes-blocked', 6, true],
    ['writes-blocked', 0, false],
    ['agent-stuck', 0, false],
  ] as const)('for %s with %i messages: %s', (kind, messages, offered) => {
    expect(isRestorable(incident(kind, messages, {}))).toBe(offered);
  });
});
