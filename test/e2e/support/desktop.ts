import { afterAll, afterEach, beforeAll } from 'vitest';
import { type NotificationService, startNotificationService } from './notification-service.ts';
import { type AppOptions, type RunningApp, startApp } from './running-app.ts';
import { startTrayHost, type TrayHost } from './tray-host.ts';

export interface Desktop {
  readonly notifications: NotificationService;
  /** An app that ends with the test. */
  start(options?: Omit<AppOptions, 'trayHost'>): Promise<RunningApp>;
}

/** A panel for tray icons and a notification service, for all tests of a file. */
export function desktop({ refusesNotifications = false } = {}): Desktop {
  let trayHost: TrayHost | undefined;
  let notifications: NotificationService | undefined;
  let running: RunningApp[] = [];
  beforeAll(async () => {
    trayHost = await startTrayHost();
    notifications = await startNotificationService({ refuses: refusesNotifications });
  });
  afterEach(async () => {
    const ending = running;
    running = [];
    for (const app of ending) await app[Symbol.asyncDispose]();
    notifications?.forget();
  });
  afterAll(() => {
    trayHost?.stop();
    notifications?.stop();
  });
  return {
    get notifications() {
      if (notifications === undefined) throw new Error('the desktop is not up yet');
      return notifications;
    },
    async start(options = {}) {
      if (trayHost === undefined) throw new Error('the desktop is not up yet');
      const app = await startApp({ trayHost, ...options });
      running.push(app);
      return app;
    },
  };
}
