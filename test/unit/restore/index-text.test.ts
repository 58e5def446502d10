import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emptyIndex, entryOf, type IndexText, readIndexText, withKey, withoutKey } from '../../../main/core/restore/index-text.ts';

const entry = { sessionId: '11111111-2222-4333-8444-555555555555', updatedAt: 1, label: 'Restored 2026-11-22 10:00:00 · 4 messages' };

function read(text: string): IndexText & { ok: true } {
  const index = readIndexText(Buffer.from(text));
  if (!index.ok) throw new Error(index.reason);
  return index;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

test('a key is added last, indented as OpenClaw does', () => {
  const before = JSON.stringify({ 'agent:main:main': { sessionId: 'a', updatedAt: 1 } }, null, 2);
  const after = textOf(withKey(read(before), 'agent:main:restored-x', entry));
  expect(after).toBe(JSON.stringify({ 'agent:main:main': { sessionId: 'a', updatedAt: 1 }, 'agent:main:restored-x': entry }, null, 2));
});

test('a key is added to an empty index', () => {
  expect(textOf(withKey(emptyIndex(), 'k', entry))).toBe(JSON.stringify({ k: entry }, null, 2));
});

test('numbers, duplicate keys, escapes and order that a JSON printer would change stay', () => {
  const odd =
    '{"b":{"n":12345678901234567890,"e":"\\u00e9é","n":1e400},\r\n\t"1":null,"__proto__":{"sessionId":"p"}, "a,}\\"" : [ {"x":"}"} ]}\n';
  const added = withKey(read(odd), 'k', entry);
  expect(textOf(added).startsWith(odd.slice(0, -2))).toBe(true);
  expect(textOf(withoutKey(read(textOf(added)), 'k'))).toBe(odd);
});

test('adding and taking out again gives the same bytes, whatever the index holds', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(undefined, 2, '\t'), (store, indent) => {
      fc.pre(!('k' in store) && !Object.keys(store).includes('__proto__'));
      const before = JSON.stringify(store, null, indent);
      const added = read(textOf(withKey(read(before), 'k', entry)));
      expect(JSON.parse(textOf(added.bytes))).toEqual({ ...(JSON.parse(before) as object), k: entry });
      if (Object.keys(store).length > 0) expect(textOf(withoutKey(added, 'k'))).toBe(before);
    }),
    { numRuns: 300 },
  );
});

test.each(['first', 'second', 'third'])('the %s of three keys is taken out', (key) => {
  const store: Record<string, unknown> = { first: { sessionId: 'a' }, second: { sessionId: 'b' }, third: { sessionId: 'c' } };
  const after: unknown = JSON.parse(textOf(withoutKey(read(JSON.stringify(store, null, 2)), key)));
  delete store[key];
  expect(after).toEqual(store);
});

test('the only key is taken out', () => {
  expect(textOf(withoutKey(read('{ "k": {} }'), 'k'))).toBe('{}');
});

describe('an index that OpenClaw would replace by an empty one is not read', () => {
  test.each(['', '{"a":', '{"a":1} // comment', '[]', 'null', '7', '{"a":1}\0', '\uFEFF{}', "{'a':1}"])('%j', (text) => {
    expect(readIndexText(Buffer.from(text)).ok).toBe(false);
  });
});

test('keys are found without regard to case', () => {
  expect(entryOf(read('{"Agent:Main:X":{"sessionId":"s"}}'), 'agent:main:x')).toEqual({ key: 'Agent:Main:X', sessionId: 's' });
});

test('entries that are no objects refer to nothing', () => {
  expect(read('{"a":3,"b":null,"c":[],"d":{"sessionId":5}}').entries).toEqual([{ key: 'a' }, { key: 'b' }, { key: 'c' }, { key: 'd' }]);
});
