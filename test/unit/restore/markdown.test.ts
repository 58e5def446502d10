import { expect, test } from 'vitest';
import { markdown } from '../../../main/core/restore/markdown.ts';
import type { Reader } from '../../../main/core/restore/readable.ts';
import type { MessageView, SessionSummary } from '../../../main/core/types.ts';
import { readerIn } from '../../../main/core-process/reader.ts';

const at = Date.UTC(2026, 10, 22, 23, 30);
const reader = readerIn();
const inIndia: Reader = { ...reader, utcOffset: () => 330 };
const place = { generationId: 1, start: 0, length: 1, kind: 'message', truncated: false, text: '' };
const message: MessageView = { ...place, role: 'user', at, persisted: true, provenance: 'transcript' };

test('a message says who and when, with the offset of the local time', () => {
  expect(markdown.message(message, 'hello', inIndia)).toBe(
    '## user · 2026-11-23 05:00:00 +05:30 (23:30:00 UTC)\n\n```text\nhello\n```\n\n',
  );
});

test('a time west of Greenwich has a negative offset', () => {
  expect(markdown.message(message, 'x', { ...reader, utcOffset: () => -210 })).toContain('2026-11-22 20:00:00 -03:30');
});

test('no run of backticks in the text closes its fence', () => {
  const lines = markdown.message(message, 'a\n`````\n# not a heading', inIndia).split('\n');
  expect(lines.filter((line) => line.startsWith('``````'))).toEqual(['``````text', '``````']);
});

test('a message that exists only in the recording is marked', () => {
  expect(markdown.message({ ...message, persisted: false }, 'x', inIndia)).toContain("> Only in Clawback's recording");
});

test('a message that OpenClaw never saved says who saw it, and what a tool gave back is folded', () => {
  const heard: MessageView = { ...message, role: 'tool', persisted: false, provenance: 'gateway-stream', interrupted: true };
  const told = markdown.message(heard, 'x', inIndia);
  expect(told).toContain('> Never saved by OpenClaw: it was heard on the live stream. This reply was cut off.');
  expect(told).toContain('<details><summary>1 characters</summary>\n\n```text\nx\n```\n\n</details>');
});

test('a title with markup stays a title', () => {
  const session = { id: 1, agent: 'main', sessionId: 's', title: 'a\n# <b>*x*</b> `y` [z](http://a)', onlyHere: 2 } as SessionSummary;
  const heading = markdown.heading({ session }, inIndia);
  expect(heading.split('\n')[0]).toBe('# a \\# \\<b\\>\\*x\\*\\</b\\> \\`y\\` \\[z\\](http://a)');
  expect(heading).toContain('2 of the messages');
});
