import { describe, expect, test } from 'vitest';
import { channels } from '../../../main/ipc/channels.ts';
import { schemas } from '../../../main/ipc/schemas.ts';

const accepts = (channel: keyof typeof schemas, input: unknown) => schemas[channel].safeParse(input).success;

test('there is a schema for every channel and no other', () => {
  expect(Object.keys(schemas).sort()).toEqual(Object.keys(channels).sort());
});

describe('what the windows send is accepted', () => {
  test.each([
    ['status', {}],
    ['sessions', { limit: 60 }],
    ['sessions', { limit: 200, onlyHere: true, cursor: 1_700_000_000_000.5, states: ['live'], text: 'x', agent: 'main' }],
    ['sessions', { limit: 60, since: 1_700_000_000_000, automatic: false }],
    ['sessionFacets', {}],
    ['sessionFacets', { agent: 'main', states: ['reset', 'superseded'], since: 0, onlyHere: true }],
    ['messages', { sessionRow: 1, limit: 100 }],
    ['planRestore', { incidentId: 'abc', target: 'new-session' }],
    ['planRestore', { incidentId: 'abc', sessionRow: 2, target: 'same-session' }],
    ['restore', { sessionRow: 3, target: 'file', output: '/home/someone/x.jsonl' }],
    ['settings.set', { flushIntervalMs: 250 }],
    ['settings.set', { ignore: { agents: ['work'], keys: ['agent:main:telegram:*'], sessions: ['s-1'] } }],
    ['export', { sessionRow: 1, format: 'html', output: '/home/someone/talk.html', replace: true }],
    ['forget', { sessionRow: 1 }],
    ['settings.set', { retention: { keepDays: 90, keepBytes: 1_000_000_000 } }],
    ['settings.set', { retention: {} }],
    ['settings.set', { maskTitles: true }],
    ['settings.set', { notifyResets: true }],
    ['folder.reveal', { folder: 'logs' }],
    ['settings.set', { sources: [{ root: '/home/someone/.openclaw', enabled: false }] }],
    ['window.open', { window: 'preferences' }],
  ] as const)('%s %j', (channel, input) => {
    expect(accepts(channel, input)).toBe(true);
  });
});

describe('anything else is refused', () => {
  test.each([
    ['nothing at all', 'status', undefined],
    ['an unknown key', 'status', { extra: 1 }],
    ['a prototype key', 'status', JSON.parse('{"__proto__x":1}')],
    ['a page that is too large', 'sessions', { limit: 201 }],
    ['an unknown state', 'sessions', { limit: 1, states: ['alive'] }],
    ['a time before time', 'sessions', { limit: 1, since: -1 }],
    ['a day in words', 'sessions', { limit: 1, since: 'today' }],
    ['a page of what is only counted', 'sessionFacets', { limit: 1 }],
    ['a row that is no number', 'messages', { sessionRow: '1', limit: 1 }],
    ['a negative row', 'messages', { sessionRow: -1, limit: 1 }],
    ['NaN', 'messages', { sessionRow: Number.NaN, limit: 1 }],
    ['a search text without end', 'search', { text: 'x'.repeat(1001), limit: 1 }],
    ['an unknown target', 'restore', { sessionRow: 1, target: 'overwrite' }],
    ['an empty incident', 'dismiss', { incidentId: '' }],
    ['an interval that is too short', 'settings.set', { flushIntervalMs: 249 }],
    ['a rule with a star for an agent', 'settings.set', { ignore: { agents: ['ma*'] } }],
    ['a rule of another kind', 'settings.set', { ignore: { words: ['secret'] } }],
    ['copies that are kept for no time', 'settings.set', { retention: { keepDays: 0 } }],
    ["a folder of somebody's own", 'folder.reveal', { folder: '/home/someone' }],
    ['an interval that is too long', 'settings.set', { flushIntervalMs: 30_001 }],
    ['a setting that does not exist', 'settings.set', { home: '/etc' }],
    ['an explicit undefined', 'settings.set', { notify: undefined }],
    ['a window that does not exist', 'window.open', { window: 'devtools' }],
  ] as const)('%s', (_what, channel, input) => {
    expect(accepts(channel, input)).toBe(false);
  });
});
