import type { ResetCause, Resolution } from '../../core/types.ts';
import { count, format, isAre, itThem, itThey, wasWere } from './quantities.ts';

/** What was on disk until `onDiskAt`, when that is known, and is gone since `since`; both as text. */
interface Gone {
  readonly messages: number;
  readonly since: string;
  readonly onDiskAt: string | undefined;
}

function gone({ messages, since, onDiskAt }: Gone): string {
  const which = onDiskAt === undefined ? 'on disk before' : `on disk at ${onDiskAt}`;
  return `${count.messages(messages)} that ${wasWere(messages)} ${which} ${isAre(messages)} gone since ${since}`;
}

/** What happened to a conversation whose file changed. Times come as text. */
export const incidents = {
  notification: (agent: string | undefined, summary: string, safe: string) =>
    format.sentences([`${agent === undefined ? '' : `Agent ${agent}: `}${summary}`, safe]),
  safeHere: (messages: number) => `${itThey(messages)} ${isAre(messages)} safe here.`,
  onlyCopyHere: 'They are safe here. Clawback holds the only copy.',
  restoreBeside: 'Restore puts the conversation back as a new session. Nothing that exists is overwritten.',

  notSaved: {
    title: 'A conversation is not being saved',
    summary: (resetAt: string, lastTurnAt: string | undefined) =>
      `OpenClaw started a new session at ${resetAt}. The conversation went on${lastTurnAt === undefined ? '' : `, last at ${lastTurnAt}`}, and OpenClaw wrote none of it to disk.`,
    safe: (messages: number) =>
      messages > 0
        ? `The ${count.messages(messages)} from before ${isAre(messages)} only here now, and safe.`
        : 'Everything from before the new session is safe. What was said since was never written.',
    next: 'Check that OpenClaw can write to its sessions folder, and copy what you need from the chat window before it closes.',
  },
  truncated: {
    title: (messages: number) => `${count.messages(messages)} cut from a conversation`,
    summary: (lost: Gone) => `${gone(lost)}: the file was cut short.`,
  },
  overwritten: {
    title: (messages: number) => `${count.messages(messages)} overwritten`,
    summary: (lost: Gone) => `${gone(lost)}: the file was written anew without ${itThem(lost.messages)}.`,
  },
  deleted: {
    title: (messages: number) => `A conversation of ${count.messages(messages)} was deleted`,
    summary: (lost: Gone) => `${gone(lost)}: the file was deleted and OpenClaw kept no archive of it.`,
  },
  /** Of a conversation in a database. */
  rowsRemoved: {
    title: (messages: number) => `${count.messages(messages)} removed from a conversation`,
    summary: (lost: Gone) => `${gone(lost)}: OpenClaw compacted the conversation and kept no copy of ${itThem(lost.messages)}.`,
  },
  rowsDeleted: {
    title: (messages: number) => `A conversation of ${count.messages(messages)} was deleted`,
    summary: (lost: Gone) => `${gone(lost)}: they were taken out of OpenClaw's database, which kept no archive of them.`,
  },
  setAside: {
    title: 'OpenClaw put a damaged database aside',
    summary: (since: string, conversations: number, messages: number, bytes: number) =>
      `Since ${since} the agent begins with an empty one: ${count.conversations(conversations)} with ${count.messages(messages)} (${format.bytes(bytes)}) ${isAre(conversations)} in no place that OpenClaw looks at.`,
    next: 'Restore all of them under their own names, or what you need; nothing is overwritten. Keep the file that was put aside.',
  },
  leftBehind: {
    title: (conversations: number) => `${count.conversations(conversations)} did not arrive after the upgrade`,
    summary: (since: string, conversations: number, of: number, messages: number) =>
      `OpenClaw moved its conversations into a database ${since}. ${format.number(conversations)} of ${format.number(of)} ${isAre(conversations)} missing in it, with ${count.messages(messages)}.`,
    next: 'Bring them in: each comes back under its own name, and nothing that is there is changed.',
  },
  databaseDamaged: {
    title: "OpenClaw's database is damaged",
    summary: (since: string) => `Parts of the database with its conversations cannot be read since ${since}.`,
    next: 'OpenClaw may refuse to start, and its own repair begins with an empty database. Everything captured before can be restored from here.',
  },
  archivesRemoved: {
    title: (conversations: number) => `Archives of ${count.conversations(conversations)} were removed`,
    summary: (since: string, conversations: number, messages: number, bytes: number) =>
      `Since ${since} OpenClaw or a clean-up removed the archives of ${count.conversations(conversations)}, with ${count.messages(messages)} (${format.bytes(bytes)}).`,
    next: 'Nothing has to be done. Restore any of them as a new session, or save it to a file.',
  },
  massLoss: {
    title: (conversations: number) => `${count.conversations(conversations)} lost messages at once`,
    summary: (since: string, conversations: number, messages: number, bytes: number) =>
      `Since ${since} ${count.messages(messages)} (${format.bytes(bytes)}) of ${count.conversations(conversations)} are gone from disk.`,
    next: 'Look at what was done at that time, then restore what you need: each as a new session, nothing is overwritten.',
  },
  indexLost: {
    title: "OpenClaw's list of conversations is damaged",
    keysVanished: (conversations: number, since: string) =>
      `OpenClaw's list of conversations no longer names ${count.conversations(conversations)} since ${since}.`,
    missing: (since: string) => `OpenClaw's list of conversations is missing since ${since}.`,
    unreadable: (since: string) => `OpenClaw's list of conversations is unreadable since ${since}.`,
    safe: 'The conversations themselves are still on disk, and saved here.',
    next: 'OpenClaw may not show them. Restore puts a conversation back as a new session; nothing is overwritten.',
  },
  wipePending: {
    title: 'OpenClaw is about to empty a conversation',
    summary: (seenAt: string, reason: string) =>
      `At ${seenAt} ${reason}. OpenClaw empties such a file at the next message, without a copy.`,
    reasons: {
      'no-header': 'its file has no header',
      'no-reply': 'its file has no reply yet',
      empty: 'its file is empty',
    },
    otherReason: 'its file is not as OpenClaw expects it',
    safe: (messages: number) =>
      messages === 0 ? 'What was captured of it is safe here.' : `The ${count.messages(messages)} in it ${isAre(messages)} saved here.`,
    next: 'Do not write to this conversation. Restore makes a whole copy of it as a new session.',
  },
  unreadable: {
    title: 'Clawback cannot read a conversation folder',
    whole: (since: string) => `The folder with its conversations cannot be read since ${since}.`,
    some: (files: number, since: string) => `${count.files(files)} cannot be read since ${since}.`,
    safe: 'Everything captured before is safe. What is written there now is not being saved.',
    next: 'Give your user the right to read it, or connect the drive it is on. Clawback goes on by itself.',
  },
  unknownFormat: {
    title: 'A format that Clawback does not know',
    summary: (since: string) => `Since ${since} OpenClaw writes files that this version of Clawback does not understand.`,
    safe: 'The files are saved byte for byte all the same. They may not be shown or searched.',
    next: 'Look for a newer version of Clawback.',
  },
  mirrorDamaged: {
    title: "Clawback's own memory was damaged",
    summary: (at: string) => `At ${at} a part of Clawback's buffer could not be read. It was set aside, not deleted.`,
    safe: "Everything that is still on OpenClaw's disk is being saved again. What was only here may be missing.",
    next: 'Keep the file that was set aside, and check the health of this disk.',
  },
  reset: {
    title: 'OpenClaw started a new session',
    titleUnexplained: 'OpenClaw started a new session without a reason',
    safe: 'Nothing is lost.',
    next: 'Nothing has to be done. Restore brings the earlier conversation back as a session of its own.',
    /** With what is safe of it, see `before`. */
    acp: (at: string) => `OpenClaw started a new session at ${at}. It leads this one through ACP and writes no transcript of it.`,
    unexplained: (at: string) => `OpenClaw started a new session at ${at} and gave no reason.`,
    explained: (at: string, cause: string) => `OpenClaw started a new session at ${at} (${cause}).`,
    before: (messages: number) =>
      messages === 0 ? 'What came before it is safe.' : `The ${count.messages(messages)} before it ${isAre(messages)} safe.`,
    causes: {
      command: 'you or a client asked for it',
      daily: 'daily reset',
      idle: 'idle for a long time',
    } satisfies Record<Exclude<ResetCause, 'unexplained'>, string>,
    idleFor: (minutes: number) => `idle for more than ${minutes < 120 ? count.minutes(minutes) : format.span(minutes * 60_000)}`,
  },
  resolutions: {
    restored: 'Restored',
    dismissed: 'Dismissed',
    'self-healed': 'Came back by itself',
    expected: 'Expected',
  } satisfies Record<Resolution, string>,
};
