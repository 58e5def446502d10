import { expect, test } from 'vitest';
import { axeViolations, contrastFaults } from './support/axe.ts';
import { layoutFaults } from './support/layout.ts';
import { refuse } from './support/scripted-api.ts';
import { oneIncident } from './support/states.ts';
import { patience, type UiWindow, windows } from './support/windows.ts';
import { answersIn, appInfo, coreStatus, generation, session, storageFacts } from './support/world.ts';

const screen = windows();

const actions = {
  ...answersIn(),
  'dialog.saveFile': ({ suggestedName }: { readonly suggestedName: string }) => `/home/ada/${suggestedName}`,
  export: ({ output }: { readonly output: string }) => ({ path: output, bytes: 9000, messages: 24 }),
  'conversation.copyPrompt': () => ({ messages: 12, truncated: true }),
  'conversation.reveal': () => null,
  forget: () => ({ messages: 24, bytes: 18_400, stillOnDisk: true, setAside: 1 }),
  storage: () => storageFacts({ setAside: { buffers: 1, bytes: 12_400_000 } }),
};

async function reading(given: Parameters<typeof screen.open>[1] = {}): Promise<UiWindow> {
  const ui = await screen.open('recovery', { ...actions, ...given });
  await ui.page.locator('nav button.row').first().click();
  await ui.page.getByRole('button', { name: 'More actions' }).waitFor();
  return ui;
}

const focusedText = ({ page }: UiWindow) => page.evaluate(() => document.activeElement?.textContent ?? '');

async function choose({ page }: UiWindow, name: string): Promise<void> {
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name }).click();
}

test('the menu is walked with arrows, Home, End and first letters, and Escape leads back to its button', async () => {
  const ui = await reading();
  const { page } = ui;
  await page.getByRole('button', { name: 'More actions' }).focus();
  await page.keyboard.press('ArrowDown');
  expect(await focusedText(ui)).toBe('Export as Markdown…');
  await page.keyboard.press('ArrowUp');
  expect(await focusedText(ui)).toBe('Forget this conversation…');
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowDown');
  expect(await focusedText(ui)).toBe('Export as a web page…');
  await page.keyboard.press('s');
  expect(await focusedText(ui)).toBe('Show in folder');
  await page.keyboard.press('Escape');
  expect(await page.getByRole('menu').count()).toBe(0);
  expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('More actions');
});

test('a click beside the menu, and Tab, close it', async () => {
  const { page } = await reading();
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('heading', { name: session(1).title }).click();
  expect(await page.getByRole('menu').count()).toBe(0);
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.keyboard.press('Tab');
  expect(await page.getByRole('menu').count()).toBe(0);
});

test.each([
  ['Export as Markdown…', 'markdown', 'md'],
  ['Export as a web page…', 'html', 'html'],
  ['Export as JSON Lines…', 'jsonl', 'jsonl'],
] as const)('%s writes to the place that was chosen', async (item, format, extension) => {
  const ui = await reading();
  await choose(ui, item);
  const output = `/home/ada/${session(1).nativeId}.${extension}`;
  await ui.page.getByRole('status').getByText(`Saved to ${output}`).waitFor();
  expect(ui.api.inputsOf('export')).toEqual([{ sessionRow: 1, format, output, replace: true }]);
});

test('an export that is cancelled writes nothing, one that fails says why', async () => {
  const ui = await reading({ 'dialog.saveFile': () => null });
  await choose(ui, 'Export as Markdown…');
  await expect.poll(() => ui.api.inputsOf('dialog.saveFile').length, patience).toBe(1);
  expect(ui.api.inputsOf('export')).toEqual([]);
  ui.api.answer({ 'dialog.saveFile': () => '/full/x.md', export: () => refuse('disk-full', 'The disk is full.', 'Make room.') });
  await choose(ui, 'Export as Markdown…');
  await ui.page.getByRole('alert').getByText('The disk is full.').waitFor();
});

test('the prompt to go on from here is copied, and how much of it is said', async () => {
  const ui = await reading();
  await choose(ui, 'Copy “continue from here”');
  await ui.page.getByRole('status').getByText('Copied the last 12 messages. Paste into a new chat to go on from here.').waitFor();
  expect(ui.api.inputsOf('conversation.copyPrompt')).toEqual([{ sessionRow: 1 }]);
});

test('its file is shown in the Finder on macOS', async () => {
  const ui = await reading({ 'app.info': () => appInfo({ platform: 'darwin' }) });
  await choose(ui, 'Reveal in Finder');
  await expect.poll(() => ui.api.inputsOf('conversation.reveal'), patience).toEqual([{ sessionRow: 1 }]);
});

test('what has no file any more cannot be shown in a folder', async () => {
  const ui = await reading({ session: () => ({ session: session(1), generations: [generation({ onDisk: false, closedAs: 'deleted' })] }) });
  await ui.page.getByRole('button', { name: 'More actions' }).click();
  const item = ui.page.getByRole('menuitem', { name: 'Show in folder' });
  expect(await item.getAttribute('aria-disabled')).toBe('true');
  await item.press('Enter');
  expect(ui.api.inputsOf('conversation.reveal')).toEqual([]);
});

test('the sheet before forgetting has its focus on Cancel, and Enter erases nothing', async () => {
  const ui = await reading(oneIncident);
  await choose(ui, 'Forget this conversation…');
  const sheet = ui.page.getByRole('dialog');
  await sheet.getByText('14 of them exist only here. Nothing can bring them back.').waitFor();
  await sheet.getByText(session(1).title).waitFor();
  expect(await focusedText(ui)).toBe('Cancel');
  await ui.page.keyboard.press('Enter');
  await sheet.waitFor({ state: 'detached' });
  expect(ui.api.inputsOf('forget')).toEqual([]);
});

test('a conversation that was forgotten is gone from the window, and what was erased is said', async () => {
  const ui = await reading();
  await choose(ui, 'Forget this conversation…');
  ui.api.answer({ sessions: () => ({ items: [session(2)] }) });
  await ui.page.getByRole('dialog').getByRole('button', { name: 'Forget' }).click();
  await ui.page.getByText('24 messages (18 kB) erased.').waitFor();
  await ui.page.getByText('OpenClaw still has a file of it').waitFor();
  await ui.page.getByText('1 buffer that was set aside as damaged may still hold it.').waitFor();
  await ui.page.keyboard.press('Enter');
  await ui.page.getByRole('dialog').waitFor({ state: 'detached' });
  await ui.page.getByText('Choose a conversation to read it.').waitFor();
  await expect.poll(() => ui.page.locator('nav button.row').count(), patience).toBe(1);
  expect(ui.api.inputsOf('forget')).toEqual([{ sessionRow: 1 }]);
});

test('buffers that were set aside go with what is forgotten only where somebody wants that', async () => {
  const ui = await reading({ forget: () => ({ messages: 24, bytes: 18_400, stillOnDisk: false, setAside: 0 }) });
  await choose(ui, 'Forget this conversation…');
  const also = ui.page.getByRole('checkbox', { name: 'Also remove 1 buffer that was set aside as damaged (12 MB).' });
  await also.focus();
  await ui.page.keyboard.press('Space');
  await ui.page.getByRole('dialog').getByRole('button', { name: 'Forget' }).click();
  await ui.page.getByText('24 messages (18 kB) erased.').waitFor();
  expect(ui.api.inputsOf('forget')).toEqual([{ sessionRow: 1, alsoSetAside: true }]);
});

test('a window whose conversations were all erased shows what there is then, and nothing of before', async () => {
  const ui = await reading();
  await ui.page.getByRole('heading', { name: session(1).title }).waitFor();
  await ui.emit('status', coreStatus({ health: 'paused', running: false, work: 'erasing' }));
  ui.api.answer({ sessions: () => ({ items: [session(2)] }) });
  await ui.emit('status', coreStatus());
  await ui.page.getByText('Choose a conversation to read it.').waitFor();
  await expect.poll(() => ui.page.locator('nav button.row').count(), patience).toBe(1);
});

test('a conversation that cannot be forgotten now stays, and why is said', async () => {
  const ui = await reading({ forget: () => refuse('restore-open', 'A restore of it is under way.', 'Finish it first.') });
  await choose(ui, 'Forget this conversation…');
  await ui.page.getByRole('dialog').getByRole('button', { name: 'Forget' }).click();
  await ui.page.getByRole('alert').getByText('A restore of it is under way.').waitFor();
  await ui.page.keyboard.press('Escape');
  await ui.page.getByRole('heading', { name: session(1).title }).waitFor();
});

for (const language of ['en', 'zh'] as const) {
  test(`menu and sheet are whole and accessible in ${language}, light and dark`, async () => {
    const { page } = await screen.open('recovery', actions, { language });
    await page.locator('nav button.row').first().click();
    await page.locator('button.more').click();
    expect(await layoutFaults(page)).toEqual([]);
    expect(await axeViolations(page)).toEqual([]);
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    expect(await layoutFaults(page)).toEqual([]);
    expect(await axeViolations(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await contrastFaults(page)).toEqual([]);
  });
}
