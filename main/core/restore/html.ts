import { createHash } from 'node:crypto';
import type { MessageView } from '../types.ts';
import { type Conversation, factsOf, marksOf, momentText, type ReadableForm, type Reader, roleText, type UtcOffset } from './readable.ts';

const LONGEST_SUMMARY_CHARS = 120;

const STYLE = `
:root{color-scheme:light dark;--text:#1d1d1f;--dim:#6e6e73;--ground:#f5f5f7;--card:#fff;--line:#d2d2d7;--user:#e8f1fd;--mark:#8a4b00;--mark-ground:#fff4e0}
@media (prefers-color-scheme:dark){:root{--text:#f5f5f7;--dim:#a1a1a6;--ground:#1d1d1f;--card:#2a2a2c;--line:#424245;--user:#1f3550;--mark:#ffc37a;--mark-ground:#3d2e17}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);font:1rem/1.5 system-ui,-apple-system,"PingFang SC","Noto Sans CJK SC",sans-serif}
main{max-width:52rem;margin:0 auto;padding:2rem 1rem 4rem}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 1rem;overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:0 0 2rem;font-size:.875rem}
dt{color:var(--dim)}
dd{margin:0;overflow-wrap:anywhere}
article{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:.75rem 1rem;margin:0 0 .75rem}
article.user{background:var(--user)}
header{display:flex;flex-wrap:wrap;gap:.25rem .75rem;align-items:baseline;margin:0 0 .35rem}
h2{font-size:.875rem;margin:0}
time{color:var(--dim);font-size:.8125rem;font-variant-numeric:tabular-nums}
.mark{margin:0 0 .5rem;padding:.25rem .6rem;border-radius:.4rem;background:var(--mark-ground);color:var(--mark);font-size:.8125rem}
.between{margin:1.25rem 0;color:var(--dim);font-size:.8125rem;text-align:center}
pre{margin:0;font:inherit;white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:isolate}
.tool pre{font:.8125rem/1.45 ui-monospace,SFMono-Regular,Menlo,monospace}
summary{cursor:pointer;color:var(--dim);font-size:.875rem}
details[open] summary{margin-bottom:.5rem}
@media print{body{background:none}article{break-inside:avoid}}
`;

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/**
 * A conversation as one page that needs nothing else and can run nothing: everything in it is text, and the policy in its head
 * allows its own style alone.
 */
export const html: ReadableForm = {
  heading: heading,
  message: article,
  marker: (text) => `<p class="between">${escaped(text)}</p>\n`,
  ending: () => '</main>\n</body>\n</html>\n',
};

function heading(conversation: Conversation, reader: Reader): string {
  const title = escaped(conversation.session.title);
  const facts = factsOf(conversation, reader).map(([name, value]) => `<dt>${escaped(name)}</dt><dd dir="auto">${escaped(value)}</dd>`);
  return `<!doctype html>
<html lang="${reader.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1 dir="auto">${title}</h1>
<dl>${facts.join('')}</dl>
`;
}

function article(message: MessageView, text: string, reader: Reader): string {
  const role = escaped(roleText(message.role, reader));
  const kind = message.role === 'user' || message.role === 'tool' ? ` class="${message.role}"` : '';
  const marks = marksOf(message, reader).map((mark) => `<p class="mark">${escaped(mark)}</p>`);
  return `<article${kind}><header><h2>${role}</h2>${moment(message.at, reader.utcOffset)}</header>${marks.join('')}${words(message.role, text)}</article>\n`;
}

function moment(at: number | undefined, utcOffset: UtcOffset): string {
  if (at === undefined) return '';
  const utc = new Date(at).toISOString();
  return `<time datetime="${utc}" title="${utc}">${momentText(at, utcOffset)}</time>`;
}

/** What a tool gave back is folded: few come for that. */
function words(role: string, text: string): string {
  const whole = `<pre dir="auto">${escaped(text)}</pre>`;
  if (role !== 'tool') return whole;
  const [first = ''] = text.trimStart().split('\n', 1);
  const beginning = first.length > LONGEST_SUMMARY_CHARS ? `${first.slice(0, LONGEST_SUMMARY_CHARS)}…` : first;
  return `<details><summary dir="auto">${escaped(beginning)}</summary>${whole}</details>`;
}

const NAMES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text and nothing else; control characters, which no page may hold, are shown by their signs. */
function escaped(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[&<>"']/g, (character) => NAMES[character] ?? '')
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, (control) => String.fromCharCode(0x2400 + control.charCodeAt(0)))
    .replaceAll(/[\u007f-\u009f]/g, '\ufffd');
}
