import { count, format, plural } from './quantities.ts';

/** What can be done with a conversation that is being read. */
export const conversation = {
  more: 'More actions',
  exportAs: {
    markdown: 'Export as Markdown…',
    html: 'Export as a web page…',
    jsonl: 'Export as JSON Lines…',
  },
  exportHint: 'JSON Lines: every byte as OpenClaw wrote it.',
  copyPrompt: 'Copy “continue from here”',
  /** `truncated`: there was more than fits. */
  copied: (messages: number, truncated: boolean) =>
    `Copied ${truncated ? 'the last ' : ''}${count.messages(messages)}. Paste into a new chat to go on from here.`,
  showInFolder: 'Show in folder',
  revealInFinder: 'Reveal in Finder',
  notOnDisk: 'OpenClaw has no file of this conversation any more.',
  versions: {
    label: 'Version of the file',
    all: 'All versions as one conversation',
    allShort: (versions: number) => `${format.number(versions)} versions`,
    from: (time: string) => `From ${time}`,
    current: 'on disk now',
    ended: {
      truncated: 'cut off',
      rewritten: 'rewritten',
      replaced: 'replaced',
      deleted: 'deleted',
      reset: 'put away by a reset',
      deleteArchive: 'put away when it was deleted',
      backup: 'kept as a backup',
      archived: 'put away',
    },
  },
  /** Before the first message of a file, by how the one before it ended. */
  began: {
    truncated: (time: string) => `${time} · The file was cut, and went on from here`,
    rewritten: (time: string) => `${time} · The file was rewritten, and went on from here`,
    replaced: (time: string) => `${time} · Another file took its place`,
    deleted: (time: string) => `${time} · The file was deleted, and a new one began`,
    reset: (time: string) => `${time} · Reset: the file was put away, and a new one began`,
    deleteArchive: (time: string) => `${time} · The conversation was deleted: its file was put away, and a new one began`,
    backup: (time: string) => `${time} · The file was kept as a backup, and a new one began`,
    archived: (time: string) => `${time} · The file was put away, and a new one began`,
  },
  brokenOff: 'The reply broke off here',
  continues: 'Show what came before the reset',
  continuedBy: 'Reset: show where it goes on',
  forget: 'Forget this conversation…',
};

/** The sheet that asks before a conversation is erased. */
export const forgetting = {
  title: 'Forget this conversation?',
  erasedLabel: 'Erased',
  erased: (messages: number, onlyHere: number) =>
    `All that Clawback saved of it: ${count.messages(messages)}.${onlyHere === 0 ? '' : ` ${format.number(onlyHere)} of them exist only here. Nothing can bring them back.`}`,
  staysLabel: 'Stays',
  stays: 'What OpenClaw itself has of it on disk, and copies that you restored or exported.',
  fromNowOnLabel: 'From now on',
  fromNowOn: 'Clawback does not record this conversation again.',
  setAside: (buffers: number, bytes: number) =>
    `Also remove ${format.number(buffers)} ${plural(buffers, 'buffer that was', 'buffers that were')} set aside as damaged (${format.bytes(bytes)}). ${plural(buffers, 'It', 'They')} may hold this conversation, and other things that exist nowhere else.`,
  setAsideLeft: (buffers: number) =>
    `${format.number(buffers)} ${plural(buffers, 'buffer that was', 'buffers that were')} set aside as damaged may still hold it.`,
  cancel: 'Cancel',
  apply: 'Forget',
  applying: 'Erasing…',
  done: 'Forgotten',
  doneBody: (messages: number, bytes: number) => `${count.messages(messages)} (${format.bytes(bytes)}) erased.`,
  stillOnDisk: 'OpenClaw still has a file of it, which Clawback passes over from now on.',
  close: 'Close',
};
