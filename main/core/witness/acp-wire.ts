import { createHash } from 'node:crypto';
import { isObject, type JsonObject, readJson, stringOf } from '../sources/json-value.ts';

/** One prompt and what came of it, as it went between the runner and its agent. */
export interface WireTurn {
  readonly prompt: string;
  /** As a record has them: stretches of words and of thoughts, whole, and tool calls in between. */
  readonly blocks: readonly JsonObject[];
  /** What tools gave back, by the id of the call. */
  readonly results: ReadonlyMap<string, string>;
}

interface OpenTurn {
  readonly prompt: string;
  readonly blocks: JsonObject[];
  readonly results: Map<string, string>;
}

const NEWLINE = 10;
/** Of a record: longer texts end so, and chunks of white space alone are left out. */
const CUT = '...';
/** It drops one more when a prompt comes without an answer yet. */
const MOST_KEPT = 199;

/**
 * `<record>.stream.ndjson`: raw JSON-RPC of both directions, written when a prompt ends and before the record is. The record
 * itself cuts texts (8,000 characters), leaves out white space, and may leave out what a tool gave back. Total; may begin anywhere.
 */
export function readWireTurns(bytes: Uint8Array): readonly WireTurn[] {
  const turns: OpenTurn[] = [];
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    const line = end > start ? readJson(bytes.subarray(start, end)) : undefined;
    if (isObject(line) && isObject(line.params)) take(line.method, line.params, turns);
    start = end + 1;
  }
  return turns;
}

/**
 * The messages of a record with what the wire knows better. `withOlder`: and the turns before those
 * of the record, of which the runner keeps the last 200 messages.
 */
export function wholeMessages(messages: readonly unknown[], turns: readonly WireTurn[], withOlder: boolean): readonly unknown[] {
  const whole = [...messages];
  let next = turns.length - 1;
  let answer: number | undefined;
  for (let index = messages.length - 1; index >= 0; index--) {
    const message = messages[index];
    if (!isObject(message)) continue;
    if (isObject(message.Agent)) answer = index;
    if (!isObject(message.User)) continue;
    const asked = promptOf(message.User);
    let at = next;
    while (at >= 0 && !isSamePrompt(asked, turns[at]?.prompt ?? '')) at--;
    const turn = turns[at];
    if (turn !== undefined) {
      whole[index] = { User: { ...message.User, content: [{ Text: turn.prompt }] } };
      const agent = answer === undefined ? undefined : messages[answer];
      if (answer !== undefined && isObject(agent) && isObject(agent.Agent)) whole[answer] = { Agent: wholeAgent(agent.Agent, turn) };
      next = at - 1;
    }
    answer = undefined;
  }
  const first = messages.findIndex((message) => isObject(message) && isObject(message.User));
  const hasMatched = next < turns.length - 1;
  if (!withOlder || !hasMatched || messages.length < MOST_KEPT) return whole;
  // An answer without its prompt at the beginning belongs to the last of those.
  return [...olderMessages(turns.slice(0, next + 1)), ...whole.slice(first)];
}

function olderMessages(turns: readonly WireTurn[]): readonly JsonObject[] {
  const asked = new Map<string, number>();
  return turns.flatMap(({ prompt, blocks, results }) => {
    const nth = asked.get(prompt) ?? 0;
    asked.set(prompt, nth + 1);
    const id = `wire:${nth}:${createHash('sha256').update(prompt).digest('hex')}`;
    const tool_results = Object.fromEntries([...results].map(([call, text]) => [call, { content: { Text: text } }]));
    return [{ User: { id, content: [{ Text: prompt }] } }, ...(blocks.length === 0 ? [] : [{ Agent: { content: blocks, tool_results } }])];
  });
}

function take(method: unknown, params: JsonObject, turns: OpenTurn[]): void {
  if (method === 'session/prompt') {
    turns.push({ prompt: textsOf(params.prompt).join('\n'), blocks: [], results: new Map() });
    return;
  }
  const turn = turns.at(-1);
  const update = params.update;
  if (method !== 'session/update' || turn === undefined || !isObject(update)) return;
  const text = isObject(update.content) ? (stringOf(update.content.text) ?? '') : '';
  switch (update.sessionUpdate) {
    case 'agent_message_chunk':
      say(text, turn.blocks);
      return;
    case 'agent_thought_chunk':
      think(text, turn.blocks);
      return;
    case 'tool_call':
    case 'tool_call_update':
      call(update, turn.blocks);
      noteResult(update, turn);
  }
}

/** No text begins with white space, as in the record; what goes on may be nothing else. */
function say(text: string, blocks: JsonObject[]): void {
  const before = stringOf(blocks.at(-1)?.Text);
  if (before !== undefined) blocks.splice(-1, 1, { Text: `${before}${text}` });
  else if (text.trim() !== '') blocks.push({ Text: text });
}

function think(text: string, blocks: JsonObject[]): void {
  const last = blocks.at(-1)?.Thinking;
  const before = isObject(last) ? stringOf(last.text) : undefined;
  if (before !== undefined) blocks.splice(-1, 1, { Thinking: { text: `${before}${text}` } });
  else if (text.trim() !== '') blocks.push({ Thinking: { text } });
}

function call(update: JsonObject, blocks: JsonObject[]): void {
  const id = stringOf(update.toolCallId);
  if (id === undefined || blocks.some(({ ToolUse: use }) => isObject(use) && use.id === id)) return;
  const name = stringOf(update.title) ?? stringOf(update.kind) ?? 'tool_call';
  blocks.push({ ToolUse: { id, name, input: isObject(update.rawInput) ? update.rawInput : {} } });
}

function noteResult(update: JsonObject, { results }: OpenTurn): void {
  const id = stringOf(update.toolCallId);
  const content = Array.isArray(update.content) ? update.content.map((block) => (isObject(block) ? block.content : undefined)) : [];
  const text = textsOf(content).join('\n');
  if (id !== undefined && text !== '') results.set(id, text);
}

function wholeAgent(agent: JsonObject, turn: WireTurn): JsonObject {
  let next = 0;
  const texts = turn.blocks.flatMap((block) => stringOf(block.Text) ?? []);
  const content = Array.isArray(agent.content) ? agent.content : [];
  const whole = content.map((block: unknown) => {
    const text = isObject(block) ? stringOf(block.Text) : undefined;
    if (text === undefined) return block;
    const at = texts.findIndex((candidate, index) => index >= next && isSameText(text, candidate));
    if (at < 0) return block;
    next = at + 1;
    return { Text: texts[at] };
  });
  const results = isObject(agent.tool_results) ? Object.entries(agent.tool_results) : [];
  const told = results.map(([id, result]) => [id, wholeResult(result, turn.results.get(id))] as const);
  return { ...agent, content: whole, tool_results: Object.fromEntries(told) };
}

function wholeResult(result: unknown, text: string | undefined): unknown {
  if (text === undefined || !isObject(result)) return result;
  const known = isObject(result.content) ? (stringOf(result.content.Text) ?? '') : '';
  return known === '' || isCutOf(known, text) ? { ...result, content: { Text: text } } : result;
}

function promptOf(user: JsonObject): string {
  const content = Array.isArray(user.content) ? user.content : [];
  return content.map((block) => (isObject(block) ? (stringOf(block.Text) ?? '') : '')).join('\n');
}

function textsOf(blocks: unknown): readonly string[] {
  return Array.isArray(blocks) ? blocks.flatMap((block) => (isObject(block) ? (stringOf(block.text) ?? []) : [])) : [];
}

function isSamePrompt(kept: string, sent: string): boolean {
  return kept !== '' && (kept === sent || isCutOf(kept, sent));
}

function isSameText(kept: string, said: string): boolean {
  const [a, b] = [withoutSpace(kept), withoutSpace(said)];
  return a === b || isCutOf(a, b);
}

function isCutOf(kept: string, whole: string): boolean {
  return kept.endsWith(CUT) && whole.startsWith(kept.slice(0, -CUT.length));
}

function withoutSpace(text: string): string {
  return text.replaceAll(/\s+/g, '');
}
