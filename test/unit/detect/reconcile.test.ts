import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SpokenMessage, WitnessedRow } from '../../../main/core/detect/detection.ts';
import { reconcile } from '../../../main/core/detect/reconcile.ts';
import { ref } from './scene.ts';

const at0 = 1_800_000_000_000;
let nextId = 1;

function row(text: string, more: Partial<WitnessedRow> = {}): WitnessedRow {
  return {
    id: nextId++,
    sourceId: 1,
    agent: 'main',
    nativeId: 's1',
    sessionKey: 'agent:main:main',
    witness: 'gateway-stream',
    role: 'assistant',
    phase: 'final',
    endsRun: true,
    at: at0,
    seenAt: at0,
    text,
    isUnpersisted: false,
    ...more,
  };
}

function said(text: string, more: Partial<SpokenMessage> = {}): SpokenMessage {
  return { session: ref('s1'), role: 'assistant', text, at: at0 - 100, ...more };
}

function standings(rows: readonly WitnessedRow[], spoken: readonly SpokenMessage[]): readonly string[] {
  const found = reconcile(rows, spoken);
  return rows.map(({ id }) => found.get(id) ?? 'missing');
}

describe('reconcile', () => {
  it.each([
    ['Here it is.', 'Here it is. '],
    ['Here it is.', '[[reply_to_current]]Here\n\nit is.'],
    ['Here it is.', 'Here it is.\n[tool exec]'],
    ['Here it is.', 'Here it is.\nNO_REPLY'],
    ['Well. Here it is.', 'Well. <think>The person wants to know where it is, and I am to say so.</think> Here it is.'],
    ['Here it is.', '<thinking>Where is it? I cannot say that it is <b>there</b>.</thinking>\n\nHere it is.'],
    ['Say </think> or <think> there.', 'Say </think> or <think> there.'],
  ])('finds the reply %j in %j', (witnessed, written) => {
    expect(standings([row(witnessed)], [said(written)])).toEqual(['persisted']);
  });

  it.each([
    ['look here', '[Working directory: ~/project]\n\nlook here'],
    ['[Sun 2026-11-22 10:58 UTC] look here', 'look here'],
    ['look here', 'look here\n[message_id: 77]'],
    ['/new look here', 'look here'],
  ])('finds the prompt %j in %j', (witnessed, written) => {
    expect(standings([row(witnessed, { role: 'user' })], [said(written, { role: 'user' })])).toEqual(['persisted']);
  });

  it('finds one final of a run in the texts before and after its tool calls', () => {
    const spoken = [said('Let me run that. \n[tool exec]', { at: at0 - 600_000 }), said('ran', { role: 'tool' }), said('R3 w0 ')];
    expect(standings([row('Let me run that.R3 w0')], spoken)).toEqual(['persisted']);
  });

  it('does not find a final of which only a part was written', () => {
    expect(standings([row('Let me run that.R3 w0')], [said('Let me run that. \n[tool exec]')])).toEqual(['open']);
  });

  it('finds an aborted reply in either of the two lines that OpenClaw writes of it', () => {
    expect(standings([row('one two three', { phase: 'aborted' })], [said('one two'), said('one two three four')])).toEqual(['persisted']);
  });

  it('does not take the reply before for a cut-off one that begins alike', () => {
    expect(standings([row('R1', { phase: 'partial', endsRun: false })], [said('R1 and more', { at: at0 - 30_000 })])).toEqual(['open']);
  });

  it('needs two sightings of what was said twice', () => {
    const twice = [row('ok', { role: 'user', at: at0 }), row('ok', { role: 'user', at: at0 + 20_000 })];
    expect(standings(twice, [said('ok', { role: 'user', at: at0 + 20_000 })])).toEqual(['open', 'persisted']);
  });

  it('lets one message prove the row of each witness', () => {
    const rows = [row('the same'), row('the same', { witness: 'recorder-plugin' }), row('the same', { witness: 'trajectory' })];
    expect(standings(rows, [said('the same')])).toEqual(['persisted', 'persisted', 'persisted']);
  });

  it('does not find in an old message what is said again', () => {
    expect(standings([row('Done.')], [said('Done.', { at: at0 - 3_600_000 })])).toEqual(['open']);
  });

  it('keeps roles apart', () => {
    expect(standings([row('hello', { role: 'user' })], [said('hello')])).toEqual(['open']);
  });

  it('covers what a better witness tells, also in pieces', () => {
    const better = { witness: 'recorder-plugin', endsRun: false } as const;
    const rows = [row('One. Two.'), row('One. \n[tool exec]', { ...better, at: at0 - 9_000 }), row('Two.', { ...better, at: at0 - 10 })];
    expect(standings(rows, [])).toEqual(['covered', 'open', 'open']);
  });

  it('covers the second call of a hook', () => {
    const twice = { role: 'user', witness: 'recorder-plugin' } as const;
    expect(standings([row('hello', twice), row('hello', { ...twice, at: at0 + 300 })], [])).toEqual(['open', 'covered']);
  });

  it('proves a tool result by its words', () => {
    expect(standings([row('tool-ran', { role: 'tool' })], [said('tool-ran', { role: 'tool' })])).toEqual(['persisted']);
  });
});

const words = fc.array(fc.constantFrom('alpha', 'beta', 'gamma', 'ok', 'R1[users=2]', 'ü', '😀'), { minLength: 1, maxLength: 12 });
const turn = fc.record({
  user: words,
  replies: fc.array(words, { minLength: 1, maxLength: 3 }),
  kept: fc.boolean(),
  gapMs: fc.integer({ min: 200, max: 90_000 }),
});
const spaces = fc.constantFrom(' ', '  ', '\n', '\n\n', '\t');

describe('reconcile, whatever is said', () => {
  it('finds everything that was written, by every witness', () => {
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 8 }), spaces, (turns, space) => {
        const { rows, spoken } = played(
          turns.map((one) => ({ ...one, kept: true })),
          space,
        );
        expect(new Set(standings(rows, spoken))).toEqual(new Set(rows.length === 0 ? [] : ['persisted']));
      }),
    );
  });

  it('never proves more rows of a witness than there are messages', () => {
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 8 }), spaces, (turns, space) => {
        const { rows, spoken } = played(turns, space);
        const found = reconcile(rows, spoken);
        const recorded = rows.filter(({ witness }) => witness === 'recorder-plugin');
        for (const role of ['user', 'assistant'] as const) {
          const proved = recorded.filter((one) => one.role === role && found.get(one.id) === 'persisted');
          expect(proved.length).toBeLessThanOrEqual(spoken.filter((one) => one.role === role).length);
        }
      }),
    );
  });

  it('loses nothing: what no file holds is open, or told by another row that is', () => {
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 8 }), (turns) => {
        const { rows } = played(turns, ' ');
        const found = reconcile(rows, []);
        for (const one of rows) {
          expect(found.get(one.id)).not.toBe('persisted');
          if (one.witness === 'recorder-plugin' && one.role === 'assistant') expect(found.get(one.id)).toBe('open');
        }
      }),
    );
  });

  it('does not depend on the order in which rows come', () => {
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 6 }), fc.infiniteStream(fc.nat()), (turns, order) => {
        const { rows, spoken } = played(turns, ' ');
        const shuffled = rows
          .map((one) => ({ one, by: order.next().value ?? 0 }))
          .sort((a, b) => a.by - b.by)
          .map(({ one }) => one);
        const count = (found: ReadonlyMap<number, string>, is: string): number =>
          [...found.values()].filter((standing) => standing === is).length;
        expect(count(reconcile(shuffled, spoken), 'persisted')).toBe(count(reconcile(rows, spoken), 'persisted'));
      }),
    );
  });
});

/** Turns as recorder and stream see them, and the lines that were written of those that were kept. */
function played(
  turns: readonly {
    readonly user: readonly string[];
    readonly replies: readonly (readonly string[])[];
    readonly kept: boolean;
    readonly gapMs: number;
  }[],
  space: string,
): { rows: readonly WitnessedRow[]; spoken: readonly SpokenMessage[] } {
  const rows: WitnessedRow[] = [];
  const spoken: SpokenMessage[] = [];
  let at = at0;
  for (const { user, replies, kept, gapMs } of turns) {
    at += gapMs + 2_000;
    rows.push(row(user.join(' '), { role: 'user', witness: 'recorder-plugin', endsRun: false, at }));
    if (kept) spoken.push(said(user.join(space), { role: 'user', at: at + 2 }));
    replies.forEach((reply, index) => {
      at += 500;
      const isLast = index === replies.length - 1;
      rows.push(row(reply.join(' '), { witness: 'recorder-plugin', endsRun: isLast, at }));
      if (kept) spoken.push(said(reply.join(space) + (isLast ? '' : '\n[tool exec]'), { at: at + 2 }));
    });
    at += 50;
    rows.push(row(replies.map((reply) => reply.join(' ')).join(''), { at }));
  }
  return { rows, spoken };
}
