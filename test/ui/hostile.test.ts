import { expect, test } from 'vitest';
import { hostile, hostileMessages, hostileSessions, longWord } from './support/hostile.ts';
import { layoutFaults } from './support/layout.ts';
import { windows } from './support/windows.ts';
import { answersIn, message } from './support/world.ts';

const screen = windows();

test('what was said is shown letter by letter, whatever it looks like', async () => {
  const { page } = await screen.open('recovery', answersIn({ sessions: hostileSessions, messages: () => hostileMessages }));
  await page.locator('nav button.row').first().click();
  await page.locator('.messages .text').first().waitFor();
  for (const answer of await page.locator('details.tool summary').all()) await answer.click();
  const folded = page.getByRole('button', { name: 'Show all' });
  while ((await folded.count()) > 0) await folded.first().click();
  const texts = await page.locator('.messages .text').allTextContents();
  expect(texts).toEqual(hostileMessages.map(({ text }) => text));
  expect(await page.locator('main header h1').textContent()).toBe(hostile.markup);
});

test('markup in a title, a message or a search hit becomes no element and runs nothing', async () => {
  const { page } = await screen.open('recovery', answersIn({ sessions: hostileSessions, messages: () => hostileMessages }));
  await page.locator('nav button.row').first().click();
  await page.locator('.messages .text').first().waitFor();
  expect(await page.locator('img, iframe, b:not(.card b), #app script').count()).toBe(0);
  expect(await page.title()).toBe('Clawback');
});

test('text that runs from right to left turns round nothing beside it', async () => {
  const { page } = await screen.open('recovery', answersIn({ sessions: hostileSessions }));
  const row = page.locator('nav button.row').nth(1);
  await row.waitFor();
  expect(await row.locator('.t').evaluate((title) => getComputedStyle(title).unicodeBidi)).toBe('isolate');
  const [title, time] = await Promise.all([row.locator('.t').boundingBox(), row.locator('time').boundingBox()]);
  expect((title?.x ?? 0) + (title?.width ?? 0)).toBeLessThanOrEqual(time?.x ?? 0);
});

test('a word of a million letters is cut, and shown whole on demand without breaking the page', async () => {
  const cut = message(0, { text: hostile.word, truncated: true });
  const { page, api } = await screen.open('recovery', answersIn({ messages: () => [cut, message(1)] }));
  api.answer({ messageText: () => longWord });
  await page.locator('nav button.row').first().click();
  await page.getByRole('button', { name: 'Show all' }).click();
  await page.getByRole('button', { name: 'Show the whole message' }).click();
  await page.waitForFunction((letters) => document.querySelector('.messages .text')?.textContent?.length === letters, longWord.length);
  expect(await layoutFaults(page)).toEqual([]);
  expect(api.inputsOf('messageText')).toEqual([{ generationId: 1, start: 0 }]);
});
