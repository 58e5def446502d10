import { expect, test } from 'vitest';
import { axeViolations } from './support/axe.ts';
import { layoutFaults } from './support/layout.ts';
import { section, troubledSources } from './support/preferences-states.ts';
import { filterable, filterBy, reached, restorable, stateNamed, states } from './support/states.ts';
import { sizes, windows } from './support/windows.ts';
import { answersIn } from './support/world.ts';

const screen = windows();
const shown = states.filter(({ name }) =>
  ['one incident', 'a filtered list', 'the preview of a restore', 'sources with faults'].includes(name),
);

test.each(shown)('$name is accessible with forced colours', async (state) => {
  const { page } = await reached(screen, state, { forcedColors: 'active' });
  expect(await axeViolations(page)).toEqual([]);
});

test.each(shown)('$name is accessible with more contrast, in dark', async (state) => {
  const { page } = await reached(screen, state, { contrast: 'more', colorScheme: 'dark' });
  expect(await axeViolations(page)).toEqual([]);
});

test('what is chosen can be told apart with forced colours', async () => {
  const { page } = await reached(screen, stateNamed('one incident'), { forcedColors: 'active' });
  const background = (selector: string) =>
    page
      .locator(selector)
      .first()
      .evaluate((element) => getComputedStyle(element).backgroundColor);
  expect(await background('.segments .on')).not.toBe(await background('.segments label:not(.on)'));
  expect(await background('.card.on')).not.toBe(await background('aside'));
});

test.each(shown)('$name does not move with reduced motion', async (state) => {
  const { page } = await reached(screen, state, { reducedMotion: 'reduce' });
  expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
});

test('times are local, and in UTC for whoever points at them', async () => {
  const { page } = await screen.open('recovery', answersIn(), { timezone: 'Asia/Shanghai' });
  const time = page.locator('nav button.row time').nth(1);
  await time.waitFor();
  expect(await time.textContent()).toBe('20:05');
  expect(await time.getAttribute('title')).toBe('2026-03-14 12:05:30 UTC');
});

test('the filters in Chinese fit and are accessible', async () => {
  const ui = await screen.open('recovery', filterable, { language: 'zh' });
  await filterBy(ui, 'main', '仍在 OpenClaw 中');
  await ui.page.getByText('已隐藏 1 个自动对话').waitFor();
  expect(await axeViolations(ui.page)).toEqual([]);
  const { width, height } = sizes.recovery;
  for (const scale of [1, 2]) {
    await ui.page.setViewportSize({ width: width / scale, height: height / scale });
    expect(await layoutFaults(ui.page)).toEqual([]);
  }
});

test.each([
  { name: 'recovery', answers: restorable, fragment: '#incident=incident-1&restore=1', until: 'dl.plan' },
  { name: 'preferences', answers: troubledSources, fragment: '', until: '.witness' },
] as const)('the $name window in Chinese fits and is accessible', async ({ name, answers, fragment, until }) => {
  const ui = await screen.open(name, answers, { language: 'zh', fragment });
  const { page } = ui;
  if (name === 'preferences') await section('来源')(ui);
  await page.locator(until).first().waitFor();
  expect(await axeViolations(page)).toEqual([]);
  const { width, height } = sizes[name];
  for (const scale of [1, 2]) {
    await page.setViewportSize({ width: width / scale, height: height / scale });
    expect(await layoutFaults(page)).toEqual([]);
  }
});
