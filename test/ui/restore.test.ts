import { expect, test } from 'vitest';
import { refuse } from './support/scripted-api.ts';
import { restorable } from './support/states.ts';
import { patience, type UiWindow, windows } from './support/windows.ts';
import { plan, receipt } from './support/world.ts';

const screen = windows();
const busy = { code: 'session-busy', message: 'A turn of this chat is running.', hint: 'Wait for its end.' } as const;

async function openSheet(): Promise<UiWindow> {
  const ui = await screen.open('recovery', restorable, { fragment: '#incident=incident-1&restore=1' });
  await ui.page.getByRole('dialog').waitFor();
  return ui;
}

test('a window that a notification opened shows the preview at once', async () => {
  const { page, api } = await openSheet();
  await page.getByText('exactly as it was captured').waitFor();
  expect(api.inputsOf('planRestore')).toEqual([{ incidentId: 'incident-1', target: 'new-session', mayRestart: true }]);
  expect(api.inputsOf('restore')).toEqual([]);
});

test('what stood in the way is looked at again', async () => {
  const { page, api } = await screen.open('recovery', {
    ...restorable,
    planRestore: ({ target }) => plan({ target, refusal: { code: 'index-locked', message: 'The list is locked.', hint: 'Try again.' } }),
  });
  await page.getByRole('button', { name: 'Restore…' }).click();
  await page.getByText('The list is locked.').waitFor();
  api.answer({ planRestore: ({ target }) => plan({ target }) });
  await page.getByRole('button', { name: 'Look again' }).click();
  await page.getByRole('button', { name: 'Restore', exact: true }).waitFor();
  expect(await page.getByText('The list is locked.').count()).toBe(0);
});

test('a busy chat is looked at again without a button', async () => {
  const { page, api } = await screen.open('recovery', { ...restorable, planRestore: ({ target }) => plan({ target, refusal: busy }) });
  await page.getByRole('button', { name: 'Restore…' }).click();
  await page.getByText('A turn of this chat is running.').waitFor();
  api.answer({ planRestore: ({ target }) => plan({ target }) });
  await page.getByRole('button', { name: 'Restore', exact: true }).waitFor();
});

test('a file dialog that is cancelled leads back to the choice, and nothing was done', async () => {
  const { page, api } = await openSheet();
  api.answer({ 'dialog.saveFile': () => null });
  await page.getByRole('radio', { name: 'Save as a file…' }).check();
  const save = page.getByRole('button', { name: 'Save as a file…' });
  await save.click();
  await expect.poll(() => api.inputsOf('dialog.saveFile').length, patience).toBe(1);
  await page.getByRole('heading', { name: 'Save the conversation to a file?' }).waitFor();
  await expect.poll(() => save.isEnabled(), patience).toBe(true);
  expect(api.inputsOf('restore')).toEqual([]);
});

test('a restore that was done before says so', async () => {
  const { page, api } = await openSheet();
  api.answer({ restore: () => receipt({ already: true }) });
  await page.getByRole('button', { name: 'Restore', exact: true }).click();
  await page.getByText('This was already put back; nothing was done twice.').waitFor();
});

test('an undo that is refused says why, and the restore stands', async () => {
  const { page, api } = await openSheet();
  api.answer({ undo: () => refuse('target-changed', 'Something was added to it.', 'It is kept.') });
  await page.getByRole('button', { name: 'Restore', exact: true }).click();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('alert').getByText('Something was added to it.').waitFor();
  await page.getByRole('heading', { name: '24 messages are back' }).waitFor();
});
