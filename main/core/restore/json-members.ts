/**
 * Where the members of a JSON object stand in its text. Restoring changes single members of other people's JSON; parsing
 * and printing the whole object would also rewrite large numbers, duplicate keys, escapes and the order of keys.
 *
 * Texts are latin1 views of UTF-8 bytes: one character is one byte, and no byte of a multi-byte character looks like
 * the ASCII punctuation of JSON.
 */
export interface JsonMember {
  readonly key: string;
  /** Offset of the key's opening quote. */
  readonly start: number;
  readonly valueStart: number;
  /** Offset behind the value. */
  readonly end: number;
}

export interface JsonObjectText {
  /** Offset of `{` and of its `}`. */
  readonly open: number;
  readonly close: number;
  readonly members: readonly JsonMember[];
}

/** `text` must be a JSON object that `JSON.parse` accepts; anything else gives a useless answer or throws. */
export function findMembers(text: string): JsonObjectText {
  const open = skipSpace(text, 0);
  const members: JsonMember[] = [];
  let at = skipSpace(text, open + 1);
  while (text[at] !== '}') {
    const start = at;
    const keyEnd = endOfString(text, start);
    const valueStart = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const end = endOfValue(text, valueStart);
    members.push({ key: decodeKey(text.slice(start, keyEnd)), start, valueStart, end });
    at = skipSpace(text, end);
    if (text[at] === ',') at = skipSpace(text, at + 1);
    else if (text[at] !== '}') throw new SyntaxError('not a JSON object');
  }
  return { open, close: at, members };
}

/** Sets members to new values (JSON text, latin1 view), in place where they exist, else at the front. */
export function withMembers(bytes: Uint8Array, values: ReadonlyMap<string, string>): Uint8Array {
  let text = toLatin1(bytes);
  for (const [key, value] of values) {
    const { open, members } = findMembers(text);
    // JSON.parse lets the last of several equal keys win, so that one is the one that counts.
    const member = members.findLast((candidate) => candidate.key === key);
    text =
      member === undefined
        ? `${text.slice(0, open + 1)}${JSON.stringify(key)}:${value}${members.length > 0 ? ',' : ''}${text.slice(open + 1)}`
        : `${text.slice(0, member.valueStart)}${value}${text.slice(member.end)}`;
  }
  return Buffer.from(text, 'latin1');
}

/** A value as JSON text in the latin1 view of its UTF-8 bytes. */
export function jsonText(value: unknown): string {
  return Buffer.from(JSON.stringify(value), 'utf8').toString('latin1');
}

export function toLatin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function decodeKey(quoted: string): string {
  const key: unknown = JSON.parse(Buffer.from(quoted, 'latin1').toString('utf8'));
  if (typeof key !== 'string') throw new SyntaxError('not a JSON object');
  return key;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at += 1;
  return at;
}

function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length) {
    if (text[at] === '\\') at += 2;
    else if (text[at] === '"') return at + 1;
    else at += 1;
  }
  throw new SyntaxError('unterminated JSON string');
}

function endOfValue(text: string, from: number): number {
  if (text[from] === '"') return endOfString(text, from);
  let depth = 0;
  let at = from;
  while (at < text.length) {
    const character = text[at];
    if (character === '"') {
      at = endOfString(text, at);
      continue;
    }
    if (character === '{' || character === '[') depth += 1;
    if (character === '}' || character === ']') {
      if (depth === 0) return at;
      depth -= 1;
      if (depth === 0) return at + 1;
    } else if (depth === 0 && (character === ',' || character === ' ' || character === '\n' || character === '\r' || character === '\t')) {
      return at;
    }
    at += 1;
  }
  throw new SyntaxError('unterminated JSON value');
}
