import type { Told, Words } from './incident-copy.ts';
import { countText, messagesText, spanText, timeText } from './quantities.ts';

/** What OpenClaw never wrote, and why, in plain words. */

/** Messages of an incident that no file ever held. */
export function unsavedCount(incident: Told): number {
  return numberOf(incident, 'unpersisted') ?? 0;
}

export function unsaved(incident: Told, now: number): Words {
  const { messages } = incident;
  if (incident.evidence.because === 'acp-runner') {
    return {
      title: 'A conversation that OpenClaw does not save',
      summary: `OpenClaw does not save conversations that it hands to an ACP agent. Clawback does: ${messagesText(messages)} ${spanOfTime(incident, now)} ${isAre(messages)} safe here.`,
      safe: withMissing(incident, 'Clawback goes on saving this conversation.'),
      next: 'Nothing has to be done. Restore makes an ordinary conversation of it, as a new session.',
    };
  }
  if (incident.evidence.because === 'acp-init-failed') {
    return {
      title: 'A message that OpenClaw refused and did not keep',
      summary: `OpenClaw could not hand ${messagesText(messages)} ${spanOfTime(incident, now)} to its ACP agent, and kept only its own error.`,
      safe: `${itThey(messages)} ${isAre(messages)} safe here.`,
      next: 'Send it again to a session that exists, or restore it as a new session.',
    };
  }
  return {
    title: `${messagesText(messages)} ${messages === 1 ? 'was' : 'were'} never saved by OpenClaw`,
    summary: neverSaved(incident, now),
    safe: withMissing(incident, `${itThey(messages)} ${isAre(messages)} safe here.`),
    next: `${cure(incident)}Restore puts the conversation back with ${messages === 1 ? 'it' : 'them'}. Nothing that exists is overwritten.`,
  };
}

export function resetUnsaved(incident: Told, now: number): Words {
  const count = unsavedCount(incident);
  const resetAt = timeText(numberOf(incident, 'resetAt') ?? incident.openedAt, now);
  const before = incident.messages - count;
  const both =
    before > 0 ? ` So ${isAre(before)} ${messagesText(before)} from before the new session, which ${isAre(before)} only here now.` : '';
  return {
    title: `${messagesText(count)} ${count === 1 ? 'was' : 'were'} never saved by OpenClaw`,
    summary: `OpenClaw started a new session at ${resetAt} and never wrote it to disk. ${neverSaved({ ...incident, messages: count }, now)}`,
    safe: withMissing(incident, `${itThey(count)} ${isAre(count)} safe here.${both}`),
    next: `${cure(incident)}Restore puts the conversation back with ${count === 1 ? 'it' : 'them'}. Nothing that exists is overwritten.`,
  };
}

export function writesBlocked(incident: Told, now: number): Words {
  if (incident.messages === 0) {
    const since = numberOf(incident, 'createdAt') ?? numberOf(incident, 'firstSeenAt') ?? incident.openedAt;
    return {
      title: 'OpenClaw cannot write to a conversation',
      summary: `Its file is locked since ${timeText(since, now)} (${spanText(now - since)}), longer than any turn should take.`,
      safe: 'Everything written so far is saved. New messages may not be written until the lock is gone.',
      next: 'Restarting the OpenClaw gateway takes the lock away.',
    };
  }
  const why = reasons[String(incident.evidence.reason)];
  return {
    title: 'OpenClaw cannot write to a conversation',
    summary: `${neverSaved(incident, now)}${why === undefined ? '' : ` ${why}`}`,
    safe: withMissing(incident, `${itThey(incident.messages)} ${isAre(incident.messages)} safe here.`),
    next: `${cure(incident)}Restore puts the conversation back as a new session. Nothing that exists is overwritten.`,
  };
}

export function interruptedReply(incident: Told, now: number): Words {
  const at = numberOf(incident, 'gatewayEndedAt') ?? numberOf(incident, 'deadSince') ?? incident.openedAt;
  const summary = `OpenClaw ended in the middle of a reply, ${numberOf(incident, 'gatewayEndedAt') === undefined ? 'noticed at' : 'at'} ${timeText(at, now)}.`;
  if (incident.messages === 0) {
    return {
      title: 'A reply was cut off',
      summary,
      safe: 'What was on disk by then is safe. The rest of that reply was never written.',
      next: 'Ask again once OpenClaw runs. Nothing needs to be restored.',
    };
  }
  const what = incident.messages === 1 ? 'What had arrived of it' : `What had arrived of it, ${messagesText(incident.messages)} in all,`;
  return {
    title: 'A reply was cut off',
    summary: `${summary} OpenClaw did not save what it had answered by then.`,
    safe: withMissing(incident, `${what} is safe here.`),
    next: 'Ask again once OpenClaw runs, or restore the conversation with that part as a new session.',
  };
}

export function agentStuck(incident: Told, now: number): Words {
  const waiting = numberOf(incident, 'waiting') ?? 0;
  const since = timeText(numberOf(incident, 'since') ?? incident.openedAt, now);
  const what = waiting === 0 ? 'Its messages have' : waiting === 1 ? '1 message has' : `${countText(waiting, 'message')} have`;
  return {
    title: 'An ACP agent does not answer',
    summary: `${what} waited for an answer since ${since}. OpenClaw says that the agent runs, but it may have died.`,
    safe: 'What Clawback saw of this conversation is safe here. OpenClaw itself keeps none of it.',
    next: 'Restart the OpenClaw gateway, or start a new session with this agent.',
  };
}

const reasons: Readonly<Record<string, string>> = {
  'read-only-file': 'The file of this conversation cannot be written.',
  'no-directory': 'The folder of its conversations is gone.',
  'directory-read-only': 'The folder of its conversations cannot be written.',
  'disk-full': 'The disk is full.',
  'lock-of-dead-process': 'A process that is gone left its lock on the file.',
};

const cures: Readonly<Record<string, string>> = {
  'read-only-file': "Make the file writable for OpenClaw's user. ",
  'no-directory': 'Restart the OpenClaw gateway, so that it makes the folder again. ',
  'directory-read-only': "Make the folder writable for OpenClaw's user, then restart the gateway. ",
  'disk-full': 'Make room on the disk. ',
  'lock-of-dead-process': 'Restart the OpenClaw gateway, which takes the lock away. ',
};

function cure({ evidence }: Told): string {
  return cures[String(evidence.reason)] ?? '';
}

function neverSaved(incident: Told, now: number): string {
  const { messages } = incident;
  return `${messagesText(messages)} ${spanOfTime(incident, now)} ${messages === 1 ? 'was' : 'were'} never saved by OpenClaw.`;
}

/** `from 19:37 to 20:51`, or `from 19:37`. */
function spanOfTime(incident: Told, now: number): string {
  const from = timeText(numberOf(incident, 'firstAt') ?? incident.openedAt, now);
  const lastAt = numberOf(incident, 'lastAt');
  const to = lastAt === undefined ? from : timeText(lastAt, now);
  return to === from ? `from ${from}` : `from ${from} to ${to}`;
}

/** What could not be saved is said too. */
function withMissing(incident: Told, safe: string): string {
  const missing = numberOf(incident, 'userMessagesMissing') ?? 0;
  if (missing === 0) return safe;
  const turns = missing === 1 ? 'Your own message of one of these turns was' : `Your own messages of ${missing} of these turns were`;
  return `${safe} ${turns} not seen by any witness; install the recorder to keep them next time.`;
}

function itThey(n: number): string {
  return n === 1 ? 'It' : 'They';
}

function isAre(n: number): string {
  return n === 1 ? 'is' : 'are';
}

function numberOf({ evidence }: Told, name: string): number | undefined {
  const value = evidence[name];
  return typeof value === 'number' ? value : undefined;
}
