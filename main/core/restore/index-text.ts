import { basename } from 'node:path';
import { CoreError } from '../platform/errors.ts';
import { findMembers, jsonText, toLatin1, withMembers } from './json-members.ts';
import { objectOf } from './transcript-line.ts';

/** What an entry of `sessions.json` refers to. */
export interface IndexReference {
  readonly key: string;
  readonly sessionId?: string;
  readonly sessionFile?: string;
  /** When its chat was last used, or reset. */
  readonly updatedAt?: number;
  /** An ACP runner leads the conversation: OpenClaw reads no transcript of it. */
  readonly isAcp?: true;
}

export type IndexText =
  | { readonly ok: true; readonly bytes: Uint8Array; readonly entries: readonly IndexReference[] }
  | { readonly ok: false; readonly reason: string };

/**
 * Reads `sessions.json` as strictly as OpenClaw 2026.3 does. What it could not parse it would replace by an empty index
 * at its next message, so nothing may be added to such a file: the addition would hide that everything else is lost.
 */
export function readIndexText(bytes: Uint8Array): IndexText {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return { ok: false, reason: 'it is not valid JSON' };
    throw error;
  }
  const store = objectOf(value);
  if (store === undefined) return { ok: false, reason: 'it is not a JSON object' };
  const entries = Object.entries(store).map(([key, stored]): IndexReference => {
    const entry = objectOf(stored);
    const sessionId = entry?.sessionId;
    const sessionFile = entry?.sessionFile;
    const updatedAt = entry?.updatedAt;
    return {
      key,
      ...(typeof sessionId === 'string' ? { sessionId } : {}),
      ...(typeof sessionFile === 'string' ? { sessionFile } : {}),
      ...(typeof updatedAt === 'number' ? { updatedAt } : {}),
      ...(objectOf(entry?.acp) === undefined ? {} : { isAcp: true as const }),
    };
  });
  return { ok: true, bytes, entries };
}

export function emptyIndex(): IndexText & { ok: true } {
  return { ok: true, bytes: Buffer.from('{}'), entries: [] };
}

/** Keys are equal without regard to case, as for OpenClaw. */
export function entryOf(index: IndexText & { ok: true }, key: string): IndexReference | undefined {
  return index.entries.find((entry) => entry.key.toLowerCase() === key.toLowerCase());
}

/** Name of the transcript that OpenClaw reads and writes for an entry. */
export function transcriptNameOf({ sessionId, sessionFile }: IndexReference): string | undefined {
  if (sessionFile !== undefined) return basename(sessionFile);
  return sessionId === undefined ? undefined : `${sessionId}.jsonl`;
}

/** Adds one key behind the last one; every other byte stays. `entry` must hold ASCII or text that JSON escapes nothing of. */
export function withKey(index: IndexText & { ok: true }, key: string, entry: Readonly<Record<string, unknown>>): Uint8Array {
  const text = toLatin1(index.bytes);
  const { open, members } = findMembers(text);
  const last = members.at(-1);
  const printed = Buffer.from(JSON.stringify(entry, null, 2), 'utf8')
    .toString('latin1')
    .replaceAll('\n', '\n  ');
  const member = `\n  ${jsonText(key)}: ${printed}`;
  const edited =
    last === undefined
      ? `${text.slice(0, open + 1)}${member}\n${text.slice(open + 1).trimStart()}`
      : `${text.slice(0, last.end)},${member}${text.slice(last.end)}`;
  return checked(edited, index.entries.length + 1);
}

/** Takes one key out; every other byte stays, and after `withKey` the bytes are those from before it. */
export function withoutKey(index: IndexText & { ok: true }, key: string): Uint8Array {
  const text = toLatin1(index.bytes);
  const { open, close, members } = findMembers(text);
  const at = members.findIndex((member) => member.key === key);
  const member = members[at];
  if (member === undefined) return index.bytes;
  const before = members[at - 1];
  const after = members[at + 1];
  const from = before !== undefined ? before.end : after !== undefined ? member.start : open + 1;
  const to = before !== undefined ? member.end : after !== undefined ? after.start : close;
  return checked(text.slice(0, from) + text.slice(to), index.entries.length - 1);
}

/** Sets one number of one entry; every other byte stays. */
export function withMember(index: IndexText & { ok: true }, key: string, name: string, value: number): Uint8Array {
  const text = toLatin1(index.bytes);
  const entry = findMembers(text).members.findLast((member) => member.key === key);
  if (entry === undefined) return index.bytes;
  const edited = withMembers(Buffer.from(text.slice(entry.valueStart, entry.end), 'latin1'), new Map([[name, String(value)]]));
  return checked(text.slice(0, entry.valueStart) + toLatin1(edited) + text.slice(entry.end), index.entries.length);
}

/** An index that was cut wrongly would lose every session at OpenClaw's next message. */
function checked(text: string, entries: number): Uint8Array {
  const bytes = Buffer.from(text, 'latin1');
  const index = readIndexText(bytes);
  if (index.ok && index.entries.length === entries) return bytes;
  throw new CoreError('bug', 'the edited index of sessions did not come out as meant', 'Nothing was changed. Please report this.');
}
