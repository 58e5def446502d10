import { expect, test } from 'vitest';
import { LineSplitter } from '../../../main/core/store/line-splitter.ts';
import { indexedText, matchExpression, phrasesOf } from '../../../main/core/store/searchable.ts';
import { snippetOf } from '../../../main/core/store/snippet.ts';
import { limitText, titleOf } from '../../../main/core/store/text-limits.ts';

test('characters of unspaced scripts are words of their own, others are left', () => {
  expect(indexedText('plain text')).toBe('plain text');
  expect(indexedText('a错b')).toBe('a 错 b');
});

test('a query is quoted word by word, the last one open at its end', () => {
  expect(matchExpression(phrasesOf('say "hi" (Node错误) deplo'))).toBe('"say" AND "hi" AND "Node" AND "错" AND "误" AND "deplo"*');
});

test('one or two letters are no prefix', () => {
  expect(matchExpression(phrasesOf('to'))).toBe('"to"');
});

test('a query has no more words than can be answered quickly', () => {
  expect(phrasesOf('word '.repeat(1_000))).toHaveLength(16);
});

test('a snippet of a text that does not match shows its beginning', () => {
  expect(snippetOf('some text', phrasesOf('other'))).toBe('some text');
});

test('a cut never leaves half a character', () => {
  expect(limitText('aé😀', 3)).toEqual({ text: 'aé', bytes: 3, truncated: true });
  expect(limitText('aé😀', 6)).toEqual({ text: 'aé', bytes: 3, truncated: true });
  expect(limitText('aé😀', 7)).toEqual({ text: 'aé😀', bytes: 7, truncated: false });
});

test('a title of nothing but blanks is none', () => {
  expect(titleOf(' \n\t')).toBeUndefined();
});

test('lines are the same however the bytes arrive', () => {
  const bytes = Buffer.from('one\r\ntwo\n\nfour and more\nrest');
  for (let step = 1; step < bytes.length; step += 1) {
    const splitter = new LineSplitter(100, 0);
    const lines: string[] = [];
    for (let at = 0; at < bytes.length; at += step) {
      for (const line of splitter.push(bytes.subarray(at, at + step))) lines.push(`${line.start}:${Buffer.from(line.bytes).toString()}`);
    }
    expect(lines).toEqual(['0:one', '5:two', '9:', '10:four and more']);
    expect(splitter.lineStart).toBe(24);
  }
});
