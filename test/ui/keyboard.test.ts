import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { filterable, oneIncident, restorable, searchable } from './support/states.ts';
import { patience, windows } from './support/windows.ts';
import { answersIn, appInfo, message, session, settings } from './support/world.ts';

const screen = windows();

/** Presses Tab until what has the focus is called this; fails after as many stops as no window has. */
async function tabTo(page: Page, name: string | RegExp, key = 'Tab'): Promise<void> {
  const passed: string[] = [];
  for (let stops = 0; stops < 80; stops += 1) {
    await page.keyboard.press(key);
    const at = await focused(page);
    if (typeof name === 'string' ? at.name === name : name.test(at.name)) return;
    passed.push(at.name);
  }
  throw new Error(`Tab never came to ${String(name)}; it passed ${passed.slice(0, 30).join(' | ')}`);
}

/** What has the focus, and whether a person can see that it has: an outline of at least 2 px on it or on its label. */
function focused(page: Page): Promise<{ readonly name: string; readonly visible: boolean }> {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (!(element instanceof HTMLElement) || element === document.body) return { name: '', visible: true };
    const label = element instanceof HTMLInputElement ? element.labels?.[0] : undefined;
    const outlined = [element, label].some((each) => {
      if (each === null || each === undefined) return false;
      const { outlineStyle, outlineWidth } = getComputedStyle(each);
      return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2 && each.getBoundingClientRect().width > 1;
    });
    const name = element.getAttribute('aria-label') ?? label?.textContent ?? element.textContent ?? '';
    return { name: name.trim(), visible: outlined };
  });
}

async function activeText(page: Page): Promise<string> {
  return (await focused(page)).name;
}

test('an incident is opened, put back and taken back by keyboard, and Escape leads back to it', async () => {
  const { page, api } = await screen.open('recovery', restorable);
  await page.getByText('From here on').waitFor();
  await tabTo(page, /^◆14 messages cut/);
  await page.keyboard.press('Enter');
  await tabTo(page, 'Restore…');
  await page.keyboard.press('Enter');
  await page.getByText('exactly as it was captured').waitFor();
  expect(await activeText(page)).toBe('Restore');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: '24 messages are back' }).waitFor();
  await tabTo(page, 'Undo');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Taken back.' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await activeText(page)).toBe('Restore…');
  expect(api.inputsOf('restore')).toEqual([{ planId: 'plan-1' }]);
  expect(api.inputsOf('undo')).toEqual([{ restoreId: 'restore-1' }]);
});

test('Escape closes the preview, and nothing was done', async () => {
  const { page, api } = await screen.open('recovery', restorable);
  await tabTo(page, 'Restore…');
  await page.keyboard.press('Space');
  await page.getByText('exactly as it was captured').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await activeText(page)).toBe('Restore…');
  expect(api.inputsOf('restore')).toEqual([]);
});

test('Escape does not hide a restore that is being done', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { page, api } = await screen.open('recovery', restorable);
  const { restore } = restorable;
  api.answer({ restore: async (input) => promise.then(() => restore?.(input) ?? Promise.reject(new Error('no restore'))) });
  await tabTo(page, 'Restore…');
  await page.keyboard.press('Enter');
  await page.getByText('exactly as it was captured').waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('status').getByText('Restoring…').waitFor();
  // A second Escape closes a dialog whatever it wants, where the first was only refused.
  for (let times = 0; times < 3; times += 1) await page.keyboard.press('Escape');
  expect(await page.getByRole('dialog').isVisible()).toBe(true);
  resolve();
  await page.getByRole('heading', { name: '24 messages are back' }).waitFor();
});

test('what was searched for is found with the arrow keys and shown at its place', async () => {
  const { page, api } = await screen.open('recovery', searchable);
  await tabTo(page, 'Search conversations');
  await page.keyboard.type('harbour');
  await page.locator('mark').first().waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.getByRole('heading', { name: session(2).title }).waitFor();
  await page.locator('.message.found').waitFor();
  expect(api.inputsOf('search').at(-1)).toEqual({ text: 'harbour', limit: 50 });
  expect(await page.locator('button.hit[aria-current="true"]').count()).toBe(1);
  expect(await page.locator('.message.found').evaluate((found) => found.getBoundingClientRect().top > 0)).toBe(true);
});

test('the filter is changed with the arrow keys', async () => {
  const { page, api } = await screen.open('recovery', oneIncident);
  await page.getByRole('radio', { name: 'All' }).waitFor();
  await tabTo(page, 'All');
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction(() => document.querySelectorAll('nav button.row').length === 1);
  expect(api.inputsOf('sessions').at(-1)).toEqual({ limit: 60, onlyHere: true });
});

test('the list is filtered, emptied, and whole again by keyboard', async () => {
  const { page, api, emit } = await screen.open('recovery', filterable);
  const rows = page.locator('nav button.row');
  await rows.first().waitFor();
  expect(await rows.count()).toBe(6);
  await tabTo(page, 'Filter');
  await page.keyboard.press('Enter');
  await tabTo(page, /^All agents/);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => rows.count(), patience).toBe(2);
  await tabTo(page, /^Any state/);
  await page.keyboard.type('Put');
  await page.getByText('No conversation matches these filters.').waitFor();
  await tabTo(page, /^Any time/);
  await page.keyboard.press('ArrowDown');
  const today = Date.UTC(2026, 2, 14);
  const filter = { agent: 'research', states: ['reset', 'superseded'], since: today };
  await expect.poll(() => api.inputsOf('sessions').at(-1), patience).toEqual({ ...filter, automatic: false, limit: 60 });
  await page.keyboard.press('Escape');
  expect(await activeText(page)).toBe('Filter, 3 on');
  expect(await page.getByRole('combobox').count()).toBe(0);
  // What somebody is led to is shown whatever the list leaves out.
  await emit('conversation.selected', { sessionRow: 1 });
  await page.getByRole('heading', { name: session(1).title }).waitFor();
  await tabTo(page, 'Clear filters');
  await page.keyboard.press('Enter');
  await expect.poll(() => rows.count(), patience).toBe(6);
  expect(await activeText(page)).toBe('Filter');
});

test('what nobody typed is left out, counted, and shown by keyboard; under Only here nothing is left out', async () => {
  const { page, api } = await screen.open('recovery', filterable);
  const rows = page.locator('nav button.row');
  await page.getByText('2 automatic conversations hidden').waitFor();
  await tabTo(page, 'Show automatic conversations');
  await page.keyboard.press('Enter');
  await expect.poll(() => rows.count(), patience).toBe(8);
  expect(await activeText(page)).toBe('Filter');
  expect(await page.getByText('hidden').count()).toBe(0);
  await page.keyboard.press('Enter');
  await tabTo(page, /^Show automatic conversationsCron/);
  await page.keyboard.press('Space');
  await expect.poll(() => rows.count(), patience).toBe(6);
  await page.getByText('Only here', { exact: true }).first().click();
  await expect.poll(() => rows.count(), patience).toBe(1);
  expect(api.inputsOf('sessions').at(-1)).toEqual({ onlyHere: true, limit: 60 });
  expect(await page.getByRole('checkbox').isChecked()).toBe(true);
  await page.getByRole('combobox', { name: 'Agent' }).selectOption('main');
  await page.getByText('No conversation matches these filters.').waitFor();
  await page.getByRole('combobox', { name: 'Agent' }).selectOption('research');
  await page.getByText('Only what matches the filters is listed.').waitFor();
});

test('the output of a tool that is longer than its place is scrolled by keyboard', async () => {
  const long = message(1, { role: 'toolResult', text: 'one line of it\n'.repeat(60) });
  const { page } = await screen.open('recovery', answersIn({ messages: () => [message(0), long] }));
  await page.locator('nav button.row').first().click();
  await tabTo(page, /^Tool/);
  await page.keyboard.press('Enter');
  await page.locator('.quiet .text').waitFor();
  await tabTo(page, /^one line of it/);
  expect((await focused(page)).visible).toBe(true);
  await page.keyboard.press('End');
  await page.waitForFunction(() => (document.querySelector('.quiet .text')?.scrollTop ?? 0) > 0);
});

test('the flush interval is set with the arrow keys and said in words', async () => {
  const { page, api } = await screen.open('preferences', answersIn());
  api.answer({ 'settings.set': (patch) => ({ ...settings, ...patch }) });
  const slider = page.getByRole('slider');
  await slider.waitFor();
  await tabTo(page, 'General');
  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowRight');
  await page.getByText('New lines are made safe within 2 s.').waitFor();
  expect(await slider.getAttribute('aria-valuetext')).toBe('2 s');
  await page.keyboard.press('Home');
  await page.getByText('New lines are made safe within 0.25 s.').waitFor();
  expect(api.inputsOf('settings.set')).toEqual([{ flushIntervalMs: 2000 }, { flushIntervalMs: 250 }]);
});

test('notifications, the login item and a source are changed by keyboard', async () => {
  const { page, api } = await screen.open('preferences', answersIn());
  api.answer({ 'settings.set': (patch) => ({ ...settings, ...patch }) });
  await page.getByRole('slider').waitFor();
  await tabTo(page, 'Lost and endangered conversations');
  await page.keyboard.press('ArrowDown');
  await tabTo(page, 'Open Clawback at login');
  await page.keyboard.press('Space');
  await tabTo(page, 'General', 'Shift+Tab');
  await page.keyboard.press('ArrowRight');
  await tabTo(page, /^\/home\/ada\/\.openclaw/);
  await page.keyboard.press('Space');
  await expect
    .poll(() => api.inputsOf('settings.set'), patience)
    .toEqual([{ notify: 'loss-only' }, { openAtLogin: true }, { sources: [{ root: '/home/ada/.openclaw', enabled: false }] }]);
});

test('the very first start asks whether to open at login, and shows what the system made of it', async () => {
  const { page, api } = await screen.open('recovery', answersIn({ info: appInfo({ firstStart: true }) }));
  await page.getByRole('checkbox').waitFor();
  api.answer({
    'settings.set': (patch) => ({ ...settings, ...patch }),
    'app.info': () => appInfo({ firstStart: true, loginItem: 'requires-approval' }),
  });
  await tabTo(page, 'Open Clawback at login, so that nothing is missed');
  await page.keyboard.press('Space');
  await page.getByText('Waiting for your approval in the system settings').waitFor();
  expect(await page.getByRole('checkbox').isChecked()).toBe(true);
  expect(api.inputsOf('settings.set')).toEqual([{ openAtLogin: true }]);
});

test('a later start does not ask about the login', async () => {
  const { page } = await screen.open('recovery', answersIn());
  await page.getByText('Choose a conversation to read it.').waitFor();
  await page.getByText('2 s ago').first().waitFor();
  expect(await page.getByRole('checkbox').count()).toBe(0);
});

for (const [name, answers] of [
  ['recovery', restorable],
  ['preferences', answersIn()],
] as const) {
  for (const forcedColors of ['none', 'active'] as const) {
    test(`every stop of the Tab key in the ${name} window can be seen${forcedColors === 'active' ? ' with forced colours' : ''}`, async () => {
      const { page } = await screen.open(name, answers, { forcedColors });
      await page.getByText(name === 'recovery' ? 'From here on' : 'Tell me about').waitFor();
      const stops: { readonly name: string; readonly visible: boolean }[] = [];
      for (let i = 0; i < 40; i += 1) {
        await page.keyboard.press('Tab');
        stops.push(await focused(page));
      }
      expect(stops.filter((stop) => !stop.visible)).toEqual([]);
      expect(new Set(stops.map((stop) => stop.name)).size).toBeGreaterThan(4);
    });
  }
}

test('a masked title is read to nobody until its conversation is reached, and every title again once masks are off', async () => {
  const { page, emit } = await screen.open('recovery', answersIn(), { masked: true });
  const rows = page.locator('nav button.row');
  await rows.nth(2).waitFor();
  const [first, second] = [session(1).title, session(2).title];
  const read = async () => (await rows.nth(1).ariaSnapshot()).includes(second);
  expect(await read()).toBe(false);
  expect(await rows.nth(1).locator('.bare').isVisible()).toBe(false);
  await rows.nth(1).hover();
  expect(await read()).toBe(true);
  await rows.nth(0).hover();
  expect(await read()).toBe(false);
  await rows.nth(1).focus();
  expect(await read()).toBe(true);
  await page.keyboard.press('Enter');
  await page.getByRole('searchbox').focus();
  expect(await read()).toBe(true);
  await page.mouse.move(600, 300);
  expect(await rows.nth(0).ariaSnapshot()).not.toContain(first);
  await emit('settings.changed', settings);
  await page.locator('.masked').first().waitFor({ state: 'detached' });
  expect(await rows.nth(0).ariaSnapshot()).toContain(first);
});

test('of what a search finds under the mask nothing is to be seen but who said it', async () => {
  const { page } = await screen.open('recovery', searchable, { masked: true });
  await page.getByRole('searchbox').fill('harbour');
  const hits = page.locator('button.hit');
  await hits.nth(2).waitFor();
  expect(await hits.nth(1).ariaSnapshot()).not.toMatch(/harbour|table/);
  await page.keyboard.press('ArrowDown');
  expect(await hits.nth(0).ariaSnapshot()).toContain('harbour');
});
