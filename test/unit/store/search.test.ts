import { afterEach, beforeEach, expect, test } from 'vitest';
import { Recording, said } from './recording.ts';

let recording: Recording;
beforeEach(() => {
  recording = new Recording();
});
afterEach(() => recording[Symbol.dispose]());

const snippets = (query: string, limit = 50) => recording.catalog.search(query, limit).map(({ snippet }) => snippet);
const record = (...lines: readonly string[]) => {
  recording.open('a', lines.map((text, n) => said(text, { id: String(n), at: 1_000 + n })).join(''));
  recording.index();
};

test('all words must occur, the newest message comes first, matches are marked', () => {
  record('the red fox', 'a red house', 'a fox in a red house');
  expect(snippets('red fox')).toEqual(['a \u0001fox\u0002 in a \u0001red\u0002 house', 'the \u0001red\u0002 \u0001fox\u0002']);
});

test('the last word may be unfinished, an earlier one may not', () => {
  record('deployment finished');
  expect(snippets('deploy')).toEqual(['\u0001deployment\u0002 finished']);
  expect(snippets('deploy finished')).toEqual([]);
});

test('only whole words are marked, however often they stand in others before', () => {
  record('foxes and x.fox9, a firefox; the Fox');
  expect(snippets('fox', 1)).toEqual(['foxes and x.fox9, a firefox; the \u0001Fox\u0002']);
});

test('a snippet of a long text is of its first match', () => {
  record(`${'firefox '.repeat(1_000)}the Fox ${'firefox '.repeat(1_000)}`);
  expect(snippets('the fox', 1)[0]).toMatch(/^….*firefox \u0001the\u0002 \u0001Fox\u0002 firefox .*…$/);
});

test('longer words are left out when the word itself gives all the hits wanted', () => {
  record('a deploy', 'a deployment', 'another deploy');
  expect(snippets('deploy', 2)).toEqual(['another \u0001deploy\u0002', 'a \u0001deploy\u0002']);
  expect(snippets('deploy', 3)).toEqual(['another \u0001deploy\u0002', 'a \u0001deployment\u0002', 'a \u0001deploy\u0002']);
});

test('words that only stand somewhere in the messages do not keep longer ones from being found', () => {
  record('错 and 误 and code', 'x 错误code', '错误codes');
  expect(snippets('错误code', 2)).toEqual(['\u0001错误codes\u0002', 'x \u0001错误code\u0002']);
});

test('case and accents do not matter', () => {
  record('Crème Brûlée');
  expect(snippets('creme BRULEE')).toEqual(['\u0001Crème\u0002 \u0001Brûlée\u0002']);
});

test.each([
  ['错误', '无法连接数据库,出现\u0001错误\u0002代码'],
  ['数据库', '无法连接\u0001数据库\u0002,出现错误代码'],
  ['误', '无法连接数据库,出现错\u0001误\u0002代码'],
  ['无法 代码', '\u0001无法\u0002连接数据库,出现错误\u0001代码\u0002'],
])('any part of a Chinese sentence is found: %s', (query, expected) => {
  record('无法连接数据库,出现错误代码');
  expect(snippets(query)).toEqual([expected]);
});

test('Chinese characters in another order are not found', () => {
  record('数据库');
  expect(snippets('库数')).toEqual([]);
});

test('characters that only stand beside others are passed over, however many messages hold them', () => {
  record('错误', ...Array.from({ length: 40 }, (_, n) => `错 ${n} 误`));
  expect(snippets('错误', 3)).toEqual(['\u0001错误\u0002']);
});

test('words with marks that are no accents are found whole', () => {
  record('हिन्दी भाषा', 'ภาษาไทย', 'x\u0305y', 'p\u19b0q');
  expect(snippets('p\u19b0q')).toHaveLength(1);
  expect(snippets('हिन्दी')).toEqual(['\u0001हिन्दी\u0002 भाषा']);
  expect(snippets('ภาษาไทย')).toEqual(['\u0001ภาษาไทย\u0002']);
  expect(snippets('x\u0305y')).toEqual(['\u0001x\u0305y\u0002']);
});

test('words that mix scripts are found as they are written', () => {
  record('运行Node24时出错', 'カタカナとひらがな', '학교에서 만나요');
  expect(snippets('Node24时')).toHaveLength(1);
  expect(snippets('ひら')).toHaveLength(1);
  expect(snippets('학교')).toHaveLength(1);
});

test.each([
  '"',
  "'",
  'AND',
  'OR OR',
  'NEAR(',
  'a* b*',
  '(',
  '-',
  'text:',
  '{a b}: c',
  '^fox',
  '\u0000',
  '*',
  'fox" OR "1',
  '\ud800',
  '😀',
  '',
])('whatever is typed is taken as plain words: %j', (query) => {
  record('the fox and the near or not house');
  expect(() => recording.catalog.search(query, 10)).not.toThrow();
});

test('operators of the search engine are words', () => {
  record('this or that', 'neither');
  expect(snippets('this OR neither')).toEqual([]);
  expect(snippets('this or')).toHaveLength(1);
});

test('a message in two generations is one hit, said where it was first', () => {
  const first = recording.open('a', said('unique words', { id: '1' }));
  recording.close(first, 'rewritten');
  recording.open('a', said('unique words', { id: '1' }));
  recording.index();
  expect(recording.catalog.search('unique', 10)).toMatchObject([{ generationId: first, start: 0, role: 'user', title: 'unique words' }]);
});

test('tool output is not searched', () => {
  recording.open('a', said('needle', { id: '1', role: 'tool' }));
  recording.index();
  expect(snippets('needle')).toEqual([]);
});

test('a snippet is one line around the match, and markers in the text are taken out', () => {
  record(`${'before '.repeat(50)}\nneedle\n\u0001forged\u0002 ${'after '.repeat(50)}`);
  const [snippet = ''] = snippets('needle');
  expect(snippet).toContain('\u0001needle\u0002 forged after');
  expect(snippet.startsWith('…')).toBe(true);
  expect(snippet.endsWith('…')).toBe(true);
  expect(snippet.length).toBeLessThan(200);
});

test('a hit at the limit of what is indexed of a long message is shown', () => {
  record(`${'filler '.repeat(9_000)}needle ${'filler '.repeat(2_000)}beyond`);
  expect(snippets('needle')[0]).toContain('\u0001needle\u0002');
  expect(snippets('beyond')).toEqual([]);
});

test('no more hits than asked for', () => {
  record(...Array.from({ length: 20 }, (_, n) => `word ${n}`));
  expect(snippets('word', 5)).toHaveLength(5);
});

test('hits are newest first across conversations, whichever was indexed first', () => {
  recording.open('late', said('word late', { id: '1', at: 9_000 }));
  recording.index();
  recording.open('early', said('word early', { id: '1', at: 1_000 }));
  recording.index();
  expect(snippets('word')).toEqual(['\u0001word\u0002 late', '\u0001word\u0002 early']);
});

test('of what is not indexed yet, the conversation that was written last is found first', () => {
  const line = said('lantern of today');
  recording.open('newest', line, { mtimeMs: 9_000 });
  recording.open('older', said('lantern of last year'), { mtimeMs: 1_000 });
  recording.journal.index(line.length);
  expect(snippets('lantern')).toEqual(['\u0001lantern\u0002 of today']);
  recording.index();
  expect(snippets('lantern')).toHaveLength(2);
});

test('a secret in what was found is masked, also where it begins before what is shown', () => {
  const secret = `sk-${'aB3dE6gH9'.repeat(30)}`;
  record(`the key ${secret} of the harbour ${'and so on '.repeat(50)}`);
  expect(snippets('harbour')).toEqual([expect.stringMatching(/^….{0,3}••• of the \u0001harbour\u0002 and so on/)]);
  expect(snippets(secret)).toEqual([expect.not.stringContaining('aB3dE6gH9')]);
});
