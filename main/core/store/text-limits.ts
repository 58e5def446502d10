/** Full text and pages take this much of a message at most; the whole of it is shown on demand. */
export const MESSAGE_TEXT_BYTES = 64 * 1024;
const TITLE_CHARS = 80;

/** At most `limitBytes` of UTF-8, never ending inside a character. */
export function limitText(
  text: string,
  limitBytes: number,
): { readonly text: string; readonly bytes: number; readonly truncated: boolean } {
  // A UTF-16 unit is at most three bytes of UTF-8.
  if (text.length * 3 <= limitBytes) return { text, bytes: Buffer.byteLength(text), truncated: false };
  const encoded = Buffer.from(text.slice(0, limitBytes + 1));
  if (encoded.length <= limitBytes) return { text, bytes: encoded.length, truncated: false };
  let end = limitBytes;
  while (end > 0 && ((encoded[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return { text: encoded.toString('utf8', 0, end), bytes: end, truncated: true };
}

/** One line that names a conversation; `undefined` when the text has nothing to show. */
export function titleOf(text: string): string | undefined {
  const line = text
    .slice(0, 4 * TITLE_CHARS)
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  const characters = [...line.toWellFormed()];
  if (characters.length === 0) return undefined;
  return characters.length <= TITLE_CHARS ? characters.join('') : `${characters.slice(0, TITLE_CHARS - 1).join('')}…`;
}
