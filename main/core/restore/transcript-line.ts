/**
 * What a restore must know of one line of an OpenClaw transcript. Total: every line is something, nothing throws.
 * Facts on the format: OpenClaw 2026.3.13, session manager of pi-coding-agent 0.58.
 */
export type TranscriptLine =
  | { readonly is: 'garbage' }
  | {
      readonly is: 'header';
      /** Absent when the header has none that OpenClaw would accept. */
      readonly id?: string;
      readonly version?: number;
      readonly cwd?: string;
      readonly at?: number;
      readonly strippedBytes: number;
    }
  | TranscriptEntry;

export interface TranscriptEntry {
  readonly is: 'entry';
  readonly id?: string;
  /** `null`: a root. `undefined`: the entry says nothing that can be followed. */
  readonly parentId?: string | null;
  readonly at?: number;
  /** Of a message. */
  readonly role?: string;
  /** Tool calls that want an answer: none on a reply that ended in an error or was aborted, OpenClaw skips those. */
  readonly toolCalls: readonly { readonly id: string; readonly name: string }[];
  /** A tool result: the call that it answers. */
  readonly answers?: string;
  /** An assistant message without a field that OpenClaw reads unasked. */
  readonly incomplete: boolean;
  /** Bytes in front that are no JSON: NULs of a power cut, a byte order mark. */
  readonly strippedBytes: number;
}

/** `line` without its line feed; a carriage return at its end is white space to JSON. */
export function readTranscriptLine(line: Uint8Array): TranscriptLine {
  const strippedBytes = junkInFront(line);
  const value = parseObject(line.subarray(strippedBytes));
  if (value === undefined || typeof value.type !== 'string') return { is: 'garbage' };
  const at = timeOf(value.timestamp);
  if (value.type === 'session') {
    const { id, version, cwd } = value;
    return {
      is: 'header',
      ...(typeof id === 'string' && id !== '' ? { id } : {}),
      ...(typeof version === 'number' ? { version } : {}),
      ...(typeof cwd === 'string' ? { cwd } : {}),
      ...(at === undefined ? {} : { at }),
      strippedBytes,
    };
  }
  const common = { is: 'entry' as const, ...idsOf(value), strippedBytes };
  if (value.type !== 'message') return { ...common, ...(at === undefined ? {} : { at }), toolCalls: [], incomplete: false };
  const message = objectOf(value.message);
  // OpenClaw reads `message.role` of every message entry; one without would stop the session.
  if (message === undefined || typeof message.role !== 'string') return { is: 'garbage' };
  const role = message.role;
  const saidAt = at ?? timeOf(message.timestamp);
  return {
    ...common,
    ...(saidAt === undefined ? {} : { at: saidAt }),
    role,
    toolCalls: role === 'assistant' ? toolCallsOf(message) : [],
    ...(role === 'toolResult' && typeof message.toolCallId === 'string' ? { answers: message.toolCallId } : {}),
    incomplete: role === 'assistant' && !isCompleteAssistant(message),
  };
}

/** The fields without which OpenClaw's runs fail on an assistant message; zeros where nothing is known. */
export function completeAssistant(message: Readonly<Record<string, unknown>>, at: number): Record<string, unknown> {
  const content = message.content;
  return {
    ...message,
    content: Array.isArray(content) ? content : typeof content === 'string' ? [{ type: 'text', text: content }] : [],
    api: stringOr(message.api, 'openai-completions'),
    provider: stringOr(message.provider, 'openclaw'),
    model: stringOr(message.model, 'clawback-restored'),
    usage: objectOf(message.usage) ?? zeroUsage,
    stopReason: stringOr(message.stopReason, 'stop'),
    timestamp: typeof message.timestamp === 'number' ? message.timestamp : at,
  };
}

const zeroUsage = {
  input: 0,
  output: 0,
  cacheRead: 0,
  cacheWrite: 0,
  totalTokens: 0,
  cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, total: 0 },
} as const;

export function parseObject(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  // Buffer keeps a byte order mark where TextDecoder would swallow it; OpenClaw's own parser stumbles over it.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  try {
    return objectOf(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export function objectOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
}

function junkInFront(line: Uint8Array): number {
  let at = 0;
  while (line[at] === 0) at += 1;
  return line[at] === 0xef && line[at + 1] === 0xbb && line[at + 2] === 0xbf ? at + 3 : at;
}

function idsOf(value: Readonly<Record<string, unknown>>): { readonly id?: string; readonly parentId?: string | null } {
  const { id, parentId } = value;
  return {
    ...(typeof id === 'string' && id !== '' ? { id } : {}),
    ...(typeof parentId === 'string' || parentId === null ? { parentId } : {}),
  };
}

function toolCallsOf(message: Readonly<Record<string, unknown>>): { readonly id: string; readonly name: string }[] {
  if (message.stopReason === 'error' || message.stopReason === 'aborted') return [];
  const content: readonly unknown[] = Array.isArray(message.content) ? message.content : [];
  return content.flatMap((item) => {
    const block = objectOf(item);
    if (block?.type !== 'toolCall' || typeof block.id !== 'string') return [];
    return [{ id: block.id, name: stringOr(block.name, 'unknown') }];
  });
}

function isCompleteAssistant(message: Readonly<Record<string, unknown>>): boolean {
  return (
    Array.isArray(message.content) &&
    ['api', 'provider', 'model', 'stopReason'].every((field) => typeof message[field] === 'string') &&
    typeof message.timestamp === 'number' &&
    objectOf(message.usage) !== undefined
  );
}

function timeOf(value: unknown): number | undefined {
  const at = typeof value === 'number' ? value : typeof value === 'string' ? Date.parse(value) : Number.NaN;
  // Up to the year 9999: a garbage time must not become one that cannot be printed.
  return Number.isSafeInteger(at) && at > 0 && at < 253_402_300_799_999 ? at : undefined;
}

function stringOr(value: unknown, fallback: string): string {
  return typeof value === 'string' && value !== '' ? value : fallback;
}
