import { isObject, isoTimeOf, type JsonObject, readJson, stringOf } from '../sources/json-value.ts';
import { parseMessage } from '../sources/transcript-line.ts';

/** What an ACP runner keeps of one conversation. */
export interface AcpRecord {
  readonly recordId: string;
  /** OpenClaw's routing key, lower case. */
  readonly sessionKey: string;
  /** Where its agent works: tells one OpenClaw's conversation from another's with the same key. */
  readonly cwd: string | undefined;
  readonly closed: boolean;
  /** As they are in the record. */
  readonly messages: readonly unknown[];
  readonly said: readonly AcpSaid[];
  /** The same of messages that are known better. */
  readonly saidOf: (messages: readonly unknown[]) => readonly AcpSaid[];
}

export interface AcpSaid {
  /** Stable while the conversation grows, and when the runner drops its beginning. */
  readonly ref: string;
  /** The same for a prompt and everything that came of it. */
  readonly turn: string;
  readonly role: 'user' | 'assistant' | 'tool';
  readonly text: string;
  readonly endsRun: boolean;
  /** Strictly increasing; to the minute where the runner keeps no better time. */
  readonly at: number;
  /** JSON of the message as OpenClaw would persist it. */
  readonly message: string;
}

interface Draft {
  readonly ref: string;
  readonly turn: string;
  readonly message: JsonObject;
  readonly endsRun: boolean;
  readonly stamp?: Stamp;
}

/** What the clock on the wall showed, as if that were UTC. */
interface Stamp {
  readonly at: number;
  readonly isUtc: boolean;
}

/** OpenClaw puts it before every prompt that it hands to a runner, in the time zone of the machine. */
const STAMP = /^\[\w{3} (\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}) ([^\]\n]{1,40})\] /;
const QUARTER_MS = 15 * 60_000;

/**
 * `~/.acpx/sessions/<record>.json`, schema `acpx.session.v1` (acpx 0.1.16 and 0.3.0): the last 200 messages of completed turns, both
 * sides. Pure and total; `undefined` for anything else.
 */
export function parseAcpRecord(bytes: Uint8Array): AcpRecord | undefined {
  const record = readJson(bytes);
  if (!isObject(record) || record.schema !== 'acpx.session.v1' || !Array.isArray(record.messages)) return undefined;
  const recordId = stringOf(record.acpx_record_id);
  const sessionKey = stringOf(record.name)?.toLowerCase();
  if (recordId === undefined || sessionKey === undefined || recordId === '' || sessionKey === '') return undefined;
  const { messages } = record;
  return {
    recordId,
    sessionKey,
    cwd: stringOf(record.cwd),
    closed: record.closed === true,
    messages,
    said: saidIn(messages, record),
    saidOf: (whole) => saidIn(whole, record),
  };
}

/** No time is kept with a message, so times follow from stamps, the last prompt and the last write. */
function saidIn(messages: readonly unknown[], record: JsonObject): readonly AcpSaid[] {
  return timed(draftsOf(messages.filter(isObject)), record);
}

/** The runner drops the oldest, so nothing is known by its number: a turn by the id of its prompt, what it lost that of by the next. */
function draftsOf(messages: readonly JsonObject[]): readonly Draft[] {
  const ids = promptIds(messages);
  let turn = `before:${ids.values().next().value ?? 'all'}`;
  let entry = 0;
  return messages.flatMap((message) => {
    if (isObject(message.User)) {
      turn = ids.get(message) ?? turn;
      entry = 0;
      return [userDraft(message.User, turn)];
    }
    return isObject(message.Agent) ? agentDrafts(message.Agent, turn, entry++) : [];
  });
}

function promptIds(messages: readonly JsonObject[]): ReadonlyMap<JsonObject, string> {
  const ids = new Map<JsonObject, string>();
  const taken = new Map<string, number>();
  for (const message of messages) {
    if (!isObject(message.User)) continue;
    const id = stringOf(message.User.id) ?? '';
    const nth = taken.get(id) ?? 0;
    taken.set(id, nth + 1);
    ids.set(message, nth === 0 && id !== '' ? id : `${id}#${nth}`);
  }
  return ids;
}

function userDraft(user: JsonObject, turn: string): Draft {
  const stamped = blocksOf(user.content).map(userText).join('\n');
  const [prefix = '', day, minute, zone] = STAMP.exec(stamped) ?? [];
  const at = day === undefined ? undefined : isoTimeOf(`${day}T${minute}:00.000Z`);
  const message = { role: 'user', content: [{ type: 'text', text: stamped.slice(prefix.length) }] };
  return { ref: turn, turn, message, endsRun: false, ...(at === undefined ? {} : { stamp: { at, isUtc: zone === 'UTC' } }) };
}

function userText({ Text: text, Mention: mention, Image: image }: JsonObject): string {
  if (isObject(mention)) return stringOf(mention.content) ?? stringOf(mention.uri) ?? '';
  return stringOf(text) ?? (isObject(image) ? '[image]' : '');
}

/** A turn is one entry: words and tool calls in their order, results beside them. OpenClaw keeps a message for each stretch. */
function agentDrafts(agent: JsonObject, turn: string, entry: number): readonly Draft[] {
  const results = isObject(agent.tool_results) ? agent.tool_results : {};
  const messages: JsonObject[] = [];
  let content: JsonObject[] = [];
  let calls: { readonly id: string; readonly name: string }[] = [];
  const endStretch = (stopReason: string) => {
    if (content.length > 0) messages.push({ role: 'assistant', content, stopReason });
    for (const { id, name } of calls) messages.push(resultOf(id, name, results[id]));
    content = [];
    calls = [];
  };
  for (const block of blocksOf(agent.content)) {
    const use = isObject(block.ToolUse) ? block.ToolUse : undefined;
    if (use === undefined && calls.length > 0) endStretch('toolUse');
    if (use !== undefined) {
      const call = { id: stringOf(use.id) ?? `call-${entry}-${calls.length}`, name: stringOf(use.name) ?? 'unknown' };
      calls.push(call);
      content.push({ type: 'toolCall', ...call, arguments: isObject(use.input) ? use.input : {} });
    } else {
      // Not the thoughts: OpenClaw hands those of another model to its own as if they had been said.
      const text = stringOf(block.Text);
      if (text !== undefined) content.push({ type: 'text', text });
    }
  }
  endStretch(calls.length > 0 ? 'toolUse' : 'stop');
  return messages.map((message, part) => ({ ref: `${turn}:${entry}.${part}`, turn, message, endsRun: part === messages.length - 1 }));
}

function resultOf(toolCallId: string, toolName: string, value: unknown): JsonObject {
  const result = isObject(value) ? value : {};
  const content = isObject(result.content) ? (stringOf(result.content.Text) ?? '') : '';
  return { role: 'toolResult', toolCallId, toolName, content: [{ type: 'text', text: content }], isError: result.is_error === true };
}

function timed(drafts: readonly Draft[], record: JsonObject): readonly AcpSaid[] {
  const createdAt = isoTimeOf(record.created_at) ?? 0;
  const lastPromptAt = isoTimeOf(record.last_prompt_at);
  const updatedAt = isoTimeOf(record.last_used_at) ?? isoTimeOf(record.updated_at);
  const lastUser = drafts.findLastIndex(({ message }) => message.role === 'user');
  const offset = zoneOffset(drafts[lastUser]?.stamp, lastPromptAt);
  // A clock that was ahead for a while must not take everything after it along.
  const latest = Math.max(createdAt, lastPromptAt ?? 0, updatedAt ?? 0);
  let before = createdAt - 1;
  return drafts.flatMap((draft, index): readonly AcpSaid[] => {
    const stamped = timeOf(draft.stamp, offset);
    const known = index === lastUser ? (lastPromptAt ?? stamped) : index === drafts.length - 1 ? updatedAt : stamped;
    before = Math.max(before + 1, Math.min(known ?? 0, latest === 0 ? Number.POSITIVE_INFINITY : latest));
    const parsed = parseMessage(draft.message);
    if (parsed === undefined || parsed.text.trim() === '') return [];
    const message = JSON.stringify({ ...draft.message, timestamp: before });
    return [{ ref: draft.ref, turn: draft.turn, role: parsed.role, text: parsed.text, endsRun: draft.endsRun, at: before, message }];
  });
}

/** How far the clock on the wall is ahead of UTC; `undefined` where nothing tells. */
function zoneOffset(stamp: Stamp | undefined, at: number | undefined): number | undefined {
  return stamp === undefined || at === undefined ? undefined : Math.round((stamp.at - at) / QUARTER_MS) * QUARTER_MS;
}

function timeOf(stamp: Stamp | undefined, offset: number | undefined): number | undefined {
  if (stamp === undefined || stamp.isUtc) return stamp?.at;
  return offset === undefined ? undefined : stamp.at - offset;
}

function blocksOf(content: unknown): readonly JsonObject[] {
  return Array.isArray(content) ? content.filter(isObject) : [];
}
