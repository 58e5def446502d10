import { afterEach, beforeEach, expect, test } from 'vitest';
import { HEADER, moved, Recording, said, texts } from './recording.ts';

let recording: Recording;
beforeEach(() => {
  recording = new Recording();
});
afterEach(() => recording[Symbol.dispose]());

const session = (nativeId: string) => recording.catalog.session(recording.row(nativeId));
const names = (query: Partial<Parameters<typeof recording.catalog.sessions>[0]> = {}) =>
  recording.catalog.sessions({ limit: 100, ...query }).items.map(({ nativeId }) => nativeId);

test('a conversation is named by its first words, one line, eighty characters', () => {
  recording.open('a', HEADER + said(`  plan\n\tthe ${'very '.repeat(30)}long trip`, { id: '1' }) + said('later', { id: '2' }));
  recording.index();
  const title = session('a')?.title ?? '';
  expect(title.startsWith('plan the very very')).toBe(true);
  expect([...title]).toHaveLength(80);
});

test("OpenClaw's own first prompt names no conversation", () => {
  recording.open('a', said('A new session was started', { id: '1', startsSession: true }) + said('real question', { id: '2' }));
  recording.index();
  expect(session('a')?.title).toBe('real question');
});

test('without words of a person the file name stands, and a label goes before everything', () => {
  recording.open('a', said('only me', { id: '1', role: 'assistant' }));
  recording.index();
  expect(session('a')?.title).toBe('a');
  recording.commit([], { sessions: [{ session: recording.ref('a'), label: 'Named' }] });
  expect(session('a')?.title).toBe('Named');
});

test('what the index says before the transcript exists is kept for it', () => {
  recording.commit([], { sessions: [{ session: recording.ref('a'), sessionId: 'sid', routingKey: 'agent:main:main' }] });
  recording.commit([], { sessions: [{ session: recording.ref('a'), label: 'Label' }] });
  expect(names()).toEqual([]);
  recording.open('a', 'x');
  expect(session('a')).toMatchObject({ sessionId: 'sid', sessionKey: 'agent:main:main', title: 'Label' });
});

test('facts that say nothing of a field leave it', () => {
  recording.open('a', 'x');
  recording.commit([], { sessions: [{ session: recording.ref('a'), routingKey: 'key', label: 'L' }] });
  recording.commit([], { sessions: [{ session: recording.ref('a'), sessionId: 'other' }] });
  expect(session('a')).toMatchObject({ sessionId: 'other', sessionKey: 'key', title: 'L' });
});

test('a transition moves the state, keeps its deadline and is remembered after reopening', () => {
  recording.open('a', 'x');
  recording.commit([], { transitions: [moved(recording.ref('a'), 'suspended', 50, { deadlineAt: 2_050 })] });
  recording.reopen();
  expect(recording.journal.rememberedSessions()).toEqual([
    { session: recording.ref('a'), sessionId: 'a', state: 'suspended', stateSince: 50, stateCause: 'test', deadlineAt: 2_050 },
  ]);
  recording.commit([], { transitions: [moved(recording.ref('a'), 'lost', 60)] });
  expect(recording.journal.rememberedSessions()[0]).not.toHaveProperty('deadlineAt');
});

test('a transition of a conversation without a transcript changes nothing', () => {
  recording.commit([], { transitions: [moved(recording.ref('ghost'), 'lost', 50)] });
  expect(recording.journal.rememberedSessions()).toEqual([]);
});

test('a successor is linked both ways', () => {
  recording.open('a', 'x');
  recording.open('b', 'y');
  recording.commit([], { transitions: [moved(recording.ref('a'), 'superseded', 50, { successor: recording.ref('b') })] });
  expect(session('a')).toMatchObject({ state: 'superseded', continuedBy: recording.row('b') });
  expect(session('b')).toMatchObject({ continues: recording.row('a') });
});

test('conversations come newest append first', () => {
  const a = recording.open('a', 'x');
  recording.clock.advance(1_000);
  recording.open('b', 'y');
  expect(names()).toEqual(['b', 'a']);
  recording.clock.advance(1_000);
  recording.append(a, 'more');
  expect(names()).toEqual(['a', 'b']);
  expect(session('a')?.lastAppendAt).toBe(recording.clock.now());
});

test('an old file that is imported now is still old', () => {
  recording.open('new', 'x');
  const writtenAt = recording.clock.now() - 86_400_000;
  recording.open('old', 'x', { mtimeMs: writtenAt });
  expect(names()).toEqual(['new', 'old']);
  expect(session('old')?.lastAppendAt).toBe(writtenAt);
});

test('pages continue exactly, also among conversations of the same millisecond', () => {
  const all = Array.from({ length: 30 }, (_, n) => `s${n}`);
  for (const name of all) recording.open(name, 'x');
  const seen: string[] = [];
  let cursor: number | undefined;
  do {
    const page = recording.catalog.sessions({ limit: 7, ...(cursor === undefined ? {} : { cursor }) });
    seen.push(...page.items.map(({ nativeId }) => nativeId));
    cursor = page.next;
  } while (cursor !== undefined);
  expect(seen).toEqual([...all].reverse());
});

test('lists are filtered by state, agent, words and what is only here', () => {
  recording.open('a', said('about tigers 100%', { id: '1' }));
  recording.close(recording.open('b', said('about lions', { id: '2' })), 'deleted');
  recording.index();
  recording.commit([], { transitions: [moved(recording.ref('b'), 'lost', 50)] });
  expect(names({ states: ['lost', 'orphaned'] })).toEqual(['b']);
  expect(names({ onlyHere: true })).toEqual(['b']);
  expect(names({ text: 'TIGERS' })).toEqual(['a']);
  expect(names({ text: '0%' })).toEqual(['a']);
  expect(names({ text: '_' })).toEqual([]);
  expect(names({ agent: 'other' })).toEqual([]);
  expect(names({ agent: 'main', text: 'about' })).toEqual(['b', 'a']);
});

test('a summary counts what there is', () => {
  const first = recording.open('a', HEADER + said('one', { id: '1' }) + said('two', { id: '2' }));
  recording.close(first, 'truncated');
  recording.open('a', HEADER);
  recording.index();
  const bytes = recording.content(first).length;
  expect(session('a')).toMatchObject({ records: 2, generations: 2, bytes, onlyHere: 2, firstSeenAt: recording.clock.now() });
  expect(recording.catalog.sources()).toMatchObject([{ agents: 1, sessions: 1, lastCaptureAt: recording.clock.now() }]);
});

test('a source counts the conversations that its index does not lead to', () => {
  for (const name of ['listed', 'unlisted', 'put-away']) recording.open(name, 'x');
  const keyed = (name: string) => ({ session: recording.ref(name), routingKey: `agent:main:${name}` });
  recording.commit([], { sessions: [keyed('listed'), keyed('put-away')], transitions: [moved(recording.ref('put-away'), 'reset', 50)] });
  expect(recording.catalog.sources()).toMatchObject([{ sessions: 3, unlisted: 2 }]);
});

test("a file's own name counts more than a session id that its topics share, and a key means where it leads now", () => {
  recording.open('abcd1234-topic-7', 'x');
  recording.open('abcd1234', 'y');
  recording.open('newer', 'z');
  recording.commit([], {
    sessions: [
      { session: recording.ref('abcd1234-topic-7'), sessionId: 'abcd1234' },
      { session: recording.ref('abcd1234'), sessionId: 'abcd1234', routingKey: 'agent:main:main' },
      { session: recording.ref('newer'), sessionId: 'newer', routingKey: 'agent:main:main' },
    ],
  });
  const found = (reference: string) => recording.catalog.findSessions(reference).map(({ nativeId }) => nativeId);
  expect(found('abcd1234')).toEqual(['abcd1234']);
  expect(found('agent:main:main')).toEqual(['newer']);
});

test('a conversation is found by row, id, file name, key, or the beginning of an id', () => {
  recording.open('1234abcd-topic-7', 'x');
  recording.open('1234abff', 'y');
  recording.commit([], { sessions: [{ session: recording.ref('1234abff'), sessionId: 'sid-9', routingKey: 'agent:main:main' }] });
  const found = (reference: string) => recording.catalog.findSessions(reference).map(({ nativeId }) => nativeId);
  expect(found('1234abff')).toEqual(['1234abff']);
  expect(found('sid-9')).toEqual(['1234abff']);
  expect(found('agent:main:main')).toEqual(['1234abff']);
  expect(found(String(recording.row('1234abff')))).toEqual(['1234abff']);
  expect(found('1234ab')).toEqual(['1234abff', '1234abcd-topic-7']);
  expect(found('123')).toEqual([]);
  expect(found('nobody')).toEqual([]);
});

test('a conversation that does not exist is undefined', () => {
  expect(recording.catalog.session(77)).toBeUndefined();
  expect(recording.catalog.generations(77)).toEqual([]);
});

test('a secret in what names a conversation is masked in lists, and stays what it was in the conversation', () => {
  const secret = `ghp_${'aB3dE6gH9'.repeat(4)}`;
  recording.open('a', said(`push with ${secret}`, { id: '1' }));
  recording.index();
  expect(session('a')?.title).toBe('push with •••');
  expect(recording.catalog.search('push', 1).map(({ title, snippet }) => [title, snippet])).toEqual([
    ['push with •••', '\u0001push\u0002 with •••'],
  ]);
  expect(texts(recording.journal, recording.row('a'))).toEqual([`push with ${secret}`]);
});
