import dbus from 'dbus-next';
import { eventually } from './eventually.ts';
import { ownName } from './session-bus.ts';

const { Interface } = dbus.interface;
const serviceName = 'org.freedesktop.Notifications';

export interface Notified {
  readonly id: number;
  readonly summary: string;
  readonly body: string;
  /** Keys of the actions that were sent. */
  readonly actions: readonly string[];
  readonly timeoutMs: number;
}

/** What shows notifications on a Linux desktop, without the showing: it remembers them, and a test clicks. */
class Service extends Interface {
  readonly shown: Notified[] = [];
  readonly takenBack: number[] = [];
  refuses: boolean;
  #nextId = 1;

  constructor(refuses: boolean) {
    super(serviceName);
    this.refuses = refuses;
  }

  GetCapabilities(): string[] {
    return ['body', 'body-markup', 'actions', 'persistence'];
  }
  GetServerInformation(): string[] {
    return ['clawback-test', 'clawback', '1', '1.2'];
  }
  Notify(
    _app: string,
    replaces: number,
    _icon: string,
    summary: string,
    body: string,
    actions: readonly string[],
    _hints: unknown,
    timeoutMs: number,
  ): number {
    if (this.refuses) throw new dbus.DBusError('org.freedesktop.Notifications.Error.ExcessNotificationGeneration', 'not now');
    const id = replaces || this.#nextId++;
    this.shown.push({ id, summary, body, actions: actions.filter((_, i) => i % 2 === 0), timeoutMs });
    return id;
  }
  CloseNotification(id: number): void {
    this.takenBack.push(id);
    this.NotificationClosed(id, 3);
  }
  NotificationClosed(id: number, reason: number): [number, number] {
    return [id, reason];
  }
  ActionInvoked(id: number, key: string): [number, string] {
    return [id, key];
  }
}
Service.configureMembers({
  methods: {
    GetCapabilities: { outSignature: 'as' },
    GetServerInformation: { outSignature: 'ssss' },
    Notify: { inSignature: 'susssasa{sv}i', outSignature: 'u' },
    CloseNotification: { inSignature: 'u' },
  },
  signals: { NotificationClosed: { signature: 'uu' }, ActionInvoked: { signature: 'us' } },
});

export interface NotificationService {
  readonly shown: readonly Notified[];
  /** Ids that the app itself closed. */
  readonly takenBack: readonly number[];
  /** Waits for one with this in its summary or body. */
  next(containing: string): Promise<Notified>;
  click(notified: Notified): void;
  /** From now on. */
  refuse(refuses: boolean): void;
  /** What an app showed that has ended is not found by the next test. */
  forget(): void;
  stop(): void;
}

/** `refuses`: answers every notification with an error, as a desktop does that is locked down or overloaded. */
export async function startNotificationService({ refuses = false } = {}): Promise<NotificationService> {
  const bus = dbus.sessionBus();
  const service = new Service(refuses);
  bus.export('/org/freedesktop/Notifications', service);
  await ownName(bus, serviceName);
  return {
    shown: service.shown,
    takenBack: service.takenBack,
    next: (containing) =>
      eventually(`a notification with "${containing}"`, () =>
        service.shown.find(({ summary, body }) => summary.includes(containing) || body.includes(containing)),
      ),
    click(notified) {
      service.ActionInvoked(notified.id, 'default');
      const dismissedByPerson = 2;
      service.NotificationClosed(notified.id, dismissedByPerson);
    },
    refuse: (refuses) => {
      service.refuses = refuses;
    },
    forget: () => {
      service.shown.length = 0;
    },
    stop: () => bus.disconnect(),
  };
}
