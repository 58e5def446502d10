import { unwrapUserText } from './envelope.ts';
import { epochMsOf, isObject, isoTimeOf, type JsonObject, readJson, stringOf } from './json-value.ts';
import type { ParsedLine } from './source.ts';

const OPAQUE: ParsedLine = { kind: 'opaque' };
/** Real ids are 8 hex digits; anything endless is not an id and would bloat every index of the buffer. */
const ENTRY_ID_LIMIT = 256;
const TOOL_NAME_LIMIT = 128;

const ROLES: ReadonlyMap<unknown, 'user' | 'assistant' | 'tool'> = new Map([
  ['user', 'user'],
  ['assistant', 'assistant'],
  ['toolResult', 'tool'],
] as const);

/** One line of a transcript of OpenClaw (session version 3 of 2026.3; 2026.6 stores user content as a bare string). Total. */
export function parseTranscriptLine(line: Uint8Array): ParsedLine {
  const entry = readJson(line);
  if (!isObject(entry)) return OPAQUE;
  switch (entry.type) {
    case 'session':
      return header(entry);
    case 'message':
      return isObject(entry.message) ? message(entry, entry.message) : OPAQUE;
    case 'compaction':
      return { kind: 'boundary', boundary: 'compaction', role: 'system', ...common(entry), ...textOf(entry.summary) };
    // From 2026.9 on a reset begins no new transcript: what is said after it follows in the same one.
    case 'reset':
      return { kind: 'boundary', boundary: 'reset', role: 'system', ...common(entry), ...textOf(entry.reason) };
    case 'branch_summary':
      return { kind: 'meta', role: 'system', ...common(entry), ...textOf(entry.summary) };
    case 'custom_message':
      return { kind: 'meta', role: 'system', ...common(entry), ...textOf(entry.content) };
    case 'session_info':
      return { kind: 'meta', ...common(entry), ...textOf(entry.name) };
    case 'label':
      return { kind: 'meta', ...common(entry), ...textOf(entry.label) };
    case 'model_change':
    case 'thinking_level_change':
    case 'custom':
    // From 2026.9 on: the conversation goes on from an earlier message.
    case 'leaf':
      return { kind: 'meta', ...common(entry) };
    default:
      return OPAQUE;
  }
}

/** OpenClaw takes a first line for a header only when it has an id, and wipes the file when it has none. */
function header(entry: JsonObject): ParsedLine {
  const sessionId = stringOf(entry.id);
  if (sessionId === undefined) return OPAQUE;
  return {
    kind: 'header',
    sessionId,
    ...defined('version', typeof entry.version === 'number' ? entry.version : undefined),
    ...defined('at', isoTimeOf(entry.timestamp)),
  };
}

function message(entry: JsonObject, inner: JsonObject): ParsedLine {
  const said = parseMessage(inner);
  const known = common(entry, epochMsOf(inner.timestamp));
  if (said === undefined) return { kind: 'meta', role: 'system', ...known, ...textOf(inner.content) };
  return { kind: 'message', ...known, ...said };
}

/** A message of a conversation, as a person would read it. */
export type SaidMessage = Required<Pick<ParsedLine, 'text'>> &
  Pick<ParsedLine, 'stopReason' | 'startsSession'> & { readonly role: 'user' | 'assistant' | 'tool' };

/** The `message` of a transcript entry, which hooks and trajectories carry too; `undefined` for roles that nobody speaks in. Total. */
export function parseMessage(inner: JsonObject): SaidMessage | undefined {
  const role = ROLES.get(inner.role);
  if (role === undefined) return undefined;
  if (role === 'user') return { role, ...userText(inner.content) };
  const stopReason = role === 'assistant' ? stringOf(inner.stopReason) : undefined;
  return { role, text: render(inner.content).toWellFormed(), ...defined('stopReason', stopReason) };
}

function userText(content: unknown): Required<Pick<ParsedLine, 'text'>> & Pick<ParsedLine, 'startsSession'> {
  const { text, startsSession } = unwrapUserText(render(content));
  return { text: text.toWellFormed(), ...(startsSession ? { startsSession } : {}) };
}

/** The entry's own time is when it was written, so it never contradicts the order of the file; a message's may. */
function common(entry: JsonObject, saidAt?: number): Pick<ParsedLine, 'entryId' | 'parentId' | 'at'> {
  return {
    ...defined('entryId', idOf(entry.id)),
    ...defined('parentId', idOf(entry.parentId)),
    ...defined('at', isoTimeOf(entry.timestamp) ?? saidAt),
  };
}

function idOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= ENTRY_ID_LIMIT ? value : undefined;
}

function textOf(content: unknown): Pick<ParsedLine, 'text'> {
  const text = render(content).toWellFormed();
  return text === '' ? {} : { text };
}

/** Content is a string or a list of blocks. Thinking is left out: it is not part of what was said. */
function render(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  const parts: string[] = [];
  for (const block of content) {
    const part = renderBlock(block);
    if (part !== '') parts.push(part);
  }
  return parts.join('\n');
}

function renderBlock(block: unknown): string {
  if (!isObject(block)) return '';
  switch (block.type) {
    case 'text':
      return stringOf(block.text) ?? '';
    case 'image':
      return '[image]';
    case 'toolCall':
      return `[tool ${(stringOf(block.name) ?? 'unknown').slice(0, TOOL_NAME_LIMIT)}]`;
    default:
      return '';
  }
}

function defined<K extends keyof ParsedLine>(key: K, value: ParsedLine[K] | undefined): Pick<ParsedLine, K> | Record<string, never> {
  return value === undefined ? {} : ({ [key]: value } as Pick<ParsedLine, K>);
}
