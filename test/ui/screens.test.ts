import { expect, test } from 'vitest';
import { pictureFault } from './support/picture.ts';
import { oneIncident, reached, stateNamed } from './support/states.ts';
import { type WindowOptions, windows } from './support/windows.ts';

const screen = windows();

interface Picture {
  readonly name: string;
  /** Name of a state. */
  readonly of: string;
  readonly options?: WindowOptions;
}

const dark = { colorScheme: 'dark' } as const;

const pictures: readonly Picture[] = [
  { name: 'incident', of: 'one incident' },
  { name: 'incident-dark', of: 'one incident', options: dark },
  { name: 'incident-forced-colours', of: 'one incident', options: { forcedColors: 'active' } },
  { name: 'incident-large-text', of: 'one incident', options: { scale: 2 } },
  { name: 'unsaved', of: 'messages that OpenClaw never saved' },
  { name: 'unsaved-dark', of: 'messages that OpenClaw never saved', options: dark },
  { name: 'filtered', of: 'a filtered list' },
  { name: 'filtered-dark', of: 'a list without what was filtered for', options: dark },
  { name: 'search', of: 'search with hits', options: dark },
  { name: 'hostile', of: 'hostile text found' },
  { name: 'restore-preview', of: 'the preview of a restore' },
  { name: 'restore-preview-dark', of: 'the preview of a restore', options: dark },
  { name: 'restore-done', of: 'a restore that is done' },
  { name: 'preferences', of: 'sources with faults' },
  { name: 'preferences-dark', of: 'sources with faults', options: dark },
];

test.each(pictures)('$name looks as it did', async ({ name, of, options }) => {
  const { page } = await reached(screen, stateNamed(of), options);
  expect(await pictureFault(page, name)).toBeUndefined();
});

test('an incident in Chinese looks as it did', async () => {
  const { page } = await screen.open('recovery', oneIncident, { language: 'zh' });
  await page.locator('.messages').waitFor();
  expect(await pictureFault(page, 'incident-chinese')).toBeUndefined();
});
