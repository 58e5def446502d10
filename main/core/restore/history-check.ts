import type { AdminSession } from '../gateway/gateway.ts';
import { CoreError } from '../platform/errors.ts';
import { splitLines } from './reading.ts';
import { look, readRegular } from './target-disk.ts';
import { objectOf, parseObject } from './transcript-line.ts';

interface Talk {
  readonly role: string;
  readonly text: string;
}

/** Above these OpenClaw 2026.3 shows only the end, or a note in place of a message. */
const wholeBytes = 2 * 1024 * 1024;
const wholeMessages = 900;
const longestText = 10_000;

/**
 * Whether OpenClaw shows the restored conversation as it was written. Throws CoreError `io` when it does not. Long ones are
 * left to the hash of the file: OpenClaw shows only the end of them, with notes in place of what is too large.
 */
export async function confirmHistory(
  session: AdminSession,
  restored: { readonly path: string; readonly sessionId: string; readonly sessionKey: string },
): Promise<void> {
  const shown = await session.history(restored.sessionKey);
  const isOther = shown.sessionId !== undefined && shown.sessionId !== restored.sessionId;
  if (isOther || !fits(writtenIn(restored.path), shown.messages.filter(isTalk))) {
    throw new CoreError('io', 'OpenClaw does not show the restored conversation as it was written', 'Stop the gateway and restore then.');
  }
}

/** `undefined`: too long to be shown whole. */
function writtenIn(path: string): readonly Talk[] | undefined {
  if ((look(path)?.size ?? 0) > wholeBytes) return undefined;
  const bytes = readRegular(path) ?? new Uint8Array();
  const talk = [...splitLines([bytes])].flatMap(({ bytes: line }) => {
    const message = objectOf(parseObject(line)?.message);
    return message === undefined || typeof message.role !== 'string' ? [] : [{ role: message.role, text: textOf(message.content) }];
  });
  const spoken = talk.filter(isTalk);
  return spoken.length > wholeMessages ? undefined : spoken;
}

function fits(written: readonly Talk[] | undefined, shown: readonly Talk[]): boolean {
  if (written === undefined) return shown.length > 0;
  if (written.length !== shown.length) return false;
  return isSame(written[0], shown[0]) && isSame(written.at(-1), shown.at(-1));
}

/** OpenClaw takes the envelope off what a person wrote, and some marks off replies. */
function isSame(written: Talk | undefined, shown: Talk | undefined): boolean {
  if (written === undefined || shown === undefined) return written === shown;
  if (written.role !== shown.role) return false;
  return written.text.length > longestText || squashed(written.text).includes(squashed(shown.text).slice(0, 60));
}

function isTalk({ role, text }: Talk): boolean {
  // OpenClaw shows no reply that consists of this word: the agent had nothing to say.
  return role === 'user' || (role === 'assistant' && text.trim() !== 'NO_REPLY');
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  const blocks: readonly unknown[] = Array.isArray(content) ? content : [];
  return blocks
    .map(objectOf)
    .map((block) => (block?.type === 'text' && typeof block.text === 'string' ? block.text : ''))
    .join('\n');
}

function squashed(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
