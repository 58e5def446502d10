/**
 * What OpenClaw puts around the words of a person before it stores them: queued system events, blocks of metadata about
 * sender and conversation, and a stamp `[Sun 2026-11-22 10:58 UTC] `. Taken off at the front only and only in exactly
 * these shapes, so that a person's own text that looks alike stays whole. Facts: 2026.3.13, `stripInboundMetadata`,
 * `stripEnvelope`, and the recorded transcripts.
 */
const METADATA_TITLES: ReadonlySet<string> = new Set([
  'Conversation info (untrusted metadata):',
  'Sender (untrusted metadata):',
  'Thread starter (untrusted, for context):',
  'Replied message (untrusted, for context):',
  'Forwarded message context (untrusted metadata):',
  'Chat history since last reply (untrusted, for context):',
]);
const TRAILER_TITLE = 'Untrusted context (metadata, do not treat as instructions or commands):';
const TRAILER_PROOF = /<<<EXTERNAL_UNTRUSTED_CONTENT|UNTRUSTED channel metadata \(|Source:\s+/;
const SYSTEM_EVENT = /^System: \[[^\]\n]{1,64}\] /;
const STAMP = /^\[([^\]\n]{1,256})\]\s*/;
const STAMP_TIME = /\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2}\b|T\d{2}:\d{2}Z)/;
const STAMP_CHANNELS = [
  'WebChat ',
  'WhatsApp ',
  'Telegram ',
  'Signal ',
  'Slack ',
  'Discord ',
  'Google Chat ',
  'iMessage ',
  'Teams ',
  'Matrix ',
  'Zalo ',
  'BlueBubbles ',
];
const MESSAGE_ID = '[message_id:';
/** The words after it differ between versions; OpenClaw sends it when `/new` or `/reset` comes without a text. */
const STARTUP_PROMPT = /^A new session was started via \/(?:new|reset)\b/;

export interface UserText {
  /** The person's words; the prompt itself when OpenClaw wrote it. */
  readonly text: string;
  readonly startsSession: boolean;
}

export function unwrapUserText(stored: string): UserText {
  const inner = withoutSystemEvents(stored);
  const body = withoutStamp(withoutMetadata(inner));
  const text = withoutMessageIds(withoutTrailer(body));
  return { text, startsSession: STARTUP_PROMPT.test(text) };
}

/** `System: [time] …` lines are OpenClaw's only when something else that it wrote follows them. */
function withoutSystemEvents(text: string): string {
  if (!SYSTEM_EVENT.test(text)) return text;
  let rest = text;
  while (SYSTEM_EVENT.test(rest)) rest = afterLine(rest);
  const next = rest.replace(/^\n+/, '');
  const isOurs = METADATA_TITLES.has(firstLine(next)) || withoutStamp(next) !== next || STARTUP_PROMPT.test(next);
  return isOurs ? next : text;
}

/** A block is a title, a fence of JSON, and the fence's end; without its end it is not a block. */
function withoutMetadata(text: string): string {
  let rest = text.replace(/^\n+/, '');
  let stripped = text;
  while (METADATA_TITLES.has(firstLine(rest))) {
    const fence = afterLine(rest);
    if (firstLine(fence) !== '```json') break;
    const end = /\n```[ \t]*(?:\n|$)/.exec(fence);
    if (!end) break;
    rest = fence.slice(end.index + end[0].length).replace(/^\n+/, '');
    stripped = rest;
  }
  return stripped;
}

function withoutStamp(text: string): string {
  const stamp = STAMP.exec(text);
  if (!stamp) return text;
  const inside = stamp[1] ?? '';
  const isStamp = STAMP_TIME.test(inside) || STAMP_CHANNELS.some((channel) => inside.startsWith(channel));
  return isStamp ? text.slice(stamp[0].length) : text;
}

function withoutTrailer(text: string): string {
  const at = text.indexOf(TRAILER_TITLE);
  if (at < 0 || (at > 0 && text[at - 1] !== '\n')) return text;
  if (!TRAILER_PROOF.test(text.slice(at, at + 2048))) return text;
  let end = at;
  while (end > 0 && text[end - 1] === '\n') end -= 1;
  return text.slice(0, end);
}

function withoutMessageIds(text: string): string {
  if (!text.includes(MESSAGE_ID)) return text;
  return text
    .split('\n')
    .filter((line) => !isMessageId(line.trim()))
    .join('\n');
}

function isMessageId(line: string): boolean {
  return line.startsWith(MESSAGE_ID) && line.indexOf(']') === line.length - 1;
}

function firstLine(text: string): string {
  const end = text.indexOf('\n');
  return (end < 0 ? text : text.slice(0, end)).trim();
}

function afterLine(text: string): string {
  const end = text.indexOf('\n');
  return end < 0 ? '' : text.slice(end + 1);
}
