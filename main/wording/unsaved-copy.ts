import { byCode } from './by-code.ts';
import type { Messages } from './catalogue.ts';
import { numberIn } from './evidence.ts';
import type { Telling, Told } from './incident-copy.ts';

/** What OpenClaw never wrote, and why, in plain words. */

/** Messages of an incident that no file ever held. */
export function unsavedCount(incident: Told): number {
  return numberIn(incident, 'unpersisted') ?? 0;
}

export function unsaved(words: Messages, incident: Told, now: number): Telling {
  const { messages } = incident;
  const text = words.unsaved;
  const said = { messages, ...spanOf(words, incident, now) };
  if (incident.evidence.because === 'acp-runner') {
    const { title, summary, safe, next } = text.acp;
    return { title, summary: summary(said), safe: withMissing(words, incident, safe), next };
  }
  if (incident.evidence.because === 'acp-init-failed') {
    const { title, summary, next } = text.acpRefused;
    return { title, summary: summary(said), safe: text.safe(messages), next };
  }
  return {
    title: text.title(messages),
    summary: text.summary(said),
    safe: withMissing(words, incident, text.safe(messages)),
    next: withCure(words, incident, text.next(messages)),
  };
}

export function resetUnsaved(words: Messages, incident: Told, now: number): Telling {
  const text = words.unsaved;
  const count = unsavedCount(incident);
  const resetAt = words.format.time(numberIn(incident, 'resetAt') ?? incident.openedAt, now);
  const before = incident.messages - count;
  return {
    title: text.title(count),
    summary: words.format.sentences([text.reset.summary(resetAt), text.summary({ messages: count, ...spanOf(words, incident, now) })]),
    safe: withMissing(words, incident, words.format.sentences([text.safe(count), before > 0 ? text.reset.before(before) : undefined])),
    next: withCure(words, incident, text.next(count)),
  };
}

export function writesBlocked(words: Messages, incident: Told, now: number): Telling {
  const { messages } = incident;
  const text = words.unsaved;
  const { title, locked, safe, next } = text.blocked;
  if (messages === 0) {
    const since = numberIn(incident, 'createdAt') ?? numberIn(incident, 'firstSeenAt') ?? incident.openedAt;
    return { title, summary: locked(words.format.time(since, now), now - since), safe, next };
  }
  const why = byCode(text.reasons, incident.evidence.reason);
  return {
    title,
    summary: words.format.sentences([text.summary({ messages, ...spanOf(words, incident, now) }), why]),
    safe: withMissing(words, incident, text.safe(messages)),
    next: withCure(words, incident, words.incidents.restoreBeside),
  };
}

export function interruptedReply(words: Messages, incident: Told, now: number): Telling {
  const text = words.unsaved.cutOff;
  const endedAt = numberIn(incident, 'gatewayEndedAt');
  const at = words.format.time(endedAt ?? numberIn(incident, 'deadSince') ?? incident.openedAt, now);
  const summary = endedAt === undefined ? text.noticedAt(at) : text.endedAt(at);
  if (incident.messages === 0) return { title: text.title, summary, safe: text.safeOnDisk, next: text.nextOnDisk };
  return {
    title: text.title,
    summary: words.format.sentences([summary, text.notSaved]),
    safe: withMissing(words, incident, text.safe(incident.messages)),
    next: text.next,
  };
}

export function agentStuck(words: Messages, incident: Told, now: number): Telling {
  const { title, summary, safe, next } = words.unsaved.stuck;
  const since = words.format.time(numberIn(incident, 'since') ?? incident.openedAt, now);
  return { title, summary: summary(numberIn(incident, 'waiting') ?? 0, since), safe, next };
}

function withCure(words: Messages, { evidence }: Told, next: string): string {
  return words.format.sentences([byCode(words.unsaved.cures, evidence.reason), next]);
}

/** `to` is absent when it is the same minute. */
function spanOf(words: Messages, incident: Told, now: number): { readonly from: string; readonly to: string | undefined } {
  const from = words.format.time(numberIn(incident, 'firstAt') ?? incident.openedAt, now);
  const lastAt = numberIn(incident, 'lastAt');
  const to = lastAt === undefined ? from : words.format.time(lastAt, now);
  return { from, to: to === from ? undefined : to };
}

/** What could not be saved is said too. */
function withMissing(words: Messages, incident: Told, safe: string): string {
  const missing = numberIn(incident, 'userMessagesMissing') ?? 0;
  return words.format.sentences([safe, missing === 0 ? undefined : words.unsaved.missing(missing)]);
}
