import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { turnEndsOf } from '../../../main/core/store/turn-ends.ts';
import type { IncidentDraft } from '../../../main/core/types.ts';
import { draft } from './recording.ts';
import { seen, Witnessing } from './witnessing.ts';

let recording: Witnessing;
beforeEach(() => {
  recording = new Witnessing();
});
afterEach(() => recording[Symbol.dispose]());

/** As OpenClaw 2026.3 writes it: every entry names the one before it. */
function entry(id: string, parentId: string | null, at = Number.parseInt(id, 16) * 1_000, role = 'user'): string {
  const timestamp = new Date(at).toISOString();
  return `${JSON.stringify({ type: 'message', id, parentId, timestamp, message: { role, content: [{ type: 'text', text: `say ${id}` }] } })}\n`;
}

const note = (id: string, parentId: string) =>
  `${JSON.stringify({ type: 'custom', id, parentId, timestamp: new Date(0).toISOString() })}\n`;

function gaps(nativeId = 'a', generationId?: number): readonly (string | undefined)[] {
  recording.index();
  const options = { limit: 100, ...(generationId === undefined ? {} : { generationId }) };
  return recording.catalog.messages(recording.row(nativeId), options).items.map(({ gapBefore }) => gapBefore);
}

describe('what is missing between two messages', () => {
  test('an entry that nobody holds is told before the one that names it', () => {
    recording.open('a', entry('1', null) + entry('2', '1') + entry('4', '3') + entry('5', '4'));
    expect(gaps()).toEqual([undefined, undefined, 'unheld', undefined]);
  });

  test('settings, notes and branches between messages are no gap', () => {
    recording.open('a', entry('1', null) + note('a1', '1') + entry('2', 'a1') + entry('3', '1') + entry('4', '2'));
    expect(gaps()).toEqual([undefined, undefined, undefined, undefined]);
  });

  test('what an earlier version of the file holds is not missing', () => {
    const first = recording.open('a', entry('1', null) + entry('2', '1') + note('a2', '2'));
    recording.close(first, 'rewritten');
    const second = recording.open('a', entry('1', null) + entry('3', 'a2'));
    expect(gaps()).toEqual([undefined, undefined, undefined]);
    expect(gaps('a', second)).toEqual([undefined, undefined]);
  });

  test('nobody knows what a version held that is not kept any more', () => {
    const first = recording.open('a', entry('1', null) + note('a1', '1'));
    recording.close(first, 'rewritten');
    const second = recording.open('a', entry('1', null) + entry('3', 'a1') + entry('5', '4'));
    expect(gaps()).toEqual([undefined, undefined, 'unheld']);
    recording.clock.advance(1_000);
    recording.journal.retain({ closedBefore: recording.clock.now() }, 1_000);
    expect(gaps('a', second)).toEqual([undefined, undefined, undefined]);
  });

  test('what a conversation begins with, and entries that name none, are no gap', () => {
    recording.open('a', entry('2', '1') + entry('3', '2'));
    recording.open('b', entry('1', null) + entry('2', null));
    expect(gaps('a')).toEqual([undefined, undefined]);
    expect(gaps('b')).toEqual([undefined, undefined]);
  });

  test('a line that cannot be read is told, an empty one is not', () => {
    const torn = entry('2', '1').slice(0, 40);
    recording.open('a', `${entry('1', null)}\n${entry('2', '1')}${torn}\n${note('a2', '2')}${entry('3', 'a2')}\n`);
    expect(gaps()).toEqual([undefined, undefined, 'unreadable']);
  });

  test('a page begins with the same mark as a list of all', () => {
    recording.open('a', entry('1', null) + entry('3', '2'));
    recording.index();
    const row = recording.row('a');
    const { next } = recording.catalog.messages(row, { limit: 1 });
    expect(recording.catalog.messages(row, { limit: 1, cursor: next ?? 0 }).items).toMatchObject([{ gapBefore: 'unheld' }]);
  });

  test('what a witness kept in that place may be just that', () => {
    recording.open('a', entry('1', null) + entry('3', '2'));
    recording.promote(seen('say 2', { at: 2_000, role: 'user' }));
    expect(gaps()).toEqual([undefined, undefined, undefined]);
  });

  test('the prompt that no witness saw is missing before the first thing said of its turn', () => {
    recording.open('a', entry('1', null) + entry('2', '1', 2_000, 'assistant'));
    const heard = { witness: 'gateway-stream', endsRun: false } as const;
    recording.promote(seen('let me look', { ...heard, at: 4_000 }), seen('there it is', { ...heard, at: 5_000, endsRun: true }));
    incident({ kind: 'unpersisted', evidence: { unheard: [[2_000, 5_000]] } });
    expect(gaps()).toEqual([undefined, undefined, 'unheard', undefined]);
  });

  test('a prompt that was seen after all is not missing', () => {
    recording.open('a', entry('1', null) + entry('2', '1', 2_000, 'assistant'));
    recording.promote(seen('where is it', { role: 'user', at: 3_000 }), seen('there it is', { witness: 'gateway-stream', at: 5_000 }));
    incident({ kind: 'unpersisted', evidence: { unheard: [[2_000, 5_000]] } });
    expect(gaps()).toEqual([undefined, undefined, undefined, undefined]);
  });
});

function incident(given: Partial<IncidentDraft>): void {
  recording.commit([], { drafts: [draft({ dedupeKey: JSON.stringify(given), ...given })] });
}

describe('where OpenClaw ended in the middle of a turn', () => {
  function crashes(limit = 100): readonly unknown[] {
    recording.index();
    const found: unknown[] = [];
    let cursor: number | undefined;
    do {
      const page = recording.catalog.messages(recording.row('a'), { limit, ...(cursor === undefined ? {} : { cursor }) });
      found.push(...page.items.map(({ crashAfter }) => crashAfter));
      cursor = page.next;
    } while (cursor !== undefined);
    return found;
  }

  test.each([1, 2, 100])('it stands after the last message before it, in pages of %i', (limit) => {
    recording.open('a', entry('1', null) + entry('2', '1') + entry('5', '2'));
    incident({ kind: 'interrupted-reply', evidence: { pid: 7, createdAt: 1_500, deadSince: 3_000 }, resolution: 'self-healed' });
    expect(crashes(limit)).toEqual([undefined, { at: 3_000, noticed: true, abrupt: true }, undefined]);
  });

  test('it is the end of a conversation that did not go on', () => {
    recording.open('a', entry('1', null));
    incident({ kind: 'interrupted-reply', evidence: { deadSince: 3_000 } });
    expect(crashes()).toEqual([{ at: 3_000, noticed: true, abrupt: true }]);
  });

  test('one of another conversation, or from before this one, is none', () => {
    recording.open('a', entry('5', null));
    recording.open('b', entry('1', null));
    incident({ kind: 'interrupted-reply', nativeId: 'b', evidence: { deadSince: 6_000 } });
    incident({ kind: 'interrupted-reply', evidence: { deadSince: 3_000 } });
    expect(crashes()).toEqual([undefined]);
  });
});

describe('what incidents tell of it', () => {
  test('a lock and a witness tell one end, and the witness knows when', () => {
    const lock = { kind: 'interrupted-reply', evidence: { deadSince: 9_000 } } as const;
    const heard = { kind: 'unpersisted', evidence: { interrupted: true, gatewayEndedAt: 8_000, lastAt: 8_300, closeCode: 1006 } } as const;
    expect(turnEndsOf([lock, heard]).crashes).toEqual([
      { at: 8_000, after: 8_300, abrupt: true },
      { at: 9_000, after: 9_000, noticed: true, abrupt: true },
    ]);
  });

  test('an end that was announced, or that nobody knows more of, is not called abrupt', () => {
    const ended = (clean?: boolean) => ({ kind: 'unpersisted', evidence: { interrupted: true, gatewayEndedAt: 8_000, clean } }) as const;
    expect(turnEndsOf([ended(true)]).crashes).toEqual([{ at: 8_000, after: 8_000 }]);
    expect(turnEndsOf([ended()]).crashes).toEqual([{ at: 8_000, after: 8_000 }]);
    expect(turnEndsOf([ended(false)]).crashes).toMatchObject([{ abrupt: true }]);
  });

  test('of replies that were heard in different looks, each prompt comes after the reply before it', () => {
    const told = { kind: 'unpersisted', evidence: { unheard: [[1_000, 2_000], [1_000, 3_000], ['x'], null] } } as const;
    expect(turnEndsOf([told]).unheard).toEqual([
      [1_000, 2_000],
      [2_000, 3_000],
    ]);
  });

  test('an incident without an end of a turn tells none', () => {
    const locked = { kind: 'writes-blocked', evidence: { deadSince: 9_000 } } as const;
    const whole = { kind: 'unpersisted', evidence: { gatewayEndedAt: 9_000 } } as const;
    expect(turnEndsOf([locked, whole])).toEqual({ crashes: [], unheard: [] });
  });
});
