import { test } from 'vitest';
import { harbour, turns } from './support/conversations.ts';
import { desktop } from './support/desktop.ts';
import { eventually } from './support/eventually.ts';

const screen = desktop({ refusesNotifications: true });

test('where notifications do not reach anybody, tray and windows say so', async () => {
  const app = await screen.start({ prepare: (openclaw) => openclaw.write(harbour, turns('Harbour', 6)) });
  await app.protecting();
  app.openclaw.truncateTo(harbour, 2);
  await eventually('the tray to say it', async () => (await app.tray.tooltip()).includes('notifications unavailable'));
  await app.tray.activate();
  const page = await app.window('recovery');
  await page.getByText('Notifications are not available here; the menu shows what happens.').waitFor();
});
