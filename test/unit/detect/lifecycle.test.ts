import { describe, expect, it } from 'vitest';
import { defaultPolicy } from '../../../main/core/detect/detection.ts';
import { advance, parseSettlingCause, type SessionFact, settlingCause } from '../../../main/core/detect/lifecycle.ts';
import type { SessionState } from '../../../main/core/types.ts';

const states: readonly SessionState[] = [
  'live',
  'dormant',
  'suspended',
  'reset',
  'superseded',
  'orphaned',
  'lost',
  'restoring',
  'restored',
  'archived',
];

/** Every pair that is not listed changes nothing. */
const table: readonly { readonly name: string; readonly fact: SessionFact; readonly to: Partial<Record<SessionState, SessionState>> }[] = [
  { name: 'discovered', fact: { fact: 'discovered', quietForMs: 0 }, to: {} },
  { name: 'appended', fact: { fact: 'appended' }, to: { dormant: 'live', restored: 'live', archived: 'live' } },
  { name: 'quiet', fact: { fact: 'quiet' }, to: { live: 'dormant' } },
  ...(['gone', 'truncated', 'overwritten'] as const).map((fact) => ({
    name: fact,
    fact: { fact, generationId: 1 },
    to: { live: 'suspended', dormant: 'suspended', restored: 'suspended', lost: 'suspended' } as const,
  })),
  {
    name: 'archived as reset',
    fact: { fact: 'archived', because: 'reset', watched: true },
    to: { live: 'reset', dormant: 'reset', suspended: 'reset', restored: 'reset' },
  },
  {
    name: 'archived as deleted',
    fact: { fact: 'archived', because: 'deleted', watched: true },
    to: { live: 'archived', dormant: 'archived', suspended: 'archived', restored: 'archived' },
  },
  {
    name: 'archived as backup',
    fact: { fact: 'archived', because: 'backup', watched: true },
    to: { live: 'archived', dormant: 'archived', suspended: 'archived', restored: 'archived' },
  },
  { name: 'found', fact: { fact: 'found' }, to: { suspended: 'live' } },
  {
    name: 'deadline with a loss',
    fact: { fact: 'deadline', lost: true, there: true },
    to: {
      live: 'lost',
      dormant: 'lost',
      suspended: 'lost',
      reset: 'lost',
      superseded: 'lost',
      orphaned: 'lost',
      restored: 'lost',
      archived: 'lost',
    },
  },
  { name: 'deadline without a loss, file there', fact: { fact: 'deadline', lost: false, there: true }, to: { suspended: 'live' } },
  { name: 'deadline without a loss, no file', fact: { fact: 'deadline', lost: false, there: false }, to: { suspended: 'archived' } },
  { name: 'successor', fact: { fact: 'successor' }, to: { reset: 'superseded', orphaned: 'superseded' } },
  { name: 'returned', fact: { fact: 'returned' }, to: { reset: 'live', orphaned: 'live' } },
  { name: 'a turn that was not written', fact: { fact: 'turn-unwritten' }, to: { reset: 'orphaned' } },
  { name: 'healed', fact: { fact: 'healed', there: true }, to: { lost: 'live', suspended: 'live', orphaned: 'live' } },
  {
    name: 'healed in an archive',
    fact: { fact: 'healed', there: false },
    to: { lost: 'archived', suspended: 'archived', orphaned: 'archived' },
  },
  {
    name: 'restore started',
    fact: { fact: 'restore', phase: 'started' },
    to: {
      lost: 'restoring',
      orphaned: 'restoring',
      superseded: 'restoring',
      reset: 'restoring',
      archived: 'restoring',
      suspended: 'restoring',
    },
  },
  { name: 'restore verified', fact: { fact: 'restore', phase: 'verified' }, to: { restoring: 'restored' } },
  { name: 'restore failed', fact: { fact: 'restore', phase: 'failed', before: 'lost' }, to: { restoring: 'lost', restored: 'lost' } },
  { name: 'dismissed', fact: { fact: 'dismissed' }, to: { lost: 'archived', orphaned: 'archived', superseded: 'archived' } },
];

describe('advance', () => {
  for (const { name, fact, to } of table) {
    for (const from of states) {
      it(`${name}: ${from} → ${to[from] ?? 'no change'}`, () => {
        expect(advance(from, fact, defaultPolicy)?.to).toBe(to[from]);
      });
    }
  }

  it('begins as live when the file changed a short while ago', () => {
    expect(advance(undefined, { fact: 'discovered', quietForMs: 1_000 }, defaultPolicy)?.to).toBe('live');
  });

  it('begins as dormant when the file was quiet for long', () => {
    expect(advance(undefined, { fact: 'discovered', quietForMs: defaultPolicy.dormantAfterMs + 1 }, defaultPolicy)?.to).toBe('dormant');
  });

  it.each([
    { watched: false, to: ['archived', 'archived', 'archived'] },
    { watched: true, to: ['reset', 'archived', 'archived'] },
  ])('begins as archived whatever the archive is, unless its reset was watched: $watched', ({ watched, to }) => {
    const began = (['reset', 'deleted', 'backup'] as const).map(
      (because) => advance(undefined, { fact: 'archived', because, watched }, defaultPolicy)?.to,
    );
    expect(began).toEqual(to);
  });

  it('gives a settling state its deadline', () => {
    expect(advance('live', { fact: 'gone', generationId: 3 }, defaultPolicy)?.deadlineInMs).toBe(defaultPolicy.settleMs);
  });

  it('names the generation in the cause of a settling state so that a later run can read it', () => {
    expect(parseSettlingCause(advance('live', { fact: 'truncated', generationId: 12 }, defaultPolicy)?.cause)).toEqual({
      kind: 'truncated',
      generationId: 12,
    });
  });

  it('reads no settling from other causes', () => {
    expect([parseSettlingCause(undefined), parseSettlingCause('quiet'), parseSettlingCause(`x${settlingCause('gone', 1)}`)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
