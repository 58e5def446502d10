import type { Incident, IncidentKind } from '../core/types.ts';
import { bytesText, countText, messagesText, timeText } from './quantities.ts';
import { quietReason } from './quiet-reason.ts';
import { agentStuck, interruptedReply, resetUnsaved, unsaved, unsavedCount, writesBlocked } from './unsaved-copy.ts';

/**
 * An incident in plain words. `notification` may appear on a locked screen: it names the agent, counts and times, never
 * a title, which is made of what somebody wrote.
 */
export interface IncidentCopy {
  /** A few words. */
  readonly title: string;
  /** What happened, with counts and local times. */
  readonly summary: string;
  /** What is safe, and what is not. */
  readonly safe: string;
  /** What a person can do. */
  readonly next: string;
  readonly notification: { readonly title: string; readonly body: string };
}

export type Words = Omit<IncidentCopy, 'notification'>;
export type Told = Pick<Incident, 'kind' | 'severity' | 'agent' | 'messages' | 'bytes' | 'evidence' | 'openedAt'>;

export function incidentCopy(incident: Told, now: number): IncidentCopy {
  const words = wordsOf[incident.kind](incident, now);
  const who = incident.agent === undefined ? '' : `Agent ${incident.agent}: `;
  return { ...words, notification: { title: words.title, body: `${who}${words.summary} ${words.safe}` } };
}

const wordsOf: Readonly<Record<IncidentKind, (incident: Told, now: number) => Words>> = {
  'reset-without-successor': (incident, now) => {
    if (unsavedCount(incident) > 0) return resetUnsaved(incident, now);
    const resetAt = timeText(time(incident, 'resetAt') ?? incident.openedAt, now);
    const lastTurnAt = time(incident, 'lastTurnAt');
    const last = lastTurnAt === undefined ? '' : `, last at ${timeText(lastTurnAt, now)}`;
    return {
      title: 'A conversation is not being saved',
      summary: `OpenClaw started a new session at ${resetAt}. The conversation went on${last}, and OpenClaw wrote none of it to disk.`,
      safe:
        incident.messages > 0
          ? `The ${messagesText(incident.messages)} from before ${isAre(incident.messages)} only here now, and safe.`
          : 'Everything from before the new session is safe. What was said since was never written.',
      next: 'Check that OpenClaw can write to its sessions folder, and copy what you need from the chat window before it closes.',
    };
  },
  truncated: (incident, now) => ({
    title: `${messagesText(incident.messages)} cut from a conversation`,
    summary: `${goneSince(incident, now)}: the file was cut short.`,
    ...safeHere(incident),
  }),
  overwritten: (incident, now) => ({
    title: `${messagesText(incident.messages)} overwritten`,
    summary: `${goneSince(incident, now)}: the file was written anew without ${incident.messages === 1 ? 'it' : 'them'}.`,
    ...safeHere(incident),
  }),
  deleted: (incident, now) => ({
    title: `A conversation of ${messagesText(incident.messages)} was deleted`,
    summary: `${goneSince(incident, now)}: the file was deleted and OpenClaw kept no archive of it.`,
    ...safeHere(incident),
  }),
  'mass-change': massChange,
  'index-lost': (incident, now) => {
    const lost = number(incident, 'lostKeys');
    const since = timeText(time(incident, 'since') ?? incident.openedAt, now);
    const what =
      incident.evidence.reason === 'keys-vanished'
        ? `OpenClaw's list of conversations no longer names ${countText(lost, 'conversation')} since ${since}.`
        : `OpenClaw's list of conversations is ${incident.evidence.reason === 'missing' ? 'missing' : 'unreadable'} since ${since}.`;
    return {
      title: "OpenClaw's list of conversations is damaged",
      summary: what,
      safe: 'The conversations themselves are still on disk, and saved here.',
      next: 'OpenClaw may not show them. Restore puts a conversation back as a new session; nothing is overwritten.',
    };
  },
  'wipe-pending': (incident, now) => {
    const seenAt = timeText(time(incident, 'seenAt') ?? incident.openedAt, now);
    const why: Readonly<Record<string, string>> = {
      'no-header': 'its file has no header',
      'no-reply': 'its file has no reply yet',
      empty: 'its file is empty',
    };
    const reason = why[String(incident.evidence.reason)] ?? 'its file is not as OpenClaw expects it';
    return {
      title: 'OpenClaw is about to empty a conversation',
      summary: `At ${seenAt} ${reason}. OpenClaw empties such a file at the next message, without a copy.`,
      safe:
        incident.messages === 0
          ? 'What was captured of it is safe here.'
          : `The ${messagesText(incident.messages)} in it ${isAre(incident.messages)} saved here.`,
      next: 'Do not write to this conversation. Restore makes a whole copy of it as a new session.',
    };
  },
  unpersisted: unsaved,
  'writes-blocked': writesBlocked,
  'interrupted-reply': interruptedReply,
  'agent-stuck': agentStuck,
  'source-unreadable': (incident, now) => {
    const skipped = number(incident, 'skipped');
    const what = incident.evidence.whole === true ? 'The folder with its conversations' : countText(skipped, 'conversation file');
    return {
      title: 'Clawback cannot read a conversation folder',
      summary: `${what} cannot be read since ${timeText(time(incident, 'since') ?? incident.openedAt, now)}.`,
      safe: 'Everything captured before is safe. What is written there now is not being saved.',
      next: 'Give your user the right to read it, or connect the drive it is on. Clawback goes on by itself.',
    };
  },
  'unsupported-format': (incident, now) => ({
    title: 'A format that Clawback does not know',
    summary: `Since ${timeText(incident.openedAt, now)} OpenClaw writes files that this version of Clawback does not understand.`,
    safe: 'The files are saved byte for byte all the same. They may not be shown or searched.',
    next: 'Look for a newer version of Clawback.',
  }),
  'mirror-degraded': (incident, now) => ({
    title: "Clawback's own memory was damaged",
    summary: `At ${timeText(incident.openedAt, now)} a part of Clawback's buffer could not be read. It was set aside, not deleted.`,
    safe: "Everything that is still on OpenClaw's disk is being saved again. What was only here may be missing.",
    next: 'Keep the file that was set aside, and check the health of this disk.',
  }),
  'expected-reset': (incident, now) => resetWords('OpenClaw started a new session', incident, now),
  'unexplained-reset': (incident, now) => resetWords('OpenClaw started a new session without a reason', incident, now),
};

function massChange(incident: Told, now: number): Words {
  const sessions = countText(number(incident, 'sessions'), 'conversation');
  const since = timeText(time(incident, 'firstAt') ?? incident.openedAt, now);
  if (incident.evidence.what === 'archives') {
    return {
      title: `Archives of ${sessions} were removed`,
      summary: `Since ${since} OpenClaw or a clean-up removed the archives of ${sessions}, with ${messagesText(incident.messages)} (${bytesText(incident.bytes)}).`,
      safe: 'They are safe here. Clawback holds the only copy.',
      next: 'Nothing has to be done. Restore any of them as a new session, or save it to a file.',
    };
  }
  return {
    title: `${sessions} lost messages at once`,
    summary: `Since ${since} ${messagesText(incident.messages)} (${bytesText(incident.bytes)}) of ${sessions} are gone from disk.`,
    safe: 'They are safe here. Clawback holds the only copy.',
    next: 'Look at what was done at that time, then restore what you need: each as a new session, nothing is overwritten.',
  };
}

function resetWords(title: string, incident: Told, now: number): Words {
  return {
    title,
    summary: quietReason(incident, now),
    safe: 'Nothing is lost.',
    next: 'Nothing has to be done. Restore brings the earlier conversation back as a session of its own.',
  };
}

function goneSince(incident: Told, now: number): string {
  const since = timeText(time(incident, 'since') ?? incident.openedAt, now);
  const onDiskAt = time(incident, 'lastOnDiskAt');
  const before = onDiskAt === undefined ? '' : timeText(onDiskAt, now);
  // "on disk at 14:05 and gone since 14:05" would only puzzle.
  const which = before === '' || before === since ? 'on disk before' : `on disk at ${before}`;
  const were = incident.messages === 1 ? 'was' : 'were';
  return `${messagesText(incident.messages)} that ${were} ${which} ${isAre(incident.messages)} gone since ${since}`;
}

function safeHere(incident: Told): Pick<Words, 'safe' | 'next'> {
  return {
    safe: incident.messages === 1 ? 'It is safe here.' : 'They are safe here.',
    next: 'Restore puts the conversation back as a new session. Nothing that exists is overwritten.',
  };
}

function isAre(n: number): string {
  return n === 1 ? 'is' : 'are';
}

function time(incident: Told, name: string): number | undefined {
  const value = incident.evidence[name];
  return typeof value === 'number' ? value : undefined;
}

function number(incident: Told, name: string): number {
  return time(incident, name) ?? 0;
}
