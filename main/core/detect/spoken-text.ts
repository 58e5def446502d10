/**
 * What two sightings of one message have in common. Witnesses see a message before, beside or after OpenClaw dresses it for
 * its transcript, so only the words count. Facts: recorded transcripts, frames and hooks of 2026.3.13.
 */

type Role = 'user' | 'assistant' | 'tool';

const WORKING_DIRECTORY = /^\[Working directory: [^\]\n]*\]\s*/;
const STAMP = /^\[[^\]\n]{0,200}\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}[^\]\n]{0,40}\]\s*/;
const MESSAGE_ID_LINE = /^\s*\[message_id:[^\]\n]*\]\s*$/gm;
const IMAGE = /\[image\]/g;
const TOOL_CALL = /\[tool [^\]\n]{1,128}\]/g;
/** `[[reply_to_current]]`, `[[reply_to:12]]`, `[[audio_as_voice]]`: told to a channel, not to a person. */
const DIRECTIVE = /\[\[\s*[a-z_]{2,40}(?:\s*:[^\]\n]{0,200})?\s*\]\]/gi;
const MEDIA_LINE = /^\s*MEDIA:.*$/gm;
/** Tags in which some models think aloud. Streams leave that out; transcripts do so where a text begins with it. */
const THINKING_TAG = /<\s{0,8}(\/?)\s{0,8}(?:think(?:ing)?|thought|antthinking)\s{0,8}>/gi;
const FINAL_TAG = /<\/?final>/gi;
const CUT = /\s*(?:\.\.\.|…)?\s*[([]truncated[)\]]\s*(?:\.\.\.|…)?\s*$/i;
const CUT_LENGTH = 40;
const WHITE_SPACE = /\s+/gu;

/** The words of a message and nothing else; empty when it has none. */
export function essence(role: Role, text: string): string {
  const words = role === 'user' ? userWords(text) : role === 'assistant' ? replyWords(text) : text;
  return withoutCut(words).replace(WHITE_SPACE, '').normalize('NFC');
}

function withoutCut(words: string): string {
  return /truncated/i.test(words.slice(-CUT_LENGTH)) ? words.replace(CUT, '') : words;
}

/** The lines of a prompt that was made of several messages (`Queued #1`, a sender's name before the words), as essences. */
export function promptLines(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.replace(WHITE_SPACE, '').normalize('NFC'))
    .filter((line) => line !== '');
}

function userWords(text: string): string {
  let words = text.trimStart();
  for (let before = ''; before !== words; ) {
    before = words;
    words = words.replace(WORKING_DIRECTORY, '').replace(STAMP, '');
  }
  return words.replace(MESSAGE_ID_LINE, '').replace(IMAGE, '');
}

function replyWords(text: string): string {
  const words = withoutThinking(text)
    .replace(DIRECTIVE, '')
    .replace(TOOL_CALL, '')
    .replace(IMAGE, '')
    .replace(MEDIA_LINE, '')
    .replace(FINAL_TAG, '');
  return words.replace(SILENT_END, '');
}

/** What stands between an opening tag and the next closing one; a tag without the other stays. */
function withoutThinking(text: string): string {
  const kept: string[] = [];
  let from = 0;
  let openAt: number | undefined;
  for (const { 0: tag, 1: slash, index } of text.matchAll(THINKING_TAG)) {
    if (slash === '') openAt ??= index;
    else if (openAt !== undefined) {
      kept.push(text.slice(from, openAt));
      from = index + tag.length;
      openAt = undefined;
    }
  }
  return kept.join('') + text.slice(from);
}

/** Also at the end of a reply: what comes before it was said. */
const SILENT_END = /(?:^|\s)(?:NO_REPLY|HEARTBEAT_OK)[\s.*_`]*$/;

/** A reply by which the model says that it has nothing to say. */
export function isSilence(text: string): boolean {
  const words = text
    .replace(DIRECTIVE, '')
    .replace(/[\s.*_`]+/g, ' ')
    .trim();
  return /^(?:NO_REPLY|NO REPLY|HEARTBEAT_OK|HEARTBEAT OK)$/.test(words);
}

/** The beginning of such a reply, broken off. */
export function mayBecomeSilence(text: string): boolean {
  const words = text.replace(DIRECTIVE, '').trim();
  return ['NO_REPLY', 'HEARTBEAT_OK'].some((silence) => silence.startsWith(words));
}

/** `agents.defaults.heartbeat.ackMaxChars` of OpenClaw. */
const CALM_CHARS = 300;
const MARKUP_CHARS = 24;
const CALM = /^[\s*`~_]*HEARTBEAT_OK|HEARTBEAT_OK\W{0,8}$/;

/** A reply to a heartbeat that OpenClaw tells nobody: the word, and a little beside it. */
export function isAllCalm(reply: string): boolean {
  const words = reply.replace(DIRECTIVE, '').trim();
  return words.length <= CALM_CHARS + MARKUP_CHARS && CALM.test(words);
}

/** OpenClaw's own prompt to look whether there is anything to do; it takes the whole turn out again when there is not. */
export function isHeartbeat(prompt: string): boolean {
  return /\bHEARTBEAT(?:\.md\b|_OK\b)/.test(prompt);
}

const COMMANDS =
  'new|reset|status|help|commands|whoami|id|stop|abort|compact|models?|think|thinking|t|verbose|v|reasoning|reason|elevated|elev|usage|queue|' +
  'activation|send|restart|config|debug|approve|allowlist|context|tts|acp|subagents|agents|kill|steer|tell|focus|unfocus|session|export|' +
  'export-session|exec|bash|skill|dock[_-]\\w+|mcp|plugins?|fast|btw|unstuck|clear|ping';
const COMMAND = new RegExp(`^/(?:${COMMANDS})(?=[\\s:]|$)[:\\s]*`, 'i');
/** Said to a running turn, which they end: OpenClaw keeps none of them. */
const STOP_WORDS = /^(?:stop|esc|abort|wait|exit|interrupt|halt)[\s.!]*$/i;

/** An order to OpenClaw itself, which is no part of a conversation. */
export function isOrder(text: string): boolean {
  const words = userWords(text).trim();
  return COMMAND.test(words) || STOP_WORDS.test(words);
}

/** What an order hands on to the model: `/new tell me a story` begins a session with `tell me a story`. */
export function afterOrder(text: string): string {
  const words = userWords(text).trim();
  return COMMAND.test(words) ? words.replace(COMMAND, '') : '';
}

const NOTICE =
  /^\s*(?:⚠️? (?:Agent failed|Context |Message ordering|Session |Gateway |Something went wrong|API |The AI |LLM )|⚙️? |✅ (?:New session|Session|ACP session)|ACP error \()/u;

/** A note of OpenClaw about itself in the place of a reply (`⚠️ Agent failed before reply: …`, `⚙️ Agent was aborted.`). */
export function isNotice(reply: string): boolean {
  return NOTICE.test(reply);
}
