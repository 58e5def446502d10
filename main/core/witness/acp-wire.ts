import { isObject, type JsonObject, readJson, stringOf } from '../sources/json-value.ts';

/** One prompt and what came of it, as it went between the runner and its agent. */
export interface WireTurn {
  readonly prompt: string;
  /** Stretches of the agent's words, whole; a thought or a tool call ends one. */
  readonly texts: readonly string[];
  /** What tools gave back, by the id of the call. */
  readonly results: ReadonlyMap<string, string>;
}

interface OpenTurn {
  readonly prompt: string;
  readonly texts: string[];
  readonly results: Map<string, string>;
  goesOn: boolean;
}

const NEWLINE = 10;
/** Of a record: longer texts end so, and chunks of white space alone are left out. */
const CUT = '...';

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

/** The messages of a record with what the wire knows better. */
export function wholeMessages(messages: readonly unknown[], turns: readonly WireTurn[]): readonly unknown[] {
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
  return whole;
}

function take(method: unknown, params: JsonObject, turns: OpenTurn[]): void {
  if (method === 'session/prompt') {
    turns.push({ prompt: textsOf(params.prompt).join('\n'), texts: [], results: new Map(), goesOn: false });
    return;
  }
  const turn = turns.at(-1);
  const update = params.update;
  if (method !== 'session/update' || turn === undefined || !isObject(update)) return;
  switch (update.sessionUpdate) {
    case 'agent_message_chunk': {
      const text = isObject(update.content) ? (stringOf(update.content.text) ?? '') : '';
      // Where the runner begins a text: not with white space.
      if (turn.goesOn) turn.texts.push(`${turn.texts.pop() ?? ''}${text}`);
      else if (text.trim() !== '') turn.texts.push(text);
      turn.goesOn ||= text.trim() !== '';
      return;
    }
    case 'agent_thought_chunk':
    case 'tool_call':
      turn.goesOn = false;
      noteResult(update, turn);
      return;
    case 'tool_call_update':
      noteResult(update, turn);
  }
}

function noteResult(update: JsonObject, { results }: OpenTurn): void {
  const id = stringOf(update.toolCallId);
  const content = Array.isArray(update.content) ? update.content.map((block) => (isObject(block) ? block.content : undefined)) : [];
  const text = textsOf(content).join('\n');
  if (id !== undefined && text !== '') results.set(id, text);
}

function wholeAgent(agent: JsonObject, turn: WireTurn): JsonObject {
  let next = 0;
  const content = Array.isArray(agent.content) ? agent.content : [];
  const whole = content.map((block: unknown) => {
    const text = isObject(block) ? stringOf(block.Text) : undefined;
    if (text === undefined) return block;
    const at = turn.texts.findIndex((candidate, index) => index >= next && isSameText(text, candidate));
    if (at < 0) return block;
    next = at + 1;
    return { Text: turn.texts[at] };
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
