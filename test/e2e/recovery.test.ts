import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { harbour, invoices, turns } from './support/conversations.ts';
import { desktop } from './support/desktop.ts';
import { eventually } from './support/eventually.ts';
import type { RunningApp } from './support/running-app.ts';
import type { StateDir } from './support/state-dir.ts';

const screen = desktop();

const prepare = (openclaw: StateDir) => {
  openclaw.write(harbour, turns('Harbour', 4));
  openclaw.write(invoices, turns('Invoices', 6));
};

/** A protecting app whose second conversation just lost its last eight messages. */
async function startWithLoss(): Promise<RunningApp> {
  const app = await screen.start({ prepare });
  await app.protecting();
  app.openclaw.truncateTo(invoices, 4);
  return app;
}

test('a loss changes icon, words and menu', async () => {
  const app = await screen.start({ prepare });
  await app.protecting();
  const protectingIcon = await app.tray.icon();
  app.openclaw.truncateTo(invoices, 4);
  await eventually('the incident', async () => (await app.tray.tooltip()).includes('1 incident needs you'));
  expect(await app.tray.icon()).not.toBe(protectingIcon);
  const menu = await app.tray.menu();
  const incident = menu.find((node) => /^8 messages cut from a conversation · Invo.*… · just now$/.test(node.label));
  expect(incident?.children.map((node) => node.label)).toEqual(['Restore…', 'Show', 'Dismiss']);
});

test('from the notification of a loss to the restored file, and back by Undo', async () => {
  const { notifications } = screen;
  const app = await startWithLoss();
  const before = app.openclaw.files();
  const notified = await notifications.next('8 messages');
  expect(notified.summary).toBe('8 messages cut from a conversation');
  expect(`${notified.summary} ${notified.body}`).not.toContain('please do step');

  notifications.click(notified);
  const page = await app.window('recovery');
  await page.getByRole('region', { name: '8 messages cut from a conversation' }).waitFor();
  expect(app.openclaw.files()).toEqual(before);

  await page.getByRole('button', { name: 'Restore…' }).click();
  const sheet = page.getByRole('dialog');
  await sheet.getByRole('heading', { name: 'Put 12 messages back?' }).waitFor();
  await sheet.getByText('One conversation is added, in a file of its own. Nothing is replaced or removed.').waitFor();
  expect(app.openclaw.files()).toEqual(before);

  await sheet.getByRole('button', { name: 'Restore', exact: true }).click();
  await sheet.getByRole('heading', { name: '12 messages are back' }).waitFor();
  const path = (await sheet.locator('.path').textContent()) ?? '';
  const restored = readFileSync(path, 'utf8');
  for (let step = 1; step <= 6; step += 1) expect(restored).toContain(`Invoices: please do step ${step},`);
  expect(Object.values(app.openclaw.index()).map((entry) => join(app.openclaw.sessions, `${entry.sessionId}.jsonl`))).toContain(path);

  await sheet.getByRole('button', { name: 'Undo' }).click();
  await sheet.getByRole('heading', { name: 'Taken back. Nothing of it is left in OpenClaw.' }).waitFor();
  expect(existsSync(path)).toBe(false);
  expect(app.openclaw.files().filter((name) => name.endsWith('.jsonl'))).toEqual(before.filter((name) => name.endsWith('.jsonl')));
});

test('the notification of a loss goes when the loss was put back', async () => {
  const { notifications } = screen;
  const app = await startWithLoss();
  const notified = await notifications.next('8 messages');
  await app.tray.activate();
  const page = await app.window('recovery');
  await page.getByRole('button', { name: 'Restore…' }).click();
  await page.getByRole('dialog').getByRole('heading', { name: 'Put 12 messages back?' }).waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Restore', exact: true }).click();
  await eventually('the notification to go', () => notifications.takenBack.includes(notified.id));
});

test('the sheet does by Enter what it shows, in the file that it names, and goes by Escape', async () => {
  const app = await startWithLoss();
  await eventually('the incident', () => app.tray.offers('8 messages cut from a conversation'));
  await app.tray.click('8 messages cut from a conversation', 'Restore…');
  const page = await app.window('recovery');
  const sheet = page.getByRole('dialog');
  await sheet.getByRole('heading', { name: 'Put 12 messages back?' }).waitFor();
  const previewed = await sheet.locator('.path').textContent();
  await sheet.getByRole('button', { name: 'Restore', exact: true, disabled: false }).waitFor();
  await page.keyboard.press('Enter');
  await sheet.getByRole('heading', { name: '12 messages are back' }).waitFor();
  expect(await sheet.locator('.path').textContent()).toBe(previewed);
  await page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });
  await page.getByText('put back', { exact: true }).first().waitFor();
});

test('a window that is opened while something needs the person shows it', async () => {
  const app = await startWithLoss();
  await eventually('the incident', () => app.tray.offers('8 messages cut from a conversation'));
  await app.tray.activate();
  const page = await app.window('recovery');
  await page.getByRole('region', { name: '8 messages cut from a conversation' }).waitFor();
});

test('arrow keys go from the search field through all that can be read', async () => {
  const app = await screen.start({ prepare });
  await app.protecting();
  await app.tray.activate();
  const page = await app.window('recovery');
  await page.locator('button.row').nth(1).waitFor();
  await page.getByRole('searchbox').focus();
  await page.keyboard.press('ArrowDown');
  const first = await page.locator('button.row[aria-current="true"]').textContent();
  await page.keyboard.press('ArrowDown');
  await eventually('the next one', async () => (await page.locator('button.row[aria-current="true"]').textContent()) !== first);
  await page.keyboard.press('ArrowUp');
  await eventually('the first again', async () => (await page.locator('button.row[aria-current="true"]').textContent()) === first);
});

test('a search hit far down in a conversation is scrolled to and marked', async () => {
  const app = await screen.start({
    prepare: (openclaw) => {
      openclaw.write(harbour, [
        ...turns('Harbour', 180),
        { user: 'Where is the needle?', assistant: 'In the haystack.' },
        ...turns('After', 40),
      ]);
    },
  });
  await app.protecting();
  await app.tray.activate();
  const page = await app.window('recovery');
  await page.getByRole('searchbox').fill('needle');
  await page.locator('.hit').first().click();
  const found = page.locator('.message.found');
  await found.getByText('Where is the needle?').waitFor();
  await eventually('the message in view', () =>
    found.evaluate((message) => {
      const { top, bottom } = message.getBoundingClientRect();
      return top > 0 && bottom < window.innerHeight;
    }),
  );
});

test('a mass loss lists its conversations, and each can be put back', async () => {
  const names = Array.from({ length: 12 }, (_, i) => `33333333-3333-4333-8333-${String(i).padStart(12, '0')}`);
  const app = await screen.start({
    prepare: (openclaw) => {
      for (const [i, name] of names.entries()) openclaw.write(name, turns(`Subject ${i}`, 1));
    },
  });
  await app.protecting();
  for (const name of names) app.openclaw.remove(name);
  await eventually('the incident', () => app.tray.offers('12 conversations lost messages at once'));
  await app.tray.activate();
  const page = await app.window('recovery');
  const members = page.locator('.members > li');
  await eventually('the list', async () => (await members.count()) === 12);
  await members.first().getByRole('button', { name: 'Restore…' }).click();
  const sheet = page.getByRole('dialog');
  await sheet.getByRole('radio', { name: 'As a new conversation in OpenClaw' }).check();
  await sheet.getByText('One conversation is added, in a file of its own.').waitFor();
  await sheet.getByRole('button', { name: 'Restore', exact: true, disabled: false }).click();
  await sheet.getByRole('heading', { name: '2 messages are back' }).waitFor();
  await page.keyboard.press('Escape');
  await eventually('one that is restored', async () => (await members.getByText('Restored').count()) === 1);

  await members.last().getByRole('button', { name: 'Restore…' }).click();
  await sheet.getByRole('radio', { name: 'Continue in the same chat' }).check();
  await sheet.getByText('The file that this chat does not have is added.').waitFor();
  await sheet.getByRole('button', { name: 'Restore', exact: true, disabled: false }).click();
  await sheet.getByRole('heading', { name: '2 messages are back' }).waitFor();
  await page.keyboard.press('Escape');
  await eventually('one that is on disk again', async () => (await members.getByText('on disk again').count()) === 1);
  expect(await app.tray.offers('12 conversations lost messages at once')).toBe(true);
});

test('Restore in the menu opens the preview and touches nothing by itself', async () => {
  const app = await startWithLoss();
  await eventually('the incident', () => app.tray.offers('8 messages cut from a conversation'));
  const before = app.openclaw.files();
  await app.tray.click('8 messages cut from a conversation', 'Restore…');
  const page = await app.window('recovery');
  await page.getByRole('dialog').getByRole('heading', { name: 'Put 12 messages back?' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(app.openclaw.files()).toEqual(before);
});

test('a dismissed incident leaves the menu, and its messages stay', async () => {
  const app = await startWithLoss();
  await eventually('the incident', () => app.tray.offers('8 messages cut from a conversation'));
  await app.tray.click('8 messages cut from a conversation', 'Dismiss');
  await eventually('the dismissal', async () => !(await app.tray.offers('8 messages cut from a conversation')));
  await app.tray.activate();
  const page = await app.window('recovery');
  await page.getByRole('button', { name: /Invoices/ }).click();
  await page.getByText('Invoices: please do step 6').waitFor();
});

test('messages that no file holds any more are marked, the others are not', async () => {
  const app = await startWithLoss();
  await eventually('the incident', () => app.tray.offers('8 messages cut from a conversation'));
  await app.tray.click('8 messages cut from a conversation', 'Show');
  const page = await app.window('recovery');
  await page.locator('[data-persisted="false"]').first().waitFor();
  expect(await page.locator('[data-persisted="true"]').count()).toBe(4);
  expect(await page.locator('[data-persisted="false"]').count()).toBe(8);
  await page.getByText('From here on, messages that exist only here').waitFor();
});

test('a long conversation is read to its end by scrolling', async () => {
  const app = await screen.start({ prepare: (openclaw) => openclaw.write(harbour, turns('Harbour', 150)) });
  await app.protecting();
  await app.tray.activate();
  const page = await app.window('recovery');
  await page.getByRole('button', { name: /Harbour/ }).click();
  await page.locator('.message').first().waitFor();
  await eventually('the last message', async () => {
    await page.locator('.message').last().scrollIntoViewIfNeeded();
    return (await page.getByText('Harbour: please do step 150,').count()) === 1;
  });
  // What is not seen is not in the page.
  expect(await page.locator('.message').count()).toBeLessThan(300);
});

test('what is written while the conversation is open appears in it', async () => {
  const app = await screen.start({ prepare });
  await app.protecting();
  await app.tray.activate();
  const page = await app.window('recovery');
  await page.getByRole('button', { name: /Harbour/ }).click();
  await page.getByText('Harbour: please do step 4').waitFor();
  app.openclaw.append(harbour, turns('Tides', 1));
  await page.getByText('Tides: please do step 1').waitFor();
});

test('search finds what was said, also where it exists only here', async () => {
  const app = await startWithLoss();
  await app.tray.activate();
  const page = await app.window('recovery');
  await page.getByRole('searchbox').fill('Invoices');
  await page.locator('.hit mark').first().waitFor();
  await page.locator('.hit').first().click();
  await page.getByRole('main').getByText('Invoices: please do step 6').waitFor();
});

test('an export writes what was captured to the place that was chosen', async () => {
  const app = await screen.start({ prepare });
  await app.protecting();
  const target = join(app.home, 'exported.jsonl');
  await app.electron.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = async () => ({ canceled: false, filePath });
  }, target);
  await app.tray.activate();
  const page = await app.window('recovery');
  await page.getByRole('button', { name: /Harbour/ }).click();
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Export as JSON Lines…' }).click();
  await page.getByText(`Saved to ${target}`).waitFor();
  expect(readFileSync(target)).toEqual(readFileSync(join(app.openclaw.sessions, `${harbour}.jsonl`)));
});
