import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { harbour, invoices, turns } from './support/conversations.ts';
import { desktop } from './support/desktop.ts';
import { eventually } from './support/eventually.ts';
import { recorderSpool } from './support/recorder-spool.ts';
import type { RunningApp } from './support/running-app.ts';

const screen = desktop();
const unwritten = '99999999-9999-4999-8999-999999999999';
/** With words of their own: what is said again within minutes may be the same message. */
const spoken = (subject: string, count: number) =>
  turns(subject, count).map(({ user, assistant }) => ({ user, assistant: `${subject}: ${assistant}` }));
const said = spoken('Unwritten', 3);
const title = '6 messages were never saved by OpenClaw';

/** An app beside a gateway whose chat was reset and went on without a file: six messages that only the recorder saw. */
async function startWithUnsaved() {
  const app = await screen.start({ prepare: (openclaw) => openclaw.write(harbour, turns('Harbour', 4)) });
  await app.protecting();
  const spool = recorderSpool(app);
  app.openclaw.reset(unwritten);
  spool.says(unwritten, said);
  return { app, spool };
}

async function openFromMenu(app: RunningApp): Promise<Page> {
  await eventually('the incident', () => app.tray.offers(title));
  await app.tray.click(title, 'Restore…');
  return app.window('recovery');
}

test('from the notification of what was never saved to the same chat with all of it, and back by Undo', async () => {
  const { notifications } = screen;
  const { app } = await startWithUnsaved();
  const notified = await notifications.next(title);
  expect(notified.body).toMatch(/6 messages from [\d:]+.* were never saved by OpenClaw\. They are safe here\./);
  expect(`${notified.summary} ${notified.body}`).not.toContain('please do step');

  notifications.click(notified);
  const page = await app.window('recovery');
  await page.getByRole('region', { name: title }).waitFor();
  await page.getByText('From here on, messages that OpenClaw never saved').waitFor();
  await eventually('all messages', async () => (await page.locator('.message').count()) === 6);
  expect(await page.locator('.tag').allTextContents()).toEqual(Array(6).fill('never saved by OpenClaw, seen by the recorder'));
  const before = app.openclaw.files();

  await page.getByRole('button', { name: 'Restore…' }).click();
  const sheet = page.getByRole('dialog');
  await sheet.getByRole('radio', { name: 'Continue in the same chat' }).check();
  // As soon as the chat is quiet, without a press of a button.
  await sheet.getByText('The file that this chat does not have is added.').waitFor();
  await sheet.getByRole('heading', { name: 'Put 6 messages back?' }).waitFor();
  await sheet.getByText('6 messages never saved by OpenClaw').waitFor();
  expect(await sheet.locator('[data-route]').getAttribute('data-route')).toBe('index');
  expect(app.openclaw.files()).toEqual(before);

  await sheet.getByRole('button', { name: 'Restore', exact: true }).click();
  await sheet.getByRole('heading', { name: '6 messages are back' }).waitFor();
  await sheet.getByText('The chat goes on with them').waitFor();
  const path = join(app.openclaw.sessions, `${unwritten}.jsonl`);
  const restored = readFileSync(path, 'utf8');
  for (const turn of said) expect(restored).toContain(turn.user);
  await eventually('the tray at rest', async () => !(await app.tray.offers(title)));

  await sheet.getByRole('button', { name: 'Undo' }).click();
  await sheet.getByRole('heading', { name: 'Taken back. Nothing of it is left in OpenClaw.' }).waitFor();
  expect(existsSync(path)).toBe(false);
  await eventually('the incident again', () => app.tray.offers(title));
});

test('what was never saved is put back as a new conversation beside the chat that lost it', async () => {
  const { app } = await startWithUnsaved();
  const page = await openFromMenu(app);
  const sheet = page.getByRole('dialog');
  await sheet.getByRole('radio', { name: 'As a new conversation in OpenClaw' }).check();
  await sheet.getByText('One conversation is added, in a file of its own. Nothing is replaced or removed.').waitFor();
  await sheet.getByRole('button', { name: 'Restore', exact: true, disabled: false }).click();
  await sheet.getByRole('heading', { name: '6 messages are back' }).waitFor();
  const path = (await sheet.locator('.path').textContent()) ?? '';
  expect(path).not.toContain(unwritten);
  for (const turn of said) expect(readFileSync(path, 'utf8')).toContain(turn.user);
  expect(existsSync(join(app.openclaw.sessions, `${unwritten}.jsonl`))).toBe(false);
});

test('a loss that grows is told once, and the menu follows it', async () => {
  const { notifications } = screen;
  const { app, spool } = await startWithUnsaved();
  await notifications.next(title);
  spool.says(unwritten, spoken('And on', 2));
  await eventually('the menu', () => app.tray.offers('10 messages were never saved by OpenClaw'));
  // Acknowledged as it is now: no later start tells of it either.
  await app.tray.activate();
  const page = await app.window('recovery');
  await eventually('the acknowledgement', () =>
    page.evaluate(async () => {
      const reply = await window.api.request('incidents', { all: false, limit: 10 });
      return (
        reply.ok && reply.value.length === 1 && reply.value.every(({ messages, notifiedAt }) => messages === 10 && notifiedAt !== undefined)
      );
    }),
  );
  expect(notifications.shown.map(({ summary }) => summary)).toEqual([title]);
});

test('a conversation with a transcript is offered as a new one alone', async () => {
  const app = await screen.start({
    prepare: (openclaw) => {
      openclaw.write(harbour, turns('Harbour', 4));
      openclaw.write(invoices, turns('Invoices', 6));
    },
  });
  await app.protecting();
  app.openclaw.truncateTo(invoices, 4);
  await eventually('the incident', () => app.tray.offers('8 messages cut from a conversation'));
  await app.tray.click('8 messages cut from a conversation', 'Restore…');
  const page = await app.window('recovery');
  const sheet = page.getByRole('dialog');
  await sheet.getByRole('button', { name: 'Restore', exact: true, disabled: false }).waitFor();
  expect(await sheet.getByRole('radio').count()).toBe(2);
});
