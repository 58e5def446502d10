import { incidentCopy } from '../wording/incident-copy.ts';
import { countText, messagesText } from '../wording/quantities.ts';
import { isRestorable } from '../wording/restorable.ts';
import type { Announcement } from './notification-budget.ts';

export interface NotificationCopy {
  readonly title: string;
  readonly body: string;
  /** Offer the Restore button. */
  readonly restore: boolean;
  /** Something exists only here: it should wait on the screen until it was seen. */
  readonly urgent: boolean;
}

/** Words for the system's notification; `platform` decides whether its body is markup. */
export function announcementCopy(announcement: Announcement, now: number, platform: string): NotificationCopy {
  const plain = announcement.is === 'single' ? singleCopy(announcement.incident, now) : groupCopy(announcement.incidents);
  return platform === 'linux' ? { ...plain, body: escapeMarkup(plain.body) } : plain;
}

function singleCopy(incident: Extract<Announcement, { is: 'single' }>['incident'], now: number): NotificationCopy {
  const { title, body } = incidentCopy(incident, now).notification;
  return { title, body, restore: isRestorable(incident), urgent: incident.severity === 'loss' };
}

function groupCopy(incidents: Extract<Announcement, { is: 'group' }>['incidents']): NotificationCopy {
  const losses = incidents.filter((incident) => incident.severity === 'loss');
  const messages = losses.reduce((sum, incident) => sum + incident.messages, 0);
  const lost = losses.length === 0 ? '' : ` ${messagesText(messages)} in ${losses.length} of them exist only here, and are safe.`;
  return {
    title: `${countText(incidents.length, 'conversation needs', 'conversations need')} you`,
    body: `Several things happened at once.${lost} Open Clawback to see them.`,
    restore: false,
    urgent: losses.length > 0,
  };
}

/** Notification servers on Linux render the body as markup, and Electron hands it over as it is. */
const escapeMarkup = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
