import { expect, test } from 'vitest';
import { axeViolations, contrastFaults } from './support/axe.ts';
import { layoutFaults } from './support/layout.ts';
import { type UiWindow, type WindowOptions, windows } from './support/windows.ts';
import { answersIn, message } from './support/world.ts';

const screen = windows();

const long = Array.from({ length: 40 }, (_, i) => `Line ${i + 1} of the plan.`).join('\n');
const called = message(1, { text: 'I look at the berths first.\n[tool read]\n[tool write]' });
const read = message(2, { role: 'toolResult', text: 'berth,length\n14,9\n14,12' });
const written = message(3, { role: 'toolResult', text: `Wrote 3.4 KB.\n${long}` });
const talk = [message(0), called, read, written, message(4, { text: long }), message(5)];

async function reading(messages = talk, options: WindowOptions = {}): Promise<UiWindow> {
  const ui = await screen.open('recovery', answersIn({ messages: () => messages }), options);
  await ui.page.locator('nav button.row').first().click();
  await ui.page.locator('.message').first().waitFor();
  return ui;
}

const summaryOf = ({ page }: UiWindow, name: string) => page.locator('details.tool summary').filter({ hasText: name });

test('what a tool answered is one line with the name of the tool, and opens by click and by Enter', async () => {
  const ui = await reading();
  const { page } = ui;
  const line = summaryOf(ui, 'read');
  expect(await line.textContent()).toContain('berth,length 14,9 14,12');
  expect(await line.evaluate((element) => element.getBoundingClientRect().height)).toBeLessThan(30);
  expect(await page.locator('details.tool[open]').count()).toBe(0);
  await line.click();
  await page.locator('details.tool[open] .text').waitFor();
  expect(await page.locator('details.tool[open] .text').textContent()).toBe(read.text);
  await summaryOf(ui, 'write').focus();
  await page.keyboard.press('Enter');
  await page.getByText('Wrote 3.4 KB.').waitFor();
  await page.keyboard.press('Enter');
  expect(await page.locator('details.tool[open]').count()).toBe(1);
});

test('tools that an answer called stand under its words', async () => {
  const { page } = await reading();
  expect(await page.locator('.calls span:not(.visually-hidden)').allTextContents()).toEqual(['read', 'write']);
  expect(await page.getByText('[tool read]').count()).toBe(0);
});

test('a person who writes of a tool called nothing', async () => {
  const { page } = await reading([message(0, { text: '[tool read]' })]);
  expect(await page.locator('.message .text').textContent()).toBe('[tool read]');
});

test('a long message shows its first twelve lines, all on demand, and less again', async () => {
  const { page } = await reading();
  const text = page.locator('.message .text').filter({ hasText: 'Line 1 of' });
  expect(await text.textContent()).toBe(`${long.split('\n').slice(0, 12).join('\n')}…`);
  await page.getByRole('button', { name: 'Show all' }).press('Enter');
  expect(await text.textContent()).toBe(long);
  await page.getByRole('button', { name: 'Show less' }).click();
  await page.getByRole('button', { name: 'Show all' }).waitFor();
});

test('a message that is hardly longer than its beginning is not folded', async () => {
  const text = long.split('\n').slice(0, 15).join('\n');
  const { page } = await reading([message(0, { text })]);
  expect(await page.locator('.message .text').textContent()).toBe(text);
  expect(await page.getByRole('button', { name: 'Show all' }).count()).toBe(0);
});

test('what was opened is still open after the conversation was scrolled through', async () => {
  const { page } = await reading([message(0, { text: long }), read, ...Array.from({ length: 400 }, (_, i) => message(i + 10))]);
  await page.getByRole('button', { name: 'Show all' }).click();
  await page.locator('details.tool summary').click();
  await page.evaluate(() => {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    document.querySelector('main')?.scrollTo(0, 1e6);
  });
  await page.locator('details.tool').waitFor({ state: 'detached' });
  await page.evaluate(() => document.querySelector('main')?.scrollTo(0, 0));
  await page.locator('details.tool[open]').waitFor();
  await page.getByRole('button', { name: 'Show less' }).waitFor();
});

test('a hit of a search opens what it is in, and may be folded again', async () => {
  const hitAt = (start: number) => ({
    sessionRow: 1,
    generationId: 1,
    start,
    title: 'Plan',
    role: 'assistant',
    snippet: '\u0001plan\u0002',
  });
  const hits = [hitAt(written.start), hitAt(1600)];
  const { page } = await screen.open('recovery', answersIn({ messages: () => talk, hits }));
  await page.getByRole('searchbox').fill('plan');
  await page.locator('button.hit').first().click();
  await page.locator('.found details.tool[open]').waitFor();
  await page.locator('button.hit').nth(1).click();
  await page.locator('.found').getByText('Line 40 of the plan.').waitFor();
  await page.getByRole('button', { name: 'Show less' }).click();
  await page.getByRole('button', { name: 'Show all' }).waitFor();
});

test('folded and open, a conversation is whole and accessible, light and dark, also with text twice as large', async () => {
  const ui = await reading();
  const { page } = ui;
  for (const _state of ['folded', 'open']) {
    expect(await layoutFaults(page)).toEqual([]);
    expect(await axeViolations(page)).toEqual([]);
    await summaryOf(ui, 'read').click();
  }
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await contrastFaults(page)).toEqual([]);
  await page.setViewportSize({ width: 520, height: 360 });
  expect(await layoutFaults(page)).toEqual([]);
});
