import type { MessageView, SearchHit, SessionSummary } from '../../../main/core/types.ts';
import { message, session } from './world.ts';

const markup = '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script><b>bold</b> &amp; <!-- -->';
const rightToLeft = 'invoice \u202Egnp.exe\u202C then \u2067مرحبا بالعالم\u2069 and \u202Bשלום';
const zeroWidth = `a\u200Bb\u200Cc\u200Dd\u2060e\uFEFFf${'\u0301'.repeat(60)}`;
/** A whole message of a million letters without a space, as it is shown on demand. */
export const longWord = 'W'.repeat(1024 * 1024);
/** As much of it as the core puts on a page. */
const word = longWord.slice(0, 64 * 1024);
const ansi = '\u001B[31mred\u001B[0m \u001B]0;title\u0007 \u001B[2J\u001B[1;1H \u0000\u0008 end';
const longTitle = `${'Pneumonoultramicroscopicsilicovolcanoconiosis'.repeat(40)} ${'and so on '.repeat(80)}`;

/** What somebody may have written to an agent, or a page that it read: text, and nothing else. */
export const hostile = { markup, rightToLeft, zeroWidth, word, ansi, longTitle } as const;

export const hostileSessions: readonly SessionSummary[] = Object.values(hostile)
  .map((text) => text.slice(0, 4000))
  .map((title, i) =>
    session(i + 1, { title, sessionKey: `agent:main:${title.slice(0, 300)}`, onlyHere: i % 2, state: i % 2 === 1 ? 'lost' : 'live' }),
  );

export const hostileMessages: readonly MessageView[] = Object.values(hostile).flatMap((text, i) => [
  message(2 * i, { text, truncated: text === word, persisted: false }),
  message(2 * i + 1, { text, role: 'toolResult', provenance: 'recorder-plugin', persisted: false, interrupted: true }),
]);

export const hostileHits: readonly SearchHit[] = hostileSessions.map((each, i) => ({
  sessionRow: each.id,
  generationId: 1,
  start: 800 * i,
  title: each.title,
  role: i === 0 ? '<i>role</i>' : 'user',
  at: each.firstSeenAt,
  snippet: `before \u0001${each.title.slice(0, 300)}\u0002 after ${markup}`,
}));
