import { isObject, isoTimeOf, type JsonObject, readJson, stringOf } from '../sources/json-value.ts';
import { parseMessage } from '../sources/transcript-line.ts';

/** What an ACP runner keeps of one conversation. */
export interface AcpRecord {
  readonly recordId: string;
  /** OpenClaw's routing key, lower case. */
  readonly sessionKey: string;
  readonly closed: boolean;
  readonly said: readonly AcpSaid[];
}

export interface AcpSaid {
  /** Stable while the conversation grows. */
  readonly ref: string;
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
  readonly message: JsonObject;
  readonly endsRun: boolean;
  readonly saidAt?: number;
}

/** OpenClaw puts it before every prompt that it hands to a runner. */
const STAMP = /^\[\w{3} (\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}) UTC\] /;
/** The same in the time zone of the machine; says nothing certain about the time then. */
const LOCAL_STAMP = /^\[\w{3} \d{4}-\d{2}-\d{2} \d{2}:\d{2} [^\]\n]{1,40}\] /;

/**
 * `~/.acpx/sessions/<record>.json`, schema `acpx.session.v1` (acpx 0.1.16 and 0.3.0): every completed turn, both sides. Pure and
 * total; `undefined` for anything else. Times: none is kept per message, so they follow from stamps, the last prompt and the last write.
 */
export function parseAcpRecord(bytes: Uint8Array): AcpRecord | undefined {
  const record = readJson(bytes);
  if (!isObject(record) || record.schema !== 'acpx.session.v1' || !Array.isArray(record.messages)) return undefined;
  const recordId = stringOf(record.acpx_record_id);
  const sessionKey = stringOf(record.name)?.toLowerCase();
  if (recordId === undefined || sessionKey === undefined || recordId === '' || sessionKey === '') return undefined;
  const drafts = record.messages.flatMap((entry, index) => (isObject(entry) ? draftsOf(entry, index) : []));
  return { recordId, sessionKey, closed: record.closed === true, said: timed(drafts, record) };
}

function draftsOf(entry: JsonObject, index: number): readonly Draft[] {
  if (isObject(entry.User)) return userDraft(entry.User, index);
  return isObject(entry.Agent) ? agentDrafts(entry.Agent, index) : [];
}

function userDraft(user: JsonObject, index: number): readonly Draft[] {
  const stamped = blocksOf(user.content)
    .map((block) => stringOf(block.Text) ?? (isObject(block.Image) ? '[image]' : ''))
    .join('\n');
  const [, day, minute] = STAMP.exec(stamped) ?? [];
  const saidAt = day === undefined ? undefined : isoTimeOf(`${day}T${minute}:00.000Z`);
  const text = stamped.replace(LOCAL_STAMP, '');
  const message = { role: 'user', content: [{ type: 'text', text }] };
  return [{ ref: String(index), message, endsRun: false, ...(saidAt === undefined ? {} : { saidAt }) }];
}

/** A turn is one entry: words and tool calls in their order, results beside them. OpenClaw keeps a message for each stretch. */
function agentDrafts(agent: JsonObject, index: number): readonly Draft[] {
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
      const call = { id: stringOf(use.id) ?? `call-${index}-${calls.length}`, name: stringOf(use.name) ?? 'unknown' };
      calls.push(call);
      content.push({ type: 'toolCall', ...call, arguments: isObject(use.input) ? use.input : {} });
    } else if (isObject(block.Thinking)) content.push({ type: 'thinking', thinking: stringOf(block.Thinking.text) ?? '' });
    else content.push({ type: 'text', text: stringOf(block.Text) ?? '' });
  }
  endStretch(calls.length > 0 ? 'toolUse' : 'stop');
  return messages.map((message, part) => ({ ref: `${index}.${part}`, message, endsRun: part === messages.length - 1 }));
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
  let before = createdAt - 1;
  return drafts.flatMap((draft, index): readonly AcpSaid[] => {
    const known = index === lastUser ? (lastPromptAt ?? draft.saidAt) : index === drafts.length - 1 ? updatedAt : draft.saidAt;
    before = Math.max(before + 1, known ?? 0);
    const parsed = parseMessage(draft.message);
    if (parsed === undefined || parsed.text.trim() === '') return [];
    const message = JSON.stringify({ ...draft.message, timestamp: before });
    return [{ ref: draft.ref, role: parsed.role, text: parsed.text, endsRun: draft.endsRun, at: before, message }];
  });
}

function blocksOf(content: unknown): readonly JsonObject[] {
  return Array.isArray(content) ? content.filter(isObject) : [];
}
