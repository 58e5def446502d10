import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { WitnessVerdict } from '../../../main/core/detect/detection.ts';
import { type ExportRequest, exportChunks, exportFiles, exportOne } from '../../../main/core/restore/exporter.ts';
import type { Reader } from '../../../main/core/restore/readable.ts';
import type { Catalog } from '../../../main/core/store/store.ts';
import type { IncidentDraft } from '../../../main/core/types.ts';
import type { WitnessedMessage } from '../../../main/core/witness/witness.ts';
import { readerIn } from '../../../main/core-process/reader.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';
import { mode, Scene } from './scene.ts';
import { assistant, header, healthy, text, user } from './transcripts.ts';

const utc: Reader = { ...readerIn(), utcOffset: () => 0 };
let dir: TempDir;
let scene: Scene;

beforeEach(() => {
  dir = tempDir();
  scene = new Scene(dir.path);
});

afterEach(() => {
  scene[Symbol.dispose]();
  dir[Symbol.dispose]();
});

function witness(said: string): WitnessedMessage & { nativeId: string } {
  const place = { agent: 'main', nativeId: 'talk', at: scene.clock.now() };
  return { ...place, witness: 'recorder-plugin', ref: said, role: 'assistant', phase: 'final', endsRun: true, text: said };
}

const out = (name = 'out.jsonl') => join(dir.path, name);
const read = (name: string) => readFileSync(out(name), 'utf8');
const streamed = (catalog: Catalog, request: ExportRequest, reader = utc) => Buffer.concat([...exportChunks(catalog, request, reader)]);

test('one generation is exported byte for byte, garbage and torn line included', () => {
  const captured = Buffer.concat([Buffer.from(healthy()), Buffer.from([0xff, 0, 10]), Buffer.from('{"cut')]);
  const sessionRow = scene.record('talk', [captured]);
  const [file] = exportFiles(scene.journal.catalog, { sessionRow, format: 'jsonl' }, out(), utc);
  expect(readFileSync(out()).equals(captured)).toBe(true);
  expect(file).toEqual({ path: out(), bytes: captured.length, sha256: createHash('sha256').update(captured).digest('hex') });
  expect(mode(out())).toBe(0o600);
  expect(streamed(scene.journal.catalog, { sessionRow, format: 'jsonl' }).equals(captured)).toBe(true);
});

test('the generation with most messages is the one that is exported', () => {
  const sessionRow = scene.record('talk', [healthy(1), healthy(3), healthy(2)]);
  expect(streamed(scene.journal.catalog, { sessionRow, format: 'jsonl' }).toString()).toBe(healthy(3));
  expect(streamed(scene.journal.catalog, { sessionRow, format: 'jsonl', generation: 3 }).toString()).toBe(healthy(2));
});

test('all generations are exported in order, each to a file of its own', () => {
  const sessionRow = scene.record('talk', [healthy(1), healthy(3)]);
  const files = exportFiles(scene.journal.catalog, { sessionRow, format: 'jsonl', generation: 'all' }, out(), utc);
  expect(files.map(({ path, generation }) => [path, generation])).toEqual([
    [out('out.g1.jsonl'), 1],
    [out('out.g2.jsonl'), 2],
  ]);
  expect([read('out.g1.jsonl'), read('out.g2.jsonl')]).toEqual([healthy(1), healthy(3)]);
});

test('messages that no file ever held are exported as a version of their own, without those that were taken back', () => {
  const sessionRow = scene.record('talk', [healthy(1)]);
  const lost = ['said once', 'said twice'].map((said) => witness(said));
  scene.journal.recordWitnessed([{ sourceId: scene.sourceId, witness: 'recorder-plugin', messages: lost }], scene.clock.now());
  const session = { sourceId: scene.sourceId, agent: 'main', nativeId: 'talk' };
  const [first, second] = scene.journal.catalog.pendingWitnessed();
  const judge = (...verdicts: WitnessVerdict[]) => {
    scene.journal.commit([], { transitions: [], sessions: [], drafts: [], resolved: [], verdicts }, scene.clock.now());
    scene.journal.index(Number.POSITIVE_INFINITY);
  };
  judge(...[first, second].map((row) => ({ id: row?.id ?? 0, is: 'unpersisted' as const, session })));
  judge({ id: first?.id ?? 0, is: 'persisted' });
  const files = exportFiles(scene.journal.catalog, { sessionRow, format: 'jsonl', generation: 'all' }, out(), utc);
  expect(files.map(({ generation }) => generation)).toEqual([0, 1]);
  expect(read('out.g1.jsonl')).toBe(healthy(1));
  const lines = read('out.g0.jsonl').split('\n');
  expect(lines).toHaveLength(2);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ type: 'message', message: { content: [{ type: 'text', text: 'said twice' }] } });
  expect(streamed(scene.journal.catalog, { sessionRow, format: 'jsonl', generation: 0 }).toString()).toBe(read('out.g0.jsonl'));
  const markdown = streamed(scene.journal.catalog, { sessionRow, format: 'markdown' }, utc).toString();
  expect(markdown).toContain('said twice');
  expect(markdown).not.toContain('said once');
  judge({ id: second?.id ?? 0, is: 'persisted' });
  expect(exportFiles(scene.journal.catalog, { sessionRow, format: 'jsonl', generation: 'all' }, out('again.jsonl'), utc)).toHaveLength(1);
});

test('all generations do not fit one stream', () => {
  const sessionRow = scene.record('talk', [healthy()]);
  expect(() => exportChunks(scene.journal.catalog, { sessionRow, format: 'jsonl', generation: 'all' }, utc)).toThrow(
    expect.objectContaining({ code: 'invalid' }),
  );
});

test('a file that exists is never overwritten', () => {
  writeFileSync(out(), 'mine');
  const sessionRow = scene.record('talk', [healthy()]);
  expect(() => exportFiles(scene.journal.catalog, { sessionRow, format: 'jsonl' }, out(), utc)).toThrow(
    expect.objectContaining({ code: 'target-exists' }),
  );
  expect(read('out.jsonl')).toBe('mine');
  expect(readdirSync(dir.path).sort()).toEqual(['home', 'out.jsonl', 'state']);
});

test('a set of generations is exported whole or not at all', () => {
  writeFileSync(out('out.g2.jsonl'), 'mine');
  const sessionRow = scene.record('talk', [healthy(1), healthy(2)]);
  expect(() => exportFiles(scene.journal.catalog, { sessionRow, format: 'jsonl', generation: 'all' }, out(), utc)).toThrow(
    expect.objectContaining({ code: 'target-exists' }),
  );
  expect(readdirSync(dir.path).sort()).toEqual(['home', 'out.g2.jsonl', 'state']);
});

test('Markdown tells the conversation in order with everything in fences', () => {
  const sessionRow = scene.record('talk', [text([header, user('a', null, 'what is ```x```?', 0), assistant('b', 'a', 'a fence', 1)])]);
  const markdown = streamed(scene.journal.catalog, { sessionRow, format: 'markdown' }, utc).toString();
  expect(markdown).toMatch(/^# /);
  expect(markdown.indexOf('## user · 2026-11-22 11:21:37 +00:00')).toBeGreaterThan(0);
  expect(markdown).toContain('````text\nwhat is ```x```?\n````\n');
  expect(markdown.indexOf('## assistant · 2026-11-22 11:21:38 +00:00')).toBeGreaterThan(markdown.indexOf('## user'));
  expect(markdown.match(/^> Only in Clawback/gm)).toHaveLength(2);
});

test('Markdown holds the whole of a long message and of many pages', () => {
  const long = 'word '.repeat(100_000);
  const lines = Array.from({ length: 450 }, (_, index) =>
    user(`u${index}`, index === 0 ? null : `u${index - 1}`, index === 7 ? long : `line ${index}.`, index),
  );
  const sessionRow = scene.record('talk', [text([header, ...lines])]);
  exportFiles(scene.journal.catalog, { sessionRow, format: 'markdown' }, out('talk.md'), utc);
  const markdown = read('talk.md');
  expect(markdown.match(/^## user/gm)).toHaveLength(450);
  expect(markdown).toContain(long.trim());
  expect(markdown).toContain('line 449.');
});

test('a conversation, version or path that is not there is told apart', () => {
  const { catalog } = scene.journal;
  const sessionRow = scene.record('talk', [healthy()]);
  expect(() => exportChunks(catalog, { sessionRow: 99, format: 'jsonl' }, utc)).toThrow(expect.objectContaining({ code: 'not-found' }));
  expect(() => exportChunks(catalog, { sessionRow, format: 'jsonl', generation: 9 }, utc)).toThrow(
    expect.objectContaining({ code: 'not-found' }),
  );
  expect(() => exportFiles(catalog, { sessionRow, format: 'jsonl' }, 'relative.jsonl', utc)).toThrow(
    expect.objectContaining({ code: 'invalid' }),
  );
  expect(() => exportFiles(catalog, { sessionRow, format: 'jsonl' }, out('no/where.jsonl'), utc)).toThrow(
    expect.objectContaining({ code: 'io' }),
  );
});

test('HTML is one page that can run nothing, whatever was said in it', () => {
  const hostile = `<script>alert(1)</script></pre><img src=x onerror="alert(2)"> \u001b[31mred\u0000 \u202eabc ' & "`;
  const sessionRow = scene.record('talk', [text([header, user('a', null, hostile, 0), assistant('b', 'a', 'fine', 1)])]);
  const page = streamed(scene.journal.catalog, { sessionRow, format: 'html' }, { ...utc, utcOffset: () => 120 }).toString();
  expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&lt;/pre&gt;&lt;img src=x onerror=&quot;alert(2)&quot;&gt; ␛[31mred␀');
  expect(page.match(/<script|<img|<link|<iframe|\son\w+=[^&]|\ssrc=[^x]|\shref=/gi)).toBeNull();
  expect(page).toMatch(/http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-[\w+/=]+'; base-uri 'none'/);
  expect(page).toContain(
    '<time datetime="2026-11-22T11:21:37.000Z" title="2026-11-22T11:21:37.000Z">2026-11-22 13:21:37 +02:00 (11:21:37 UTC)</time>',
  );
  expect(page.match(/<p class="mark">Only in Clawback&#39;s recording/g)).toHaveLength(2);
  expect(page.trimEnd().endsWith('</html>')).toBe(true);
});

test('the policy of a page names the hash of the style that is in it', () => {
  const sessionRow = scene.record('talk', [healthy()]);
  const page = streamed(scene.journal.catalog, { sessionRow, format: 'html' }, utc).toString();
  const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? '';
  expect(page).toContain(`'sha256-${createHash('sha256').update(style).digest('base64')}'`);
});

test('what is missing, and where OpenClaw ended in the middle of a turn, is told in its place', () => {
  const lines = [header, user('a', null, 'first', 0), assistant('b', 'a', 'second', 1), user('d', 'c', 'third', 60)];
  const sessionRow = scene.record('talk', [text(lines)]);
  const session = { sourceId: scene.sourceId, agent: 'main', nativeId: 'talk' };
  const at = Date.UTC(2026, 10, 22, 11, 21, 40);
  const drafts: IncidentDraft[] = [
    { ...session, kind: 'interrupted-reply', dedupeKey: 'cut', severity: 'warning', messages: 0, bytes: 0, evidence: { deadSince: at } },
  ];
  scene.journal.commit([], { transitions: [], sessions: [], drafts, resolved: [] }, at);
  const markdown = streamed(scene.journal.catalog, { sessionRow, format: 'markdown' }).toString();
  const missing = 'Something is missing here that no file holds and nobody saw';
  const ended = 'OpenClaw ended abruptly here, in the middle of a turn · noticed 2026-11-22 11:21:40 +00:00';
  const places = ['second', `*${ended}*`, `*${missing}*`, 'third'].map((part) => markdown.indexOf(part));
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(places).not.toContain(-1);
  const page = streamed(scene.journal.catalog, { sessionRow, format: 'html' }).toString();
  expect(page).toContain(`<p class="between">${ended}</p>`);
  expect(page).toContain(`<p class="between">${missing}</p>`);
  const chinese = streamed(scene.journal.catalog, { sessionRow, format: 'markdown' }, readerIn('zh')).toString();
  expect(chinese).toContain('此处有内容缺失');
  expect(chinese).toContain('OpenClaw 在此异常结束');
});

test('a pause of days is told between the messages, and what a tool said is folded', () => {
  const later = assistant('b', 'a', 'back again', 3 * 86_400);
  const sessionRow = scene.record('talk', [text([header, user('a', null, 'see you', 0), later])]);
  expect(streamed(scene.journal.catalog, { sessionRow, format: 'html' }, utc).toString()).toContain('<p class="between">3 days later</p>');
  expect(streamed(scene.journal.catalog, { sessionRow, format: 'markdown' }, utc).toString()).toContain('*3 days later*');
});

test.each(['jsonl', 'markdown', 'html'] as const)(
  'one %s is written for its owner alone, and over a file only when that was agreed',
  async (format) => {
    const sessionRow = scene.record('talk', [healthy()]);
    const { catalog } = scene.journal;
    const done = await exportOne(catalog, { sessionRow, format }, out('one'), utc);
    expect(done).toEqual({ path: out('one'), bytes: Buffer.byteLength(read('one')), messages: 4 });
    expect(statSync(out('one')).mode & 0o777).toBe(0o600);
    writeFileSync(out('one'), 'mine');
    await expect(exportOne(catalog, { sessionRow, format }, out('one'), utc)).rejects.toMatchObject({ code: 'target-exists' });
    expect(read('one')).toBe('mine');
    await exportOne(catalog, { sessionRow, format }, out('one'), utc, true);
    expect(Buffer.byteLength(read('one'))).toBe(done.bytes);
    expect(readdirSync(dir.path).sort()).toEqual(['home', 'one', 'state']);
  },
);

test.each(['markdown', 'html'] as const)('%s speaks the language of its reader around what was said', (format) => {
  const later = assistant('b', 'a', 'back again', 3 * 86_400);
  const sessionRow = scene.record('talk', [text([header, user('a', null, 'see you', 0), later])]);
  const told = streamed(scene.journal.catalog, { sessionRow, format }, { ...readerIn('zh'), utcOffset: () => 480 }).toString();
  for (const word of ['智能体', '最后一条消息', '仅存于 Clawback 的记录中，磁盘上的文件都没有这条消息。', '3 天后', '用户', '助手']) {
    expect(told).toContain(word);
  }
  expect(told).toContain('see you');
  expect(told).not.toMatch(/Agent|Session|Last message|Only in|days later|## user|<h2>user/);
  expect(told.includes('<html lang="zh-Hans">')).toBe(format === 'html');
});
