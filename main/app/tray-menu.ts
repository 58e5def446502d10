import type { CoreStatus, LiveSession } from '../core/types.ts';
import type { Messages } from '../wording/catalogue.ts';
import { foundCopy } from '../wording/found-copy.ts';
import { statusCopy } from '../wording/status-copy.ts';

/** What a click in the menu means, as data; index.ts acts on it. */
export type TrayAction =
  | { readonly do: 'open-recovery' }
  | { readonly do: 'open-incident'; readonly incidentId: string }
  | { readonly do: 'open-conversation'; readonly sessionRow: number }
  | { readonly do: 'restore-incident'; readonly incidentId: string }
  | { readonly do: 'dismiss-incident'; readonly incidentId: string }
  | { readonly do: 'check' }
  | { readonly do: 'pause' }
  | { readonly do: 'resume' }
  | { readonly do: 'open-preferences' }
  | { readonly do: 'about' }
  | { readonly do: 'quit' };

export type TrayItem =
  | { readonly is: 'separator' }
  | { readonly is: 'text'; readonly label: string }
  | { readonly is: 'action'; readonly label: string; readonly enabled: boolean; readonly action: TrayAction }
  | { readonly is: 'submenu'; readonly label: string; readonly items: readonly TrayItem[] };

export interface TrayView {
  readonly status: CoreStatus;
  /** Open ones that need the person, newest first. */
  readonly incidents: readonly TrayIncident[];
  readonly notificationsAvailable: boolean;
  /** Nobody has been told yet what was there when Clawback came. */
  readonly firstStart?: boolean;
  /** Whoever looks over the shoulder shall not read what conversations are called. */
  readonly masksTitles?: boolean;
}

export interface TrayIncident {
  readonly id: string;
  /** What happened, see wording/incident-copy.ts. */
  readonly title: string;
  /** Which conversation; several can have lost the same. */
  readonly conversation?: string;
  readonly agent?: string;
  readonly restorable: boolean;
  /** Affected ones. */
  readonly messages: number;
  readonly openedAt: number;
}

const shownIncidents = 5;
const shownLive = 4;
/** In letters; a Chinese character is as wide as two. */
const labelLimit = 64;
/** Of a live conversation, whose item ends with an age. */
const nameLimit = 48;
/** Of an incident: what happened, to which conversation, how much of it and when. */
const incidentLimit = 74;
/** What was found is told whole. */
const foundLimit = 96;
const minuteMs = 60_000;

export function trayMenu(words: Messages, shown: TrayView, now: number): readonly TrayItem[] {
  const view = shown.masksTitles === true ? masked(words, shown) : shown;
  const { status, incidents } = view;
  const { tray } = words;
  const { line, detail } = statusCopy(words, status, now, 'at');
  const more = incidents.length - shownIncidents;
  return [
    text(line),
    ...(detail === undefined ? [] : [text(detail)]),
    ...(view.firstStart === true && status.running && status.sources.length > 0 ? [text(foundCopy(words, status), foundLimit)] : []),
    ...(view.notificationsAvailable ? [] : [text(tray.notificationsOff)]),
    separator,
    ...incidents.slice(0, shownIncidents).map((incident) => incidentItem(words, incident, now)),
    ...(more > 0 ? [action(tray.more(more), { do: 'open-recovery' })] : []),
    ...(incidents.length > 0 ? [separator] : []),
    ...liveItems(words, status, now),
    action(tray.check, { do: 'check' }, status.running),
    status.health === 'paused' && status.work === undefined
      ? action(tray.resume, { do: 'resume' }, status.running)
      : action(tray.pause, { do: 'pause' }, status.running),
    separator,
    action(tray.recovery, { do: 'open-recovery' }),
    action(tray.preferences, { do: 'open-preferences' }),
    action(tray.about, { do: 'about' }),
    separator,
    action(tray.quit, { do: 'quit' }),
  ];
}

/** With whom instead of about what. */
function masked({ tray }: Messages, view: TrayView): TrayView {
  const live = view.status.live.map((session) => ({ ...session, title: tray.hiddenTitle(session.agent) }));
  const incidents = view.incidents.map(({ conversation: _hidden, ...incident }) =>
    incident.agent === undefined ? incident : { ...incident, conversation: tray.hiddenTitle(incident.agent) },
  );
  return { ...view, status: { ...view.status, live }, incidents };
}

/** The same in one line of words, for the pointer and for screen readers. `times` as of `statusCopy`. */
export function trayTooltip(words: Messages, view: TrayView, now: number, times: 'ago' | 'at' = 'ago'): string {
  const { tray } = words;
  const { line, mood } = statusCopy(words, view.status, now, times);
  const parts = [
    ...(mood === 'needs-you' ? [tray.incidentsWait(view.incidents.length)] : []),
    isQuietlyProtecting(view.status) ? protectedLine(words, view.status, now, times) : line,
    ...(view.notificationsAvailable ? [] : [tray.notificationsOffShort]),
  ];
  return tray.tooltip(parts.join(' · '));
}

/** Everything that was there is saved, and all is well. */
function isQuietlyProtecting({ running, health, sources, importing }: CoreStatus): boolean {
  return running && (health === 'protecting' || health === 'catching-up') && sources.length > 0 && importing === undefined;
}

function protectedLine({ status, format, tray }: Messages, { sources }: CoreStatus, now: number, times: 'ago' | 'at'): string {
  const conversations = sources.reduce((sum, source) => sum + source.sessions, 0);
  const lastSavedAt = Math.max(0, ...sources.map((source) => source.lastCaptureAt ?? 0));
  if (lastSavedAt === 0) return tray.protected(conversations, '');
  return tray.protected(
    conversations,
    times === 'ago' ? status.savedAgo(now - lastSavedAt) : status.savedAt(format.time(lastSavedAt, now)),
  );
}

/** By the minute: an age that changes every second would make a new menu under the pointer. */
const elapsed = (at: number, now: number): number => Math.floor((now - at) / minuteMs) * minuteMs;

function liveItems(words: Messages, { live, health, running }: CoreStatus, now: number): readonly TrayItem[] {
  // What is not being saved now has no lag.
  if (live.length === 0 || health === 'paused' || !running) return [];
  const more = live.length - shownLive;
  return [
    text(words.tray.liveHeading),
    ...live.slice(0, shownLive).map((session) => liveItem(words, session, now)),
    ...(more > 0 ? [action(words.tray.more(more), { do: 'open-recovery' })] : []),
    separator,
  ];
}

function liveItem(words: Messages, { id, title, lagBytes, lastAppendAt }: LiveSession, now: number): TrayItem {
  const lag =
    lagBytes > 0 ? words.tray.notSavedYet(lagBytes) : lastAppendAt === undefined ? '' : words.tray.saved(elapsed(lastAppendAt, now));
  return action(joined([shorten(title, nameLimit), lag]), { do: 'open-conversation', sessionRow: id });
}

function incidentItem(words: Messages, incident: TrayIncident, now: number): TrayItem {
  const { tray } = words;
  const incidentId = incident.id;
  const restore = incident.restorable ? [action(tray.restore, { do: 'restore-incident', incidentId })] : [];
  const show = action(tray.show, { do: 'open-incident', incidentId });
  return {
    is: 'submenu',
    label: incidentLabel(words, incident, now),
    items: [...restore, show, action(tray.dismiss, { do: 'dismiss-incident', incidentId })],
  };
}

function incidentLabel(words: Messages, { title, conversation, messages, openedAt }: TrayIncident, now: number): string {
  const size = words.count.messages(messages);
  const facts = joined([messages === 0 || title.includes(size) ? '' : size, words.format.ago(elapsed(openedAt, now))]);
  const room = incidentLimit - widthOf(facts) - dot.length;
  return joined([shorten(joined([title, conversation ?? '']), room), facts]);
}

const dot = ' · ';
const joined = (parts: readonly string[]): string => parts.filter((part) => part !== '').join(dot);
const separator: TrayItem = { is: 'separator' };
const text = (label: string, limit = labelLimit): TrayItem => ({ is: 'text', label: shorten(label, limit) });

function action(label: string, what: TrayAction, enabled = true): TrayItem {
  return { is: 'action', label, enabled, action: what };
}

/** A menu as wide as the screen hides what is beside it; line breaks would break the item. */
function shorten(label: string, limit = labelLimit): string {
  const flat = label.replace(/\s+/g, ' ').trim();
  if (widthOf(flat) <= limit) return flat;
  let kept = '';
  let width = 1;
  for (const character of flat) {
    width += widthOf(character);
    if (width > limit) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}

const wide = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += wide.test(character) ? 2 : 1;
  return width;
}
