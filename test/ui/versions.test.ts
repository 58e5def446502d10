import { expect, test } from 'vitest';
import { axeViolations, contrastFaults } from './support/axe.ts';
import { layoutFaults } from './support/layout.ts';
import { patience, type UiWindow, windows } from './support/windows.ts';
import { answersIn, generation, hourMs, message, now, session } from './support/world.ts';

const screen = windows();

const first = generation({
  id: 1,
  openedAt: now - 5 * hourMs,
  closedAs: 'archived',
  archivedBecause: 'reset',
  closedAt: now - 2 * hourMs,
  records: 4,
});
const second = generation({ id: 2, ordinal: 2, openedAt: now - 2 * hourMs, records: 3 });
const seen = generation({ id: 3, ordinal: 3, kind: 'witness', openedAt: now - hourMs, records: 1 });
const told = [
  ...[0, 1, 2, 3].map((i) => message(i, { persisted: true })),
  message(4, {
    generationId: 3,
    provenance: 'gateway-stream',
    interrupted: true,
    persisted: false,
    text: 'Berth 14 appears twice, so bef',
    gapBefore: 'unheard',
    crashAfter: { at: now - 2.5 * hourMs, noticed: true, abrupt: true },
  }),
  ...[5, 6].map((i) => message(i, { generationId: 2 })),
];
const summary = session(1, { generations: 2, continues: 2, continuedBy: 3 });

const answers = {
  ...answersIn({ messages: () => told }),
  session: ({ row }: { readonly row: number }) => ({
    session: row === 1 ? summary : session(row),
    generations: row === 1 ? [first, second, seen] : [generation()],
  }),
};

async function reading(options: Parameters<typeof screen.open>[2] = {}): Promise<UiWindow> {
  const ui = await screen.open('recovery', answers, options);
  await ui.page.locator('nav button.row').first().click();
  await ui.page.locator('.message').first().waitFor();
  return ui;
}

test('where a reset began a new file, a reply broke off, and something is missing, a mark says so', async () => {
  const { page } = await reading();
  expect(await page.locator('.mark.began').allTextContents()).toEqual(['12:05 · Reset: the file was put away, and a new one began']);
  const texts = await page.locator('.messages > li').allTextContents();
  expect(texts.findIndex((text) => text.includes('The reply broke off here'))).toBe(4);
  expect(texts.findIndex((text) => text.includes('Reset:'))).toBe(5);
  expect(await page.locator('.messages > li').nth(4).locator('.mark').allTextContents()).toEqual([
    'What was asked here is missing: OpenClaw did not save it, and nobody saw it',
    'From here on, messages that OpenClaw never saved',
    'The reply broke off here',
    'OpenClaw ended abruptly here, in the middle of a turn · noticed 11:35',
  ]);
});

test('a file that was put away for another reason is not told as a reset', async () => {
  const kept = { ...first, archivedBecause: 'backup' as const };
  const generations = ({ row }: { readonly row: number }) => ({ session: row === 1 ? summary : session(row), generations: [kept, second] });
  const ui = await screen.open('recovery', { ...answers, session: generations });
  await ui.page.locator('nav button.row').first().click();
  await ui.page.getByText('The file was kept as a backup, and a new one began').waitFor();
  expect(await ui.page.getByText('Reset: the file').count()).toBe(0);
});

test('each file is read alone, and all of them again, by keyboard', async () => {
  const { page, api } = await reading();
  await page.getByRole('button', { name: 'Version of the file' }).focus();
  await page.keyboard.press('ArrowDown');
  expect(await page.getByRole('menuitemradio').allTextContents()).toEqual([
    'All versions as one conversation',
    'From 12:05 · 3 messages · on disk now',
    'From 09:05 · 4 messages · put away by a reset',
  ]);
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await expect.poll(() => api.inputsOf('messages').at(-1), patience).toEqual({ sessionRow: 1, generationId: 1, limit: 100 });
  await page.getByRole('button', { name: 'Version of the file' }).getByText('09:05').waitFor();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await expect.poll(() => api.inputsOf('messages').at(-1), patience).toEqual({ sessionRow: 1, limit: 100 });
});

test('the conversations before and after a reset are one step away', async () => {
  const { page } = await reading();
  await page.getByRole('button', { name: 'Show what came before the reset' }).waitFor();
  await page.getByRole('button', { name: 'Reset: show where it goes on' }).click();
  await page.getByRole('heading', { name: session(3).title, exact: true }).waitFor();
  expect(await page.getByRole('button', { name: 'Version of the file' }).count()).toBe(0);
});

test('marks and menu are whole and accessible, light and dark, in Chinese too', async () => {
  const { page } = await reading({ language: 'zh' });
  await page.locator('.mark.began').waitFor();
  await page.getByRole('button', { name: '文件版本' }).click();
  expect(await layoutFaults(page)).toEqual([]);
  expect(await axeViolations(page)).toEqual([]);
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await contrastFaults(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.setViewportSize({ width: 720, height: 480 });
  expect(await layoutFaults(page)).toEqual([]);
});
