import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { patience, windows } from './support/windows.ts';
import { answersIn, coreStatus, message, now, session } from './support/world.ts';

const screen = windows();
const elementLimit = 3000;

const elements = (page: Page) => page.evaluate(() => document.querySelectorAll('*').length);

/** Scrolls a pane to its end as often as it grows, as the End key does that is held down, until nothing follows. */
function scrollToEnd(page: Page, selector: string): Promise<void> {
  return page.evaluate(
    (pane) =>
      new Promise<void>((resolve) => {
        const step = () => {
          const element = document.querySelector(pane);
          const isEnd =
            element?.querySelector('.sentinel') === null && element.scrollTop + element.clientHeight >= element.scrollHeight - 1;
          if (isEnd) return resolve();
          element?.scrollTo(0, element.scrollHeight);
          requestAnimationFrame(step);
        };
        step();
      }),
    selector,
  );
}

test('a conversation of 20,000 messages is read to its end, and the page stays small', async () => {
  const all = Array.from({ length: 20_000 }, (_, i) => message(i, { at: Date.UTC(2026, 2, 1) + i * 60_000 }));
  const { page, api } = await screen.open('recovery', answersIn({ messages: () => all }));
  await page.locator('nav button.row').first().click();
  await page.getByText('Step 12 is done.').waitFor();
  await scrollToEnd(page, 'main');
  await page.getByText('Step 10000 is done.').waitFor();
  expect(await elements(page)).toBeLessThan(elementLimit);
  const cursors = api.inputsOf('messages').map(({ cursor = 0 }) => cursor);
  expect(cursors.length).toBe(new Set(cursors).size);
  await page.evaluate(() => document.querySelector('main')?.scrollTo(0, 0));
  await page.getByText('Please do step 1,').waitFor();
});

test('what is added to a long conversation is read, and not all of it again', async () => {
  const all = Array.from({ length: 1000 }, (_, i) => message(i));
  const { page, api, emit } = await screen.open('recovery', answersIn({ messages: () => all, sessions: [session(1, { records: 1000 })] }));
  await page.locator('nav button.row').first().click();
  await page.getByText('Step 12 is done.').waitFor();
  await scrollToEnd(page, 'main');
  await page.getByText('Step 500 is done.').waitFor();
  const before = api.inputsOf('messages').length;
  const grown = answersIn({ messages: () => [...all, message(1000), message(1001)], sessions: [session(1, { records: 1002 })] });
  api.answer(grown);
  await emit('status', coreStatus({ lastCommitAt: now }));
  await page.getByText('Step 501 is done.').waitFor();
  expect(api.inputsOf('messages').length - before).toBe(1);
});

test('a hit far down in a long conversation is shown in the middle, and holds nobody who scrolls on', async () => {
  const all = Array.from({ length: 5000 }, (_, i) => message(i));
  const hit = {
    sessionRow: 1,
    generationId: 1,
    start: 3001 * 400,
    title: 'Far down',
    role: 'assistant',
    snippet: 'Step \u00011501\u0002 is done.',
  };
  const { page } = await screen.open('recovery', answersIn({ messages: () => all, hits: [hit] }));
  await page.getByRole('searchbox').fill('1501');
  await page.locator('button.hit').click();
  const found = page.locator('.message.found');
  await found.getByText('Step 1501 is done.').waitFor();
  const top = () => found.evaluate((element) => element.getBoundingClientRect().top);
  await expect.poll(top, patience).toBeGreaterThan(150);
  await expect.poll(top, patience).toBeLessThan(550);
  expect(await elements(page)).toBeLessThan(elementLimit);
  const place = await page.evaluate(() => document.querySelector('main')?.scrollTop ?? 0);
  await page.evaluate(() => document.querySelector('main')?.scrollTo(0, 0));
  await page.getByText('Please do step 1,').waitFor();
  await found.waitFor({ state: 'detached' });
  await page.evaluate((to) => document.querySelector('main')?.scrollTo(0, to), place + 250);
  await found.waitFor();
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  expect(await top()).toBeLessThan(200);
});

test('10,000 conversations are listed to the last, and the page stays small', async () => {
  const sessions = Array.from({ length: 10_000 }, (_, i) => session(i + 1, { title: `Conversation ${i + 1}` }));
  const { page, api, emit } = await screen.open('recovery', answersIn({ sessions }));
  await page.getByText('Conversation 1', { exact: true }).waitFor();
  await scrollToEnd(page, 'aside');
  await page.getByText('Conversation 10000', { exact: true }).waitFor();
  expect(await elements(page)).toBeLessThan(elementLimit);
  const before = api.inputsOf('sessions').length;
  await emit('status', coreStatus({ lastCommitAt: now }));
  await expect.poll(() => api.inputsOf('sessions').length - before, patience).toBe(1);
});
