import type { RestoreTarget } from '../../core/types.ts';
import { count, format, isAre } from './quantities.ts';

/** What a rebuild changes in a conversation, by the code of the plan. */
export const planChanges = {
  'header-added': 'The first line, which OpenClaw needs and which was missing, is added.',
  'header-fixed': 'The first line is made as OpenClaw expects it.',
  'header-renamed': 'The first line gets the id of the new conversation.',
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

/** The sheet that asks, restores, and takes back. */
export const sheet = {
  title: (messages: number) => `Put ${count.messages(messages)} back?`,
  fileTitle: 'Save the conversation to a file?',
  fileName: 'conversation.jsonl',
  planning: 'Looking at what a restore would do…',
  inPlace: 'Continue in the same chat',
  inPlaceHint: 'Its messages are there again, and it goes on from there.',
  asNew: 'As a new conversation in OpenClaw',
  asNewHint: 'Listed beside the others under a name of its own.',
  asFile: 'Save as a file…',
  asFileHint: 'OpenClaw is not touched.',
  targetLabel: 'Where to',
  what: 'What',
  where: 'Where',
  how: 'How',
  effect: 'Effect',
  /** After the number of all messages; the rest of what it says follows in `extent`. */
  unsaved: (unsaved: number, all: number) =>
    unsaved < all ? `, ${format.number(unsaved)} of them never saved by OpenClaw` : ' never saved by OpenClaw',
  extent: (bytes: number, form: keyof typeof forms | undefined) => `, ${format.bytes(bytes)}${form === undefined ? '' : forms[form]}`,
  changedTimes: (change: string, times: string) => `${change} (${times} times)`,
  named: (label: string) => `“${label}”`,
  sameChat: 'the same chat',
  byImport: 'By OpenClaw’s own importer, into its database.',
  byImportWithPause:
    'By OpenClaw’s own importer, into its database. OpenClaw is stopped for about half a minute and started again; nobody gets an answer meanwhile.',
  intoDatabase: 'into OpenClaw’s database',
  throughGateway: 'Through the running gateway. Clawback asks it for the right to change conversations, for this moment only.',
  byIndex: {
    'new-session': 'By an entry in OpenClaw’s list of conversations, while no gateway runs.',
    'same-session': 'As the file that OpenClaw’s list of conversations already names for this chat, while no gateway runs.',
    file: '',
  } satisfies Record<RestoreTarget, string>,
  newFile: 'a new file, ',
  newFileNamed: 'a new file, named by OpenClaw, in ',
  addsFile: 'One conversation is added, in a file of its own. Nothing is replaced or removed.',
  addsRows: 'One conversation is added. Nothing is replaced or removed.',
  addsTranscript: 'The file that this chat does not have is added. Nothing is replaced or removed.',
  checked: 'It is read back and compared with what was captured.',
  canUndo: 'You can undo this as long as nothing was added to it.',
  cannot: 'This cannot be done now.',
  cancel: 'Cancel',
  apply: 'Restore',
  applying: 'Restoring…',
  done: (messages: number) => `${count.messages(messages)} ${isAre(messages)} back`,
  doneAlready: 'This was already put back; nothing was done twice.',
  verified: 'Written, read back, and the same to the last byte.',
  verifiedRows: 'Taken in, read back from OpenClaw’s database, and the same row by row.',
  gatewayIsDown: 'OpenClaw was stopped for it and did not come back by itself. Start it: openclaw gateway start',
  findIt: (label: string) => `In OpenClaw it is called “${label}”.`,
  goesOn: 'The chat goes on with them: just write to it.',
  undo: 'Undo',
  undoing: 'Taking back…',
  undone: 'Taken back. Nothing of it is left in OpenClaw.',
  close: 'Done',
  retry: 'Look again',
};

/** The same for everything that one incident lost. */
export const recoverSheet = {
  title: (conversations: number, messages: number) => `Put ${count.conversations(conversations)} with ${count.messages(messages)} back?`,
  where: 'Each under its own name, where nothing else has it by now; else beside the others. Nothing is replaced or removed.',
  done: (conversations: number, messages: number) =>
    `${count.conversations(conversations)} with ${count.messages(messages)} ${isAre(conversations)} back`,
};

const forms = {
  verbatim: ', exactly as it was captured',
  composed: '; put together from what was seen:',
  prepared: ', prepared for OpenClaw’s importer:',
  rebuilt: '; rebuilt, because OpenClaw would wipe it as it was:',
} as const;
