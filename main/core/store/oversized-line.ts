/** Longer lines are not parsed: one of them could hold the core's loop for seconds. */
export const LONGEST_LINE_BYTES = 4 * 1024 * 1024;
/** The first bytes of a message of 2026.3; all that is looked at in a line too long to parse. */
const MESSAGE = '"type":"message"';
const PEEK_BYTES = 4096;

/** Who said what stands in a line too long to parse, by its beginning; `undefined` when it is no message. */
export function oversizedRole(head: Uint8Array): string | undefined {
  const beginning = Buffer.from(head.subarray(0, PEEK_BYTES)).toString('utf8');
  if (!beginning.includes(MESSAGE)) return undefined;
  const role = /"role":"(user|assistant|toolResult)"/.exec(beginning)?.[1];
  return role === 'toolResult' ? 'tool' : (role ?? 'unknown');
}
