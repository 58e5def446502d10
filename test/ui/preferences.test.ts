import { expect, test } from 'vitest';
import { bufferMissing, recorderAbsent, ruled, section, storage } from './support/preferences-states.ts';
import { refuse } from './support/scripted-api.ts';
import { patience, windows } from './support/windows.ts';
import { answersIn, coreStatus, now, settings, storageFacts } from './support/world.ts';

const screen = windows();
const storing = { 'settings.set': (patch: Partial<typeof settings>) => ({ ...settings, ...patch }) };

test('the sections are gone through with the arrow keys, Home and End, and one alone is a stop of the Tab key', async () => {
  const { page } = await screen.open('preferences', { ...answersIn(), ...storage });
  const chosen = () => page.getByRole('tab', { selected: true }).textContent();
  await page.getByRole('tab', { name: 'General' }).focus();
  await page.keyboard.press('ArrowRight');
  await page.getByRole('tabpanel', { name: 'Sources' }).waitFor();
  await page.keyboard.press('End');
  await page.getByRole('tabpanel', { name: 'Advanced' }).waitFor();
  await page.keyboard.press('ArrowRight');
  expect(await chosen()).toBe('General');
  await page.keyboard.press('ArrowLeft');
  expect(await chosen()).toBe('Advanced');
  await page.keyboard.press('Home');
  expect(await chosen()).toBe('General');
  expect(await page.locator('[role=tab][tabindex="0"]').count()).toBe(1);
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('General');
});

test('the section that was open last is open again', async () => {
  const ui = await screen.open('preferences', answersIn());
  await section('Privacy')(ui);
  await ui.page.getByText('Everything is saved.').waitFor();
  await ui.page.reload();
  await ui.page.getByText('Everything is saved.').waitFor();
  expect(await ui.page.getByRole('tab', { selected: true }).textContent()).toBe('Privacy');
});

test('the buffer is verified with its progress, and the result is said', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const ui = await screen.open('preferences', {
    ...storage,
    verify: async () => promise.then(() => ({ pieces: 4096, bytes: 48_200_000, damaged: 0 })),
  });
  await section('Storage')(ui);
  const button = ui.page.getByRole('button', { name: 'Verify now' });
  await button.click();
  await ui.emit('progress', { task: 'rebuild-index', done: 9, total: 10 });
  await ui.emit('progress', { task: 'verify', done: 25, total: 100 });
  const bar = ui.page.getByRole('progressbar', { name: 'Verifying…' });
  await expect.poll(() => bar.evaluate((element: HTMLProgressElement) => element.position), patience).toBe(0.25);
  expect(await button.isDisabled()).toBe(true);
  resolve();
  await ui.page.getByText('All is as it was captured: 4,096 pieces, 48 MB.').waitFor();
  expect(await button.isDisabled()).toBe(false);
});

test('a verification that cannot be done is said in its place', async () => {
  const ui = await screen.open('preferences', { ...storage, verify: () => refuse('io', 'The disk does not answer.') });
  await section('Storage')(ui);
  await ui.page.getByRole('button', { name: 'Verify now' }).click();
  await ui.page.getByRole('alert').getByText('The disk does not answer.').waitFor();
});

test('the index is built anew', async () => {
  const ui = await screen.open('preferences', { ...storage, rebuildIndex: () => ({ records: 31_204 }) });
  await section('Storage')(ui);
  await ui.page.getByRole('button', { name: 'Rebuild index' }).click();
  await ui.page.getByText('31,204 messages can be searched.').waitFor();
});

test('the buffer is moved once the person saw from where to where, and its progress is told', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const ui = await screen.open('preferences', {
    ...storage,
    moveBuffer: async ({ folder }) => promise.then(() => ({ folder, bytes: 60_600_000, leftBehind: '/home/ada/.local/share/clawback' })),
  });
  const { page, api } = ui;
  await section('Storage')(ui);
  await page.getByRole('button', { name: 'Move…' }).press('Enter');
  const sheet = page.getByRole('dialog', { name: 'Move the buffer?' });
  await sheet.getByText('61 MB; 412 GB free there').waitFor();
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Cancel');
  await page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });
  expect(api.inputsOf('moveBuffer')).toEqual([]);
  await page.getByRole('button', { name: 'Move…' }).press('Enter');
  await sheet.getByRole('button', { name: 'Move', exact: true }).press('Enter');
  await ui.emit('progress', { task: 'move', done: 25, total: 100 });
  const bar = page.getByRole('progressbar', { name: 'Moving…' });
  await expect.poll(() => bar.evaluate((element: HTMLProgressElement) => element.position), patience).toBe(0.25);
  await ui.emit('status', coreStatus({ health: 'paused', running: false, work: 'moving' }));
  await page.keyboard.press('Escape');
  await bar.waitFor();
  resolve();
  await page.getByText('The old copy in /home/ada/.local/share/clawback could not be removed.').waitFor();
  expect(api.inputsOf('moveBuffer')).toEqual([{ folder: '/media/ada/a disk with a long name/Clawback' }]);
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(api.inputsOf('storage').length).toBe(2);
});

test('a buffer that is elsewhere is moved back to where it is by default', async () => {
  const ui = await screen.open('preferences', { ...storage, storage: () => storageFacts({ isElsewhere: true, path: '/media/ada/x' }) });
  await section('Storage')(ui);
  await ui.page.getByRole('button', { name: 'Move back' }).click();
  await ui.page.getByRole('dialog').waitFor();
  expect(ui.api.inputsOf('planMove')).toEqual([{ folder: '/home/ada/.local/share/clawback' }]);
});

test('everything is erased only for somebody who typed the word', async () => {
  const ui = await screen.open('preferences', storage);
  const { page, api } = ui;
  await section('Storage')(ui);
  await page.getByRole('button', { name: 'Erase everything…' }).press('Enter');
  const word = page.getByRole('textbox', { name: 'Type “erase” to confirm' });
  const button = page.getByRole('button', { name: 'Erase everything', exact: true });
  expect(await word.evaluate((element) => element === document.activeElement)).toBe(true);
  await word.press('Enter');
  await word.fill('eras');
  await word.press('Enter');
  expect(await button.isDisabled()).toBe(true);
  expect(api.inputsOf('eraseAll')).toEqual([]);
  await word.fill(' Erase');
  await word.press('Enter');
  await page.getByText('61 MB are gone. What OpenClaw has on disk is being saved again.').waitFor();
  expect(api.inputsOf('eraseAll')).toEqual([{}]);
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
});

test('an empty buffer is begun only for somebody who read what that means', async () => {
  const ui = await screen.open('preferences', bufferMissing);
  const { page, api } = ui;
  await section('Storage')(ui);
  await page.getByRole('button', { name: 'Begin an empty buffer…' }).press('Enter');
  await page.getByText('The missing folder stays as it is').waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(api.inputsOf('storage.anew')).toEqual([]);
  await page.getByRole('button', { name: 'Begin an empty buffer…' }).press('Enter');
  await page.getByRole('button', { name: 'Begin anew' }).press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(api.inputsOf('storage.anew')).toEqual([{}]);
});

test('how long copies are kept is stored at once, and the other limit stays', async () => {
  const ui = await screen.open('preferences', { ...storage, ...storing });
  await section('Storage')(ui);
  await ui.page.getByRole('combobox', { name: 'Keep old copies while' }).selectOption({ label: '5.0 GB' });
  await ui.page.getByRole('combobox', { name: 'Keep old copies for' }).selectOption({ label: 'Always' });
  await expect
    .poll(() => ui.api.inputsOf('settings.set'), patience)
    .toEqual([{ retention: { keepDays: 90, keepBytes: 5_000_000_000 } }, { retention: { keepBytes: 5_000_000_000 } }]);
});

test('a rule is added by keyboard, one that is none is refused in words beside it, and one is removed', async () => {
  const ui = await screen.open('preferences', { ...ruled, ...storing });
  const { page, api } = ui;
  await section('Privacy')(ui);
  const rule = page.getByRole('textbox', { name: 'Rule' });
  await page.getByRole('combobox', { name: 'Kind of rule' }).selectOption({ label: 'Agent' });
  await rule.fill('ma*');
  await rule.press('Enter');
  await page.getByText('Only keys may hold a *.').waitFor();
  expect(await rule.getAttribute('aria-invalid')).toBe('true');
  await rule.fill('work');
  await rule.press('Enter');
  await page.getByText('This rule is there already.').waitFor();
  expect(api.inputsOf('settings.set')).toEqual([]);
  await rule.fill(' home ');
  await rule.press('Enter');
  await page.getByRole('button', { name: 'Remove Agent home' }).waitFor();
  expect(await rule.inputValue()).toBe('');
  const keys = ruled['settings.get']?.({}) as typeof settings;
  expect(api.inputsOf('settings.set')).toEqual([{ ignore: { ...keys.ignore, agents: ['work', 'home'] } }]);
  await page.getByRole('button', { name: 'Remove Agent work' }).click();
  await page.getByRole('button', { name: 'Remove Agent work' }).waitFor({ state: 'detached' });
});

test('a rule that the core refuses is said, and stays to be mended', async () => {
  const ui = await screen.open('preferences', {
    ...answersIn(),
    'settings.set': () => refuse('invalid', 'What is to be ignored is not clear.', 'A rule names an agent.'),
  });
  await section('Privacy')(ui);
  const rule = ui.page.getByRole('textbox', { name: 'Rule' });
  await rule.fill('agent:*');
  await rule.press('Enter');
  await ui.page.getByText('What is to be ignored is not clear.').waitFor();
  expect(await rule.inputValue()).toBe('agent:*');
});

test('expected resets are told of when somebody wishes it, unless nothing is to be told', async () => {
  const ui = await screen.open('preferences', { ...answersIn(), ...storing });
  const resets = ui.page.getByRole('checkbox', { name: 'Also resets that were to be expected, quietly' });
  await resets.check();
  await ui.page.getByRole('radio', { name: 'Nothing; show it in the menu' }).check();
  await expect.poll(() => resets.isDisabled(), patience).toBe(true);
  expect(ui.api.inputsOf('settings.set')).toEqual([{ notifyResets: true }, { notify: 'off' }]);
});

test('titles are masked by keyboard', async () => {
  const ui = await screen.open('preferences', { ...answersIn(), ...storing });
  await section('Privacy')(ui);
  const mask = ui.page.getByRole('checkbox', { name: 'Hide titles and what was said until I point at it' });
  await mask.press('Space');
  await expect.poll(() => mask.isChecked(), patience).toBe(true);
  expect(ui.api.inputsOf('settings.set')).toEqual([{ maskTitles: true }]);
});

test('the steps of a self-test appear as they are done, each with its result', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const names = ['write', 'capture', 'lose', 'detect', 'restore', 'compare', 'clean'] as const;
  const steps = names.map((name, i) => ({ name, ok: true, ms: 400 * i }));
  const ui = await screen.open('preferences', { ...answersIn(), selfTest: async () => promise.then(() => ({ ok: true, steps })) });
  await section('Advanced')(ui);
  await ui.page.getByRole('button', { name: 'Run self-test' }).click();
  await ui.emit('progress', { task: 'self-test', done: 2, total: 7 });
  const states = () => ui.page.locator('[data-step]').evaluateAll((all) => all.map((each) => (each as HTMLElement).dataset.state));
  await expect.poll(states, patience).toEqual(['ok', 'ok', 'running', 'waiting', 'waiting', 'waiting', 'waiting']);
  resolve();
  await ui.page.getByText('Clawback saves, notices and restores as it should.').waitFor();
  expect(await states()).toEqual(names.map(() => 'ok'));
  await ui.page.getByText('2.4 s').waitFor();
});

test('a step that failed says why in the language of the window', async () => {
  const failed = { name: 'detect', ok: false, ms: 8000, problem: 'The loss was not told in time.', code: 'loss-untold' } as const;
  const answers = { ...answersIn(), selfTest: () => ({ ok: false, steps: [failed] }) };
  const ui = await screen.open('preferences', answers, { language: 'zh' });
  await section('高级')(ui);
  await ui.page.getByRole('button', { name: '运行自检' }).click();
  await ui.page.getByText('没有及时发现丢失。电脑是否非常繁忙，或磁盘很慢？').waitFor();
});

test('diagnostics are saved where the person says, and nothing is said when they say nowhere', async () => {
  const ui = await screen.open('preferences', { ...answersIn(), 'diagnostics.save': () => null, 'folder.reveal': () => null });
  await section('Advanced')(ui);
  const button = ui.page.getByRole('button', { name: 'Save diagnostics…' });
  await button.click();
  await expect.poll(() => ui.api.inputsOf('diagnostics.save').length, patience).toBe(1);
  expect(await ui.page.locator('.passed').count()).toBe(0);
  ui.api.answer({ 'diagnostics.save': () => ({ path: '/home/ada/diagnostics.json', bytes: 48_000 }) });
  await button.click();
  await ui.page.getByText('Saved, 48 kB: /home/ada/diagnostics.json').waitFor();
  await ui.page.getByRole('button', { name: 'Show log files' }).click();
  await expect.poll(() => ui.api.inputsOf('folder.reveal'), patience).toEqual([{ folder: 'logs' }]);
});

test('the health of a source opens by keyboard, with times in UTC for whoever points at them', async () => {
  const ui = await screen.open('preferences', answersIn());
  await section('Sources')(ui);
  const summary = ui.page.locator('.health summary');
  await summary.focus();
  await ui.page.keyboard.press('Enter');
  await ui.page.getByText('Nothing: all that was seen is safe').waitFor();
  expect(
    await ui.page.locator(`.health dd[title="${new Date(now - 2000).toISOString().slice(0, 19).replace('T', ' ')} UTC"]`).textContent(),
  ).toBe('2 s ago');
});

test('the recorder is installed by keyboard after its change was seen, and nothing happens when that is cancelled', async () => {
  const ui = await screen.open('preferences', recorderAbsent);
  const { page, api } = ui;
  await section('Sources')(ui);
  await page.getByRole('button', { name: 'Install…' }).press('Enter');
  await page.getByText('+    "entries": { "openclaw-recorder"').waitFor();
  await page.getByRole('button', { name: 'Cancel' }).press('Enter');
  await page.locator('.change').waitFor({ state: 'detached' });
  expect(api.inputsOf('applyRecorder')).toEqual([]);
  await page.getByRole('button', { name: 'Install…' }).press('Enter');
  await page.getByRole('button', { name: 'Install', exact: true }).press('Enter');
  await page.getByText('Installed. The gateway restarts by itself').waitFor();
  expect(api.inputsOf('planRecorder').at(-1)).toEqual({ root: '/home/ada/.openclaw', action: 'install' });
  expect(api.inputsOf('applyRecorder')).toEqual([{ planId: 'plan-1' }]);
});

test('a recorder that cannot be installed is said beside it', async () => {
  const ui = await screen.open('preferences', {
    ...recorderAbsent,
    planRecorder: () => refuse('plugins-disabled', 'OpenClaw loads no plugins at all.', 'Set it to true yourself.'),
  });
  await section('Sources')(ui);
  await ui.page.getByRole('button', { name: 'Install…' }).click();
  await ui.page.getByRole('alert').getByText('OpenClaw loads no plugins at all.').waitFor();
});

test('a gateway is tested, and the answer is said', async () => {
  const ui = await screen.open('preferences', recorderAbsent);
  await section('Sources')(ui);
  await ui.page.locator('.health summary').click();
  await ui.page.getByRole('button', { name: 'Test the gateway of /home/ada/.openclaw' }).click();
  await ui.page.getByText('It runs. Live stream: listening.').waitFor();
});
