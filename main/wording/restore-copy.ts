/** What a rebuild changes in a conversation, by the code of the plan. */
const planChanges: Readonly<Record<string, string>> = {
  'header-added': 'The first line, which OpenClaw needs and which was missing, is added.',
  'header-fixed': 'The first line is made as OpenClaw expects it.',
  'extra-header-dropped': 'A second first line in the middle is left out.',
  'garbage-line-dropped': 'A line that is not part of a conversation is left out.',
  'torn-line-dropped': 'A line that was only half written is left out.',
  'duplicate-dropped': 'A message that is there twice is written once.',
  'junk-bytes-removed': 'Empty bytes that a crash left are taken out.',
  'newline-added': 'The last line gets its line end.',
  'id-added': 'A message without an id gets one.',
  'id-replaced': 'An id that is used twice is replaced.',
  'parent-fixed': 'A message whose predecessor is missing is joined to the one before it.',
  'assistant-completed': 'An unfinished reply is marked as finished, so that OpenClaw accepts it.',
  'tool-result-added': 'A tool call without a result gets a note in its place.',
  'assistant-added': 'A short note in place of a reply is added: OpenClaw empties a conversation without any.',
  'unpersisted-added': 'A message that OpenClaw never saved is put in its place.',
  'missing-prompt-marked': 'A line says where a message was said that nobody could see.',
};

/** `code` or `code:count`. An unknown code is shown as it is, which is better than silence. */
export function planChangeText(change: string): string {
  const [code = change, times] = change.split(':');
  const text = planChanges[code];
  if (text === undefined) return change;
  return times === undefined || times === '1' ? text : `${text} (${times} times)`;
}
