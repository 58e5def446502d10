import { expect, test } from 'vitest';
import { refuse } from './support/scripted-api.ts';
import { leftBehind } from './support/states.ts';
import { windows } from './support/windows.ts';

const screen = windows();

test('what an upgrade left behind is brought in with one button, after it was said what that does', async () => {
  const { page, api } = await screen.open('recovery', leftBehind);
  await page.getByText('3 of 30 are missing in it').waitFor();
  await page.getByRole('button', { name: 'Restore all…' }).click();
  await page.getByRole('heading', { name: 'Put 3 conversations with 12 messages back?' }).waitFor();
  await page.getByText('OpenClaw is stopped for about half a minute and started again').waitFor();
  expect(api.inputsOf('recoverAll')).toEqual([]);
  await page.getByRole('button', { name: 'Restore', exact: true }).click();
  await page.getByRole('heading', { name: '3 conversations with 12 messages are back' }).waitFor();
  expect(api.inputsOf('recoverAll')).toEqual([{ incidentId: expect.any(String), mayRestart: true }]);
  await page.getByRole('button', { name: 'Done' }).click();
  expect(await page.getByRole('dialog').count()).toBe(0);
});

test('what stands in the way is said, and the gateway that did not come back', async () => {
  const refusal = { code: 'program-missing', message: 'Nobody knows the program.', hint: 'Name it.' } as const;
  const { page, api } = await screen.open('recovery', {
    ...leftBehind,
    planRecovery: () => ({ conversations: 3, messages: 12, bytes: 1, agents: ['main'], refusal }),
  });
  await page.getByRole('button', { name: 'Restore all…' }).click();
  await page.getByText('Nobody knows the program.').waitFor();
  expect(await page.getByRole('button', { name: 'Restore', exact: true }).isEnabled()).toBe(false);
  await page.getByRole('button', { name: 'Cancel' }).click();
  api.answer({
    planRecovery: () => ({ conversations: 3, messages: 12, bytes: 1, agents: ['main'], route: 'import-restart' }),
    recoverAll: () => refuse('import-refused', 'OpenClaw did not take it in.', 'Nothing is left of it.'),
  });
  await page.getByRole('button', { name: 'Restore all…' }).click();
  await page.getByRole('button', { name: 'Restore', exact: true }).click();
  await page.getByText('OpenClaw did not take it in.').waitFor();
  api.answer({ recoverAll: () => ({ ok: true, restores: [], messages: 12, gatewayIsDown: true }) });
  await page.getByRole('button', { name: 'Restore', exact: true }).click();
  await page.getByText('openclaw gateway start').waitFor();
});
