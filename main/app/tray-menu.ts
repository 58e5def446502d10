import type { CoreStatus } from '../core/types.ts';
import type { Messages } from '../wording/catalogue.ts';
import { statusCopy } from '../wording/status-copy.ts';

/** What a click in the menu means, as data; index.ts acts on it. */
export type TrayAction =
  | { readonly do: 'open-recovery' }
  | { readonly do: 'open-incident'; readonly incidentId: string }
  | { readonly do: 'restore-incident'; readonly incidentId: string }
  | { readonly do: 'dismiss-incident'; readonly incidentId: string }
  | { readonly do: 'check' }
  | { readonly do: 'pause' }
  | { readonly do: 'resume' }
  | { readonly do: 'open-preferences' }
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
}

export interface TrayIncident {
  readonly id: string;
  /** What happened, see wording/incident-copy.ts. */
  readonly title: string;
  /** Which conversation; several can have lost the same. */
  readonly conversation?: string;
  readonly restorable: boolean;
}

const shownIncidents = 5;
/** In letters; a Chinese character is as wide as two. */
const labelLimit = 64;

export function trayMenu(words: Messages, view: TrayView, now: number): readonly TrayItem[] {
  const { status, incidents } = view;
  const { tray } = words;
  const { line, detail } = statusCopy(words, status, now, 'at');
  const more = incidents.length - shownIncidents;
  return [
    text(line),
    ...(detail === undefined ? [] : [text(detail)]),
    ...(view.notificationsAvailable ? [] : [text(tray.notificationsOff)]),
    separator,
    ...incidents.slice(0, shownIncidents).map((incident) => incidentItem(words, incident)),
    ...(more > 0 ? [action(tray.more(more), { do: 'open-recovery' })] : []),
    ...(incidents.length > 0 ? [separator] : []),
    action(tray.recovery, { do: 'open-recovery' }),
    action(tray.check, { do: 'check' }, status.running),
    status.health === 'paused'
      ? action(tray.resume, { do: 'resume' }, status.running)
      : action(tray.pause, { do: 'pause' }, status.running),
    separator,
    action(tray.preferences, { do: 'open-preferences' }),
    action(tray.quit, { do: 'quit' }),
  ];
}

/** The same in one line of words, for the pointer and for screen readers. */
export function trayTooltip(words: Messages, view: TrayView, now: number): string {
  const { tray } = words;
  const { line, mood } = statusCopy(words, view.status, now);
  const open = view.incidents.length;
  const attention = mood === 'needs-you' ? `${tray.incidentsWait(open)} · ` : '';
  return tray.tooltip(`${attention}${line}${view.notificationsAvailable ? '' : ` · ${tray.notificationsOffShort}`}`);
}

function incidentItem({ tray }: Messages, incident: TrayIncident): TrayItem {
  const incidentId = incident.id;
  const restore = incident.restorable ? [action(tray.restore, { do: 'restore-incident', incidentId })] : [];
  const show = action(tray.show, { do: 'open-incident', incidentId });
  return {
    is: 'submenu',
    label: shorten(incident.conversation === undefined ? incident.title : `${incident.title} · ${incident.conversation}`),
    items: [...restore, show, action(tray.dismiss, { do: 'dismiss-incident', incidentId })],
  };
}

const separator: TrayItem = { is: 'separator' };
const text = (label: string): TrayItem => ({ is: 'text', label: shorten(label) });

function action(label: string, what: TrayAction, enabled = true): TrayItem {
  return { is: 'action', label, enabled, action: what };
}

/** A menu as wide as the screen hides what is beside it; line breaks would break the item. */
function shorten(label: string): string {
  const flat = label.replace(/\s+/g, ' ').trim();
  if (widthOf(flat) <= labelLimit) return flat;
  let kept = '';
  let width = 1;
  for (const character of flat) {
    width += widthOf(character);
    if (width > labelLimit) break;
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
