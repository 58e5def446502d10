import type { Incident, IncidentKind } from '../core/types.ts';
import { byCode } from './by-code.ts';
import type { Messages } from './catalogue.ts';
import { numberIn } from './evidence.ts';
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

export type Telling = Omit<IncidentCopy, 'notification'>;
export type Told = Pick<Incident, 'kind' | 'severity' | 'agent' | 'messages' | 'bytes' | 'evidence' | 'openedAt'>;

export function incidentCopy(words: Messages, incident: Told, now: number): IncidentCopy {
  const telling = tellingOf[incident.kind](words, incident, now);
  const body = words.incidents.notification(incident.agent, telling.summary, telling.safe);
  return { ...telling, notification: { title: telling.title, body } };
}

const tellingOf: Readonly<Record<IncidentKind, (words: Messages, incident: Told, now: number) => Telling>> = {
  'reset-without-successor': (words, incident, now) => {
    if (unsavedCount(incident) > 0) return resetUnsaved(words, incident, now);
    const text = words.incidents.notSaved;
    const lastTurnAt = numberIn(incident, 'lastTurnAt');
    const resetAt = words.format.time(numberIn(incident, 'resetAt') ?? incident.openedAt, now);
    return {
      title: text.title,
      summary: text.summary(resetAt, lastTurnAt === undefined ? undefined : words.format.time(lastTurnAt, now)),
      safe: text.safe(incident.messages),
      next: text.next,
    };
  },
  truncated: (words, incident, now) => goneFromDisk(words, incident, now, words.incidents.truncated),
  overwritten: (words, incident, now) =>
    goneFromDisk(words, incident, now, isInDatabase(incident) ? words.incidents.rowsRemoved : words.incidents.overwritten),
  deleted: (words, incident, now) =>
    goneFromDisk(words, incident, now, isInDatabase(incident) ? words.incidents.rowsDeleted : words.incidents.deleted),
  'mass-change': massChange,
  'index-lost': (words, incident, now) => {
    const text = words.incidents.indexLost;
    const since = timeSince(words, incident, now);
    const { reason } = incident.evidence;
    return {
      title: text.title,
      summary:
        reason === 'keys-vanished'
          ? text.keysVanished(numberIn(incident, 'lostKeys') ?? 0, since)
          : reason === 'missing'
            ? text.missing(since)
            : text.unreadable(since),
      safe: text.safe,
      next: text.next,
    };
  },
  'wipe-pending': (words, incident, now) => {
    const text = words.incidents.wipePending;
    const seenAt = words.format.time(numberIn(incident, 'seenAt') ?? incident.openedAt, now);
    return {
      title: text.title,
      summary: text.summary(seenAt, byCode(text.reasons, incident.evidence.reason) ?? text.otherReason),
      safe: text.safe(incident.messages),
      next: text.next,
    };
  },
  unpersisted: unsaved,
  'writes-blocked': writesBlocked,
  'interrupted-reply': interruptedReply,
  'agent-stuck': agentStuck,
  'source-unreadable': (words, incident, now) => {
    const { title, whole, some, safe, next } = words.incidents.unreadable;
    const since = timeSince(words, incident, now);
    const { reason } = incident.evidence;
    if (reason === 'SQLITE_CORRUPT' || reason === 'SQLITE_NOTADB') {
      const text = words.incidents.databaseDamaged;
      return { title: text.title, summary: text.summary(since), safe, next: text.next };
    }
    return {
      title,
      summary: incident.evidence.whole === true ? whole(since) : some(numberIn(incident, 'skipped') ?? 0, since),
      safe,
      next,
    };
  },
  'unsupported-format': (words, incident, now) => {
    const { title, summary, safe, next } = words.incidents.unknownFormat;
    return { title, summary: summary(words.format.time(incident.openedAt, now)), safe, next };
  },
  'mirror-degraded': (words, incident, now) => {
    const { title, summary, safe, next } = words.incidents.mirrorDamaged;
    return { title, summary: summary(words.format.time(incident.openedAt, now)), safe, next };
  },
  'expected-reset': (words, incident, now) => resetTelling(words, words.incidents.reset.title, incident, now),
  'unexplained-reset': (words, incident, now) => resetTelling(words, words.incidents.reset.titleUnexplained, incident, now),
};

function isInDatabase({ evidence }: Told): boolean {
  return evidence.store === 'database';
}

function massChange(words: Messages, incident: Told, now: number): Telling {
  if (incident.evidence.what === 'database') return databaseSetAside(words, incident, now);
  if (incident.evidence.what === 'upgrade') return leftBehind(words, incident, now);
  const text = incident.evidence.what === 'archives' ? words.incidents.archivesRemoved : words.incidents.massLoss;
  const conversations = numberIn(incident, 'sessions') ?? 0;
  const since = words.format.time(numberIn(incident, 'firstAt') ?? incident.openedAt, now);
  return {
    title: text.title(conversations),
    summary: text.summary(since, conversations, incident.messages, incident.bytes),
    safe: words.incidents.onlyCopyHere,
    next: text.next,
  };
}

function leftBehind(words: Messages, incident: Told, now: number): Telling {
  const { title, summary, next } = words.incidents.leftBehind;
  const conversations = numberIn(incident, 'sessions') ?? 0;
  const since = words.format.time(numberIn(incident, 'firstAt') ?? incident.openedAt, now);
  return {
    title: title(conversations),
    summary: summary(since, conversations, numberIn(incident, 'of') ?? conversations, incident.messages),
    safe: words.incidents.onlyCopyHere,
    next,
  };
}

function databaseSetAside(words: Messages, incident: Told, now: number): Telling {
  const { title, summary, next } = words.incidents.setAside;
  const conversations = numberIn(incident, 'sessions') ?? 0;
  const since = words.format.time(numberIn(incident, 'firstAt') ?? incident.openedAt, now);
  return {
    title,
    summary: summary(since, conversations, incident.messages, incident.bytes),
    safe: words.incidents.onlyCopyHere,
    next,
  };
}

function resetTelling(words: Messages, title: string, incident: Told, now: number): Telling {
  const { safe, next } = words.incidents.reset;
  return { title, summary: quietReason(words, incident, now), safe, next };
}

type GoneText = Messages['incidents']['truncated'];

function goneFromDisk(words: Messages, incident: Told, now: number, text: GoneText): Telling {
  const { messages } = incident;
  const since = timeSince(words, incident, now);
  const lastOnDiskAt = numberIn(incident, 'lastOnDiskAt');
  const onDiskAt = lastOnDiskAt === undefined ? undefined : words.format.time(lastOnDiskAt, now);
  return {
    title: text.title(messages),
    // "on disk at 14:05 and gone since 14:05" would only puzzle.
    summary: text.summary({ messages, since, onDiskAt: onDiskAt === since ? undefined : onDiskAt }),
    safe: words.incidents.safeHere(messages),
    next: words.incidents.restoreBeside,
  };
}

function timeSince(words: Messages, incident: Told, now: number): string {
  return words.format.time(numberIn(incident, 'since') ?? incident.openedAt, now);
}
