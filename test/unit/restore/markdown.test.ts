import { expect, test } from 'vitest';
import { markdownHeading, markdownMessage } from '../../../main/core/restore/markdown.ts';
import type { SessionSummary } from '../../../main/core/types.ts';

const at = Date.UTC(2026, 10, 22, 23, 30);
const inIndia = () => 330;
const message = { role: 'user', at, persisted: true };

test('a message says who and when, with the offset of the local time', () => {
  expect(markdownMessage(message, 'hello', inIndia)).toBe('## user · 2026-11-23 05:00:00 +05:30\n\n```text\nhello\n```\n\n');
});

test('a time west of Greenwich has a negative offset', () => {
  expect(markdownMessage(message, 'x', () => -210)).toContain('2026-11-22 20:00:00 -03:30');
});

test('no run of backticks in the text closes its fence', () => {
  const lines = markdownMessage(message, 'a\n`````\n# not a heading', inIndia).split('\n');
  expect(lines.filter((line) => line.startsWith('``````'))).toEqual(['``````text', '``````']);
});

test('a message that exists only in the recording is marked', () => {
  expect(markdownMessage({ ...message, persisted: false }, 'x', inIndia)).toContain("> Only in Clawback's recording");
});

test('a title with markup stays a title', () => {
  const session = { id: 1, agent: 'main', sessionId: 's', title: 'a\n# <b>*x*</b> `y` [z](http://a)', onlyHere: 2 } as SessionSummary;
  const heading = markdownHeading(session, inIndia);
  expect(heading.split('\n')[0]).toBe('# a \\# \\<b\\>\\*x\\*\\</b\\> \\`y\\` \\[z\\](http://a)');
  expect(heading).toContain('2 of the messages');
});
