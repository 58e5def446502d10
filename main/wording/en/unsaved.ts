import { count, format, isAre, itThem, itThey, plural, wasWere } from './quantities.ts';

/** Messages that were said `from` … `to`, as text; without `to` in the same minute. */
interface Said {
  readonly messages: number;
  readonly from: string;
  readonly to: string | undefined;
}

const when = ({ from, to }: Said): string => (to === undefined ? `from ${from}` : `from ${from} to ${to}`);
const neverSaved = (said: Said): string =>
  `${count.messages(said.messages)} ${when(said)} ${wasWere(said.messages)} never saved by OpenClaw.`;

/** What OpenClaw never wrote, and why. */
export const unsaved = {
  title: (messages: number) => `${count.messages(messages)} ${wasWere(messages)} never saved by OpenClaw`,
  summary: neverSaved,
  safe: (messages: number) => `${itThey(messages)} ${isAre(messages)} safe here.`,
  missing: (turns: number) =>
    `${turns === 1 ? 'Your own message of one of these turns was' : `Your own messages of ${turns} of these turns were`} not seen by any witness; install the recorder to keep them next time.`,
  next: (messages: number) => `Restore puts the conversation back with ${itThem(messages)}. Nothing that exists is overwritten.`,
  reset: {
    summary: (resetAt: string) => `OpenClaw started a new session at ${resetAt} and never wrote it to disk.`,
    before: (messages: number) =>
      `So ${isAre(messages)} ${count.messages(messages)} from before the new session, which ${isAre(messages)} only here now.`,
  },
  acp: {
    title: 'A conversation that OpenClaw does not save',
    summary: (said: Said) =>
      `OpenClaw does not save conversations that it hands to an ACP agent. Clawback does: ${count.messages(said.messages)} ${when(said)} ${isAre(said.messages)} safe here.`,
    safe: 'Clawback goes on saving this conversation.',
    next: 'Nothing has to be done. Restore makes an ordinary conversation of it, as a new session.',
  },
  acpRefused: {
    title: 'A message that OpenClaw refused and did not keep',
    summary: (said: Said) =>
      `OpenClaw could not hand ${count.messages(said.messages)} ${when(said)} to its ACP agent, and kept only its own error.`,
    next: 'Send it again to a session that exists, or restore it as a new session.',
  },
  blocked: {
    title: 'OpenClaw cannot write to a conversation',
    locked: (since: string, forMs: number) =>
      `Its file is locked since ${since} (${format.span(forMs)}), longer than any turn should take.`,
    safe: 'Everything written so far is saved. New messages may not be written until the lock is gone.',
    next: 'Restarting the OpenClaw gateway takes the lock away.',
  },
  reasons: {
    'read-only-file': 'The file of this conversation cannot be written.',
    'no-directory': 'The folder of its conversations is gone.',
    'directory-read-only': 'The folder of its conversations cannot be written.',
    'disk-full': 'The disk is full.',
    'lock-of-dead-process': 'A process that is gone left its lock on the file.',
  },
  cures: {
    'read-only-file': "Make the file writable for OpenClaw's user.",
    'no-directory': 'Restart the OpenClaw gateway, so that it makes the folder again.',
    'directory-read-only': "Make the folder writable for OpenClaw's user, then restart the gateway.",
    'disk-full': 'Make room on the disk.',
    'lock-of-dead-process': 'Restart the OpenClaw gateway, which takes the lock away.',
  },
  cutOff: {
    title: 'A reply was cut off',
    endedAt: (at: string) => `OpenClaw ended in the middle of a reply, at ${at}.`,
    noticedAt: (at: string) => `OpenClaw ended in the middle of a reply, noticed at ${at}.`,
    notSaved: 'OpenClaw did not save what it had answered by then.',
    safe: (messages: number) =>
      messages === 1 ? 'What had arrived of it is safe here.' : `What had arrived of it, ${count.messages(messages)} in all, is safe here.`,
    next: 'Ask again once OpenClaw runs, or restore the conversation with that part as a new session.',
    safeOnDisk: 'What was on disk by then is safe. The rest of that reply was never written.',
    nextOnDisk: 'Ask again once OpenClaw runs. Nothing needs to be restored.',
  },
  stuck: {
    title: 'An ACP agent does not answer',
    summary: (waiting: number, since: string) =>
      `${waiting === 0 ? 'Its messages have' : `${count.messages(waiting)} ${plural(waiting, 'has', 'have')}`} waited for an answer since ${since}. OpenClaw says that the agent runs, but it may have died.`,
    safe: 'What Clawback saw of this conversation is safe here. OpenClaw itself keeps none of it.',
    next: 'Restart the OpenClaw gateway, or start a new session with this agent.',
  },
};
