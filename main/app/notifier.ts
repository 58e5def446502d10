import { Notification } from 'electron';
import type { Clock } from '../core/platform/clock.ts';
import type { Logger } from '../core/platform/logger.ts';
import type { Incident } from '../core/types.ts';
import type { Messages } from '../wording/catalogue.ts';
import {
  type Announcement,
  arrive,
  decide,
  emptyBudget,
  grown,
  isAnnounced,
  isExpectedReset,
  type NotificationBudget,
  type NotifyWish,
  saw,
  withdraw,
} from './notification-budget.ts';
import { announcementCopy } from './notification-copy.ts';

export interface NotifierDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly platform: string;
  readonly wish: () => NotifyWish;
  /** In the person's language of the moment. */
  readonly words: () => Messages;
  /** The person has seen it, here or by their own policy in the tray alone. */
  readonly acknowledge: (incidentId: string) => void;
  readonly open: (incidentId: string | undefined) => void;
  readonly restore: (incidentId: string) => void;
  readonly availabilityChanged: () => void;
}

/** A service that neither shows nor refuses within this time is not there. */
const answerMs = 5_000;

/** Tells the person about incidents through the system's notifications, within the budget. */
export class Notifier {
  readonly #deps: NotifierDeps;
  /** A notification that is collected as garbage loses its click. With the incident, for one that tells of a single one. */
  readonly #kept = new Map<Notification, string | undefined>();
  #budget: NotificationBudget = emptyBudget;
  #timer: Disposable | undefined;
  #unavailable: string | undefined;

  constructor(deps: NotifierDeps) {
    this.#deps = deps;
    this.#unavailable = Notification.isSupported() ? undefined : 'unsupported';
  }

  /** Why notifications do not reach the person; `undefined` as long as they seem to. */
  get unavailable(): string | undefined {
    return this.#unavailable;
  }

  /** Also those that an earlier run told of: when they grow, they are not told again. */
  offer(incidents: readonly Incident[]): void {
    const wish = this.#deps.wish();
    for (const incident of incidents) {
      const quiet = incident.severity !== 'info' && incident.notifiedAt === undefined && !isAnnounced(incident, wish);
      if (quiet) this.#deps.acknowledge(incident.id);
    }
    const announced = incidents.filter((incident) => isAnnounced(incident, wish));
    for (const incident of grown(this.#budget, announced)) this.#deps.acknowledge(incident.id);
    this.#budget = arrive(this.#budget, announced, this.#deps.clock.monotonic());
    this.#proceed();
  }

  /** What is over need not be told any more, unless it is a reset that the person wants to know of. */
  withdraw(incident: Incident): void {
    this.#budget = withdraw(this.#budget, incident);
    // Left on the screen it would go on asking for what was done.
    for (const [notification, incidentId] of this.#kept) {
      if (incidentId !== incident.id) continue;
      this.#kept.delete(notification);
      notification.close();
    }
    if (isExpectedReset(incident)) this.offer([incident]);
  }

  #proceed(): void {
    const { clock } = this.#deps;
    const { budget, show, againAt } = decide(this.#budget, clock.monotonic());
    this.#budget = budget;
    this.#timer?.[Symbol.dispose]();
    if (againAt !== undefined) this.#timer = clock.schedule(againAt - clock.monotonic(), () => this.#proceed());
    for (const announcement of show) this.#show(announcement);
  }

  #show(announcement: Announcement): void {
    const { clock, platform, words, acknowledge, open, restore } = this.#deps;
    if (this.#unavailable === 'unsupported') return;
    const copy = announcementCopy(words(), announcement, clock.now(), platform);
    const notification = new Notification({
      title: copy.title,
      body: copy.body,
      ...(copy.restore ? { actions: [{ type: 'button', text: words().notifications.restore }] } : {}),
      ...(platform === 'linux' && copy.urgent ? { urgency: 'critical', timeoutType: 'never' } : {}),
      ...(copy.quiet ? { silent: true } : {}),
      ...(platform === 'linux' && copy.quiet ? { urgency: 'low' } : {}),
    });
    const incidents = announcement.is === 'single' ? [announcement.incident] : announcement.incidents;
    const single = announcement.is === 'single' ? announcement.incident.id : undefined;
    this.#kept.set(notification, single);
    const silence = clock.schedule(answerMs, () => this.#setAvailability('no-answer'));
    notification.once('show', () => {
      silence[Symbol.dispose]();
      this.#setAvailability(undefined);
      this.#budget = saw(this.#budget, incidents);
      for (const incident of incidents) acknowledge(incident.id);
    });
    notification.once('failed', (_event, error) => {
      silence[Symbol.dispose]();
      this.#deps.log.log('warn', 'notification-failed', { error });
      this.#setAvailability('failed');
      this.#kept.delete(notification);
    });
    notification.on('click', () => open(single));
    notification.on('action', (event, index) => {
      // Electron 45 passes the index in the event, 33 beside it.
      const pressed = event.actionIndex ?? index;
      if (pressed === 0 && single !== undefined) restore(single);
    });
    notification.once('close', () => this.#kept.delete(notification));
    notification.show();
  }

  #setAvailability(reason: string | undefined): void {
    if (this.#unavailable === reason) return;
    this.#unavailable = reason;
    this.#deps.availabilityChanged();
  }
}
