import type { Messages } from '../wording/catalogue.ts';
import { incidentCopy } from '../wording/incident-copy.ts';
import { isRestorable } from '../wording/restorable.ts';
import { type Announcement, isExpectedReset } from './notification-budget.ts';

export interface NotificationCopy {
  readonly title: string;
  readonly body: string;
  /** Offer the Restore button. */
  readonly restore: boolean;
  /** Something exists only here: it should wait on the screen until it was seen. */
  readonly urgent: boolean;
  /** Nothing has to be done about it: no sound, and nothing on top of what the person does. */
  readonly quiet: boolean;
}

/** Words for the system's notification; `platform` decides whether its body is markup. */
export function announcementCopy(words: Messages, announcement: Announcement, now: number, platform: string): NotificationCopy {
  const plain = announcement.is === 'single' ? singleCopy(words, announcement.incident, now) : groupCopy(words, announcement.incidents);
  return platform === 'linux' ? { ...plain, body: escapeMarkup(plain.body) } : plain;
}

function singleCopy(words: Messages, incident: Extract<Announcement, { is: 'single' }>['incident'], now: number): NotificationCopy {
  const { title, body } = incidentCopy(words, incident, now).notification;
  const quiet = isExpectedReset(incident);
  return { title, body, restore: !quiet && isRestorable(incident), urgent: incident.severity === 'loss', quiet };
}

function groupCopy({ notifications }: Messages, incidents: Extract<Announcement, { is: 'group' }>['incidents']): NotificationCopy {
  if (incidents.every(isExpectedReset)) {
    const { resetsTitle, resetsBody } = notifications;
    return { title: resetsTitle(incidents.length), body: resetsBody, restore: false, urgent: false, quiet: true };
  }
  const losses = incidents.filter((incident) => incident.severity === 'loss');
  const messages = losses.reduce((sum, incident) => sum + incident.messages, 0);
  return {
    title: notifications.groupTitle(incidents.length),
    body: notifications.groupBody(messages, losses.length),
    restore: false,
    urgent: losses.length > 0,
    quiet: false,
  };
}

/** Notification servers on Linux render the body as markup, and Electron hands it over as it is. */
const escapeMarkup = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
