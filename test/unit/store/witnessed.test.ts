import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HEADER, said } from './recording.ts';
import { seen, Witnessing } from './witnessing.ts';

let recording: Witnessing;
beforeEach(() => {
  recording = new Witnessing();
});
afterEach(() => recording[Symbol.dispose]());

describe('recording', () => {
  test('what was seen waits for a verdict, oldest first, also after a restart', () => {
    recording.record(seen('second', { at: 2, runId: 'run', endsRun: false }), seen('first', { at: 1, role: 'user' }));
    recording.reopen();
    const rows = recording.catalog.pendingWitnessed();
    expect(rows.map(({ text, role, endsRun, runId }) => ({ text, role, endsRun, runId }))).toEqual([
      { text: 'first', role: 'user', endsRun: true, runId: undefined },
      { text: 'second', role: 'assistant', endsRun: false, runId: 'run' },
    ]);
  });

  test('a reply that streams is kept as far as it came, and once', () => {
    const { ref } = seen('');
    recording.record(seen('half', { ref, phase: 'partial', endsRun: false }));
    recording.record(seen('half of', { ref, phase: 'partial', endsRun: false }));
    expect([...recording.pending().keys()]).toEqual(['half of']);
    recording.record(seen('half of it', { ref }));
    recording.record(seen('half', { ref, phase: 'partial' }));
    expect(recording.catalog.pendingWitnessed()).toMatchObject([{ text: 'half of it', phase: 'final', endsRun: true }]);
  });

  test('the conversation of a message may become known later', () => {
    const message = seen('x');
    const { nativeId: _, ...unplaced } = message;
    recording.record(unplaced);
    expect(recording.catalog.pendingWitnessed()[0]?.nativeId).toBeUndefined();
    recording.record({ ...message, nativeId: 'a' });
    recording.record(unplaced);
    expect(recording.catalog.pendingWitnessed()[0]?.nativeId).toBe('a');
  });

  test('a witness goes on where it was, by source and by kind', () => {
    const { sourceId } = recording.directory;
    recording.journal.recordWitnessed([{ sourceId, witness: 'trajectory', messages: [], cursor: '{"at":1}' }], 1);
    recording.journal.recordWitnessed([{ sourceId, witness: 'trajectory', messages: [seen('x', { witness: 'trajectory', at: 7 })] }], 9);
    recording.reopen();
    expect(recording.journal.witnessCursor(sourceId, 'trajectory')).toBe('{"at":1}');
    expect(recording.journal.witnessCursor(sourceId, 'acp-store')).toBeUndefined();
    expect(recording.catalog.lastWitnessedAt(sourceId, 'trajectory')).toBe(7);
    expect(recording.catalog.lastWitnessedAt(sourceId, 'gateway-stream')).toBeUndefined();
  });

  test('refs of any length are told apart', () => {
    const long = 'r'.repeat(5_000);
    recording.record(seen('one', { ref: `${long}1` }), seen('two', { ref: `${long}2` }), seen('one again', { ref: `${long}1` }));
    expect([...recording.pending().keys()].sort()).toEqual(['one again', 'two']);
  });

  test('the same ref of two witnesses is two messages', () => {
    recording.record(seen('one', { ref: 'r' }), seen('two', { ref: 'r', witness: 'acp-store' }));
    expect([...recording.pending().keys()].sort()).toEqual(['one', 'two']);
  });

  test('a message of the future is dated by when it was seen', () => {
    recording.record(seen('x', { at: 8e15 }), seen('y', { at: Number.NaN }));
    const now = recording.clock.now();
    expect(recording.catalog.pendingWitnessed().map(({ at }) => at)).toEqual([now, now]);
  });

  test('a flood is taken in portions and offered in portions', () => {
    const flood = Array.from({ length: 4_500 }, (_, index) => seen(`m${index}`));
    recording.record(...flood);
    const first = recording.catalog.pendingWitnessed();
    expect(first.length).toBe(2_000);
    recording.judge(...first.map(({ id }) => ({ id, is: 'void' as const })));
    expect(recording.catalog.pendingWitnessed()[0]?.text).toBe('m2000');
  });

  test('a message of any size is offered, alone', () => {
    recording.record(seen('x'.repeat(3 << 20)), seen('y'.repeat(3 << 20)), seen('z'.repeat(3 << 20)), seen('w'.repeat(9 << 20)));
    expect(recording.catalog.pendingWitnessed().map(({ text }) => text[0])).toEqual(['x', 'y']);
  });
});

describe('what waits for a verdict', () => {
  test('of one source does not hide what waits of another', () => {
    const other = recording.journal.registerSource('openclaw-jsonl', '/home/user/.openclaw-other', 1).id;
    recording.record(...Array.from({ length: 2_500 }, (_, index) => seen(`unread ${index}`, { at: index + 1 })));
    const late = seen('the other source', { at: 9_000 });
    recording.journal.recordWitnessed([{ sourceId: other, witness: 'recorder-plugin', messages: [late] }], recording.clock.now());
    const waiting = recording.catalog.pendingWitnessed();
    expect(waiting.at(-1)).toMatchObject({ text: 'the other source', sourceId: other });
    expect(waiting[0]?.text).toBe('unread 0');
    expect(waiting.length).toBeLessThanOrEqual(2_001);
  });
});

describe('verdicts', () => {
  test('what a transcript holds, another witness tells or nobody said, leaves no text behind', () => {
    recording.record(seen('one'), seen('two'), seen('three'));
    recording.judge(
      { id: recording.id('one'), is: 'persisted' },
      { id: recording.id('two'), is: 'covered' },
      { id: recording.id('three'), is: 'void' },
    );
    expect(recording.catalog.pendingWitnessed()).toEqual([]);
    expect(recording.catalog.findSessions('a')).toEqual([]);
  });

  test('after its verdict a message is not taken up again', () => {
    const message = seen('one');
    recording.record(message);
    recording.judge({ id: recording.id('one'), is: 'persisted' });
    recording.record(message);
    expect(recording.catalog.pendingWitnessed()).toEqual([]);
  });

  test('a conversation that was never written has its title, key and messages', () => {
    recording.record(
      seen('hello', { role: 'user', at: 10, sessionId: 'sid' }),
      seen('hi there', { at: 20 }),
      seen('sum', { role: 'tool', at: 15 }),
    );
    recording.judge(recording.unpersisted('hi there'), recording.unpersisted('hello'), recording.unpersisted('sum'));
    expect(recording.texts()).toEqual(['hello', 'sum', 'hi there']);
    expect(recording.messages()).toMatchObject([
      { role: 'user', at: 10, provenance: 'recorder-plugin', persisted: false },
      { role: 'tool', at: 15 },
      { role: 'assistant', at: 20 },
    ]);
    expect(recording.summary()).toMatchObject({
      title: 'hello',
      sessionId: 'sid',
      sessionKey: 'agent:main:main',
      onlyHere: 3,
      records: 3,
      lastAppendAt: 20,
    });
    expect(recording.catalog.sessions({ limit: 10, onlyHere: true }).items).toHaveLength(1);
    expect(recording.catalog.generations(recording.row('a'))).toMatchObject([{ kind: 'witness', ordinal: 0, onDisk: false, records: 3 }]);
    expect(recording.catalog.search('there', 10)).toMatchObject([{ role: 'assistant', at: 20 }]);
    expect(recording.catalog.onlyHere(recording.ref('a'))).toMatchObject({ messages: 3, generationId: 1 });
    expect(recording.catalog.shape(recording.ref('a'))).toBeUndefined();
    expect(recording.journal.knownGenerations(recording.directory)).toEqual([]);
    expect(recording.catalog.verify().ok).toBe(true);
  });

  test('what the index says of the conversation counts more than what a witness said', () => {
    recording.commit([], {
      sessions: [{ session: recording.ref('a'), sessionId: 'id', routingKey: 'agent:main:telegram', label: 'Named' }],
    });
    recording.promote(seen('x', { sessionId: 'other' }));
    expect(recording.summary()).toMatchObject({ sessionId: 'id', sessionKey: 'agent:main:telegram', title: 'Named' });
  });

  test('messages of both kinds come in the order they were said', () => {
    recording.open('a', HEADER + said('one', { id: '1', at: 1_000 }) + said('four', { id: '4', at: 4_000 }));
    recording.promote(seen('three', { at: 3_000 }), seen('two', { at: 2_000, role: 'user' }));
    expect(recording.messages().map(({ text, provenance, persisted }) => [text, provenance, persisted])).toEqual([
      ['one', 'transcript', true],
      ['two', 'recorder-plugin', false],
      ['three', 'recorder-plugin', false],
      ['four', 'transcript', true],
    ]);
    expect(recording.summary()).toMatchObject({ title: 'one', onlyHere: 2, generations: 1, records: 2 });
  });

  test('a message that was said twice and written once is not hidden by the one that was written', () => {
    recording.open('a', HEADER + said('yes', { at: 1_000 }));
    recording.promote(seen('yes', { role: 'user', at: 2_000 }), seen('yes', { role: 'user', at: 3_000 }));
    expect(recording.messages().map(({ at, persisted }) => [at, persisted])).toEqual([
      [1_000, true],
      [2_000, false],
      [3_000, false],
    ]);
  });

  test('what was said within a moment keeps its order, whenever it was judged', () => {
    recording.open('a', HEADER + said('one', { id: '1', at: 1_000 }) + said('four', { id: '4', at: 1_030 }));
    recording.index();
    recording.promote(seen('three', { at: 1_020 }), seen('two', { at: 1_010 }));
    expect(recording.texts()).toEqual(['one', 'two', 'three', 'four']);
  });

  test('pages of any size follow each other without a gap, however crowded a second was', () => {
    const crowd = Array.from({ length: 40 }, (_, n) => said(`t${n}`, { id: `${n}`, at: 1_000 + n * 20 }));
    recording.open('a', HEADER + crowd.join(''));
    recording.index();
    recording.promote(...Array.from({ length: 40 }, (_, n) => seen(`w${n}`, { at: 1_010 + n * 20 })));
    recording.promote(...Array.from({ length: 10 }, (_, n) => seen(`end${n}`, { at: 9_000 + n })));
    const expected = [
      ...Array.from({ length: 40 }, (_, n) => [`t${n}`, `w${n}`]).flat(),
      ...Array.from({ length: 10 }, (_, n) => `end${n}`),
    ];
    expect(recording.texts()).toEqual(expected);
    for (const limit of [1, 2, 3, 7, 89, 90]) expect(recording.pages('a', limit)).toEqual(expected);
  });

  test('a transcript that lies about its times ends like any other', () => {
    const far = Array.from({ length: 5 }, (_, n) => said(`far${n}`, { id: `${n}`, at: 8e15 + n }));
    recording.open('a', HEADER + far.join(''));
    recording.promote(...Array.from({ length: 5 }, (_, n) => seen(`w${n}`, { at: 1_010 + n * 20 })));
    for (const limit of [1, 2, 7]) {
      expect(recording.pages('a', limit)).toEqual(['w0', 'w1', 'w2', 'w3', 'w4', 'far0', 'far1', 'far2', 'far3', 'far4']);
    }
  });

  test('a reply that was cut off is told from one that was ended', () => {
    recording.promote(seen('cut', { phase: 'partial', endsRun: false }), seen('stopped', { phase: 'aborted' }));
    expect(recording.messages().map(({ interrupted }) => interrupted)).toEqual([true, undefined]);
  });

  test('what stays unpersisted is told with its text, oldest first', () => {
    recording.promote(seen('two', { at: 2 }), seen('one', { at: 1 }));
    expect(recording.catalog.unpersisted(recording.ref('a'))).toMatchObject([
      { text: 'one', isUnpersisted: true },
      { text: 'two', isUnpersisted: true },
    ]);
    expect(recording.catalog.unpersisted(recording.ref('b'))).toEqual([]);
  });

  test('of a long loss the newest part is told', () => {
    const long = Array.from({ length: 2_050 }, (_, n) => seen(`m${n}`, { at: n + 1 }));
    recording.promote(...long.slice(0, 1_500));
    recording.promote(...long.slice(1_500));
    const told = recording.catalog.unpersisted(recording.ref('a')).map(({ text }) => text);
    expect([told.length, told[0], told.at(-1)]).toEqual([2_000, 'm50', 'm2049']);
    expect(recording.catalog.unpersistedLines(recording.row('a'))).toHaveLength(2_050);
    expect(recording.summary().onlyHere).toBe(2_050);
  });

  test('the generation that is named holds most of what is only here', () => {
    const archived = recording.open('a', said('one', { id: '1' }) + said('two', { id: '2' }));
    recording.close(archived, 'deleted');
    recording.promote(seen('three'));
    expect(recording.catalog.onlyHere(recording.ref('a'))).toMatchObject({ messages: 3, generationId: archived });
    recording.promote(seen('four'));
    const [witnessed] = recording.catalog.generations(recording.row('a'));
    expect(recording.catalog.onlyHere(recording.ref('a'))).toMatchObject({ messages: 4, generationId: witnessed?.id });
  });
});

describe('keeping', () => {
  test('a judged message is known for thirty days, one that stands for ever', () => {
    const judged = seen('judged');
    recording.record(judged);
    recording.judge(recording.persisted('judged'));
    recording.promote(seen('stands'));
    recording.clock.advance(29 * 86_400_000);
    recording.journal.upkeep(0, recording.clock.now());
    recording.record(judged);
    expect(recording.catalog.pendingWitnessed()).toEqual([]);
    recording.clock.advance(2 * 86_400_000);
    recording.journal.upkeep(0, recording.clock.now());
    recording.record(judged);
    expect(recording.catalog.pendingWitnessed()).toHaveLength(1);
    expect(recording.texts()).toEqual(['stands']);
  });

  test('what is derived from the bytes can be derived again, without what was taken back', () => {
    recording.open('a', HEADER + said('one', { id: '1', at: 1_000 }));
    recording.promote(seen('two', { at: 2_000 }), seen('three', { at: 3_000 }), seen('four', { at: 4_000 }));
    recording.judge(recording.persisted('three'));
    recording.forgetDerived();
    recording.index();
    expect(recording.texts()).toEqual(['one', 'two', 'four']);
    expect(recording.messages().map(({ provenance }) => provenance)).toEqual(['transcript', 'recorder-plugin', 'recorder-plugin']);
    expect(recording.summary()).toMatchObject({ onlyHere: 2, records: 2 });
    expect(recording.catalog.search('three', 10)).toEqual([]);
    expect(recording.catalog.search('four', 10)).toHaveLength(1);
  });

  test('its bytes are packed and stay exact', () => {
    recording.promote(...Array.from({ length: 50 }, (_, n) => seen(`message ${n} ${'.'.repeat(500)}`, { at: 1_000 * n + 1 })));
    const before = recording.catalog.unpersistedLines(recording.row('a'));
    recording.clock.advance(3_600_000);
    while (recording.journal.upkeep(50, recording.clock.now()));
    recording.reopen();
    expect(recording.catalog.unpersistedLines(recording.row('a'))).toEqual(before);
    expect(recording.catalog.verify().ok).toBe(true);
    recording.promote(seen('more', { at: 99_000 }));
    expect(recording.texts().at(-1)).toBe('more');
  });
});

describe('taking back', () => {
  test('a message that a transcript holds after all is gone from every answer, and its bytes stay', () => {
    recording.promote(seen('hello', { role: 'user', at: 10 }), seen('lonely', { at: 20 }));
    const [generation] = recording.catalog.generations(recording.row('a'));
    recording.judge(recording.persisted('hello'));
    expect(recording.texts()).toEqual(['lonely']);
    expect(recording.catalog.search('hello', 10)).toEqual([]);
    expect(recording.summary()).toMatchObject({ title: 'a', onlyHere: 1, records: 1 });
    expect(recording.catalog.unpersistedLines(recording.row('a'))).toHaveLength(1);
    expect(recording.catalog.generations(recording.row('a'))).toMatchObject([{ bytes: generation?.bytes, records: 1 }]);
    recording.judge(recording.persisted('lonely'));
    expect(recording.texts()).toEqual([]);
    expect(recording.catalog.onlyHere(recording.ref('a'))).toEqual({ messages: 0, bytes: 0 });
    expect(recording.catalog.lastMessageAt(recording.ref('a'))).toBeUndefined();
    expect(recording.catalog.verify().ok).toBe(true);
  });

  test('before it was indexed it never comes to light', () => {
    recording.record(seen('hello'));
    const { id } = recording.catalog.pendingWitnessed()[0] ?? { id: 0 };
    recording.commit([], { verdicts: [recording.unpersisted('hello')] });
    recording.commit([], { verdicts: [{ id, is: 'persisted' }] });
    recording.index();
    expect(recording.texts()).toEqual([]);
    expect(recording.summary().onlyHere).toBe(0);
  });

  test('the words of what was taken back find nothing that is said later', () => {
    recording.promote(seen('albatross', { at: 10_000 }));
    recording.judge(recording.persisted('albatross'));
    recording.promote(seen('buzzard', { at: 10_000 }));
    expect(recording.catalog.search('albatross', 10)).toEqual([]);
    expect(recording.catalog.search('buzzard', 10)).toHaveLength(1);
  });

  test('a conversation is named by what is left of it', () => {
    recording.open('a', HEADER + said('later words', { id: '1', at: 9_000 }) + said('reply', { id: '2', role: 'assistant', at: 9_500 }));
    recording.promote(seen('first words', { role: 'user', at: 8_000 }));
    expect(recording.summary().title).toBe('first words');
    recording.judge(recording.persisted('first words'));
    expect(recording.summary()).toMatchObject({ title: 'later words', onlyHere: 0, records: 2 });
    expect(recording.catalog.lastMessageAt(recording.ref('a'))).toBe(9_500);
  });

  test('an interrupted reply that turns out to have ended is judged again', () => {
    const message = seen('half', { phase: 'partial', endsRun: false });
    recording.promote(message);
    expect(recording.texts()).toEqual(['half']);
    recording.record({ ...message, text: 'half and more', phase: 'final', endsRun: true });
    expect(recording.texts()).toEqual([]);
    expect(recording.summary().onlyHere).toBe(0);
    recording.judge(recording.unpersisted('half and more'));
    expect(recording.messages()).toMatchObject([{ text: 'half and more' }]);
    expect(recording.messages()[0]?.interrupted).toBeUndefined();
  });

  test('a message that a restore has put into a file stays, as one of that file', () => {
    recording.promote(seen('kept', { at: 5_000 }));
    const [line] = recording.catalog.unpersistedLines(recording.row('a'));
    recording.open('a', `${Buffer.from(line?.bytes ?? '')}\n`);
    recording.index();
    expect(recording.messages()).toMatchObject([{ text: 'kept', persisted: true }]);
    recording.judge(recording.persisted('kept'));
    expect(recording.messages()).toMatchObject([{ text: 'kept', persisted: true, provenance: 'transcript' }]);
    expect(recording.catalog.search('kept', 10)).toHaveLength(1);
    expect(recording.summary()).toMatchObject({ title: 'a', onlyHere: 0, records: 1 });
  });

  test('a message whose bytes are damaged is taken back all the same', () => {
    recording.promote(seen('damaged', { role: 'user', at: 10 }), seen('too', { at: 20 }));
    const id = recording.id('damaged');
    recording.damageBytes();
    recording.judge({ id, is: 'persisted' });
    expect(recording.summary()).toMatchObject({ onlyHere: 1, records: 1 });
    expect(recording.catalog.search('damaged', 10)).toEqual([]);
  });

  test('a verdict on nothing changes nothing', () => {
    recording.judge({ id: 99, is: 'persisted' }, { id: 99, is: 'unpersisted', session: recording.ref('a') });
    expect(recording.catalog.findSessions('a')).toEqual([]);
  });
});
