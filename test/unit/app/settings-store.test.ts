import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { defaultSettings, openSettings } from '../../../main/app/settings-store.ts';
import { tempDir } from '../../support/temp-dir.ts';

function home(): string {
  const directory = tempDir();
  onTestFinished(() => directory[Symbol.dispose]());
  return directory.path;
}

test('a first start has the defaults and writes nothing', () => {
  const path = home();
  expect(openSettings(path)).toMatchObject({ current: defaultSettings, setAside: undefined });
  expect(readdirSync(path)).toEqual([]);
});

test('a change is kept for the next start, readable by its owner alone', () => {
  const path = home();
  openSettings(path).update({ flushIntervalMs: 5000, notify: 'loss-only' });
  expect(openSettings(path).current).toEqual({ ...defaultSettings, flushIntervalMs: 5000, notify: 'loss-only' });
  expect(statSync(join(path, 'settings.json')).mode & 0o777).toBe(0o600);
  expect(readdirSync(path)).toEqual(['settings.json']);
});

test.each([
  ['text that is not JSON', '{"flushIntervalMs": 10'],
  ['an empty file', ''],
  ['a value out of range', '{"flushIntervalMs": 1}'],
  ['another type', '[]'],
])('%s is set aside, and the defaults are used', (_what, content) => {
  const path = home();
  writeFileSync(join(path, 'settings.json'), content);
  const store = openSettings(path, 1234);
  expect(store.current).toEqual(defaultSettings);
  expect(store.setAside).toBe(join(path, 'settings.damaged-1234.json'));
  expect(readFileSync(store.setAside ?? '', 'utf8')).toBe(content);
});

test('settings of an earlier or a later version are understood', () => {
  const path = home();
  writeFileSync(join(path, 'settings.json'), '{"notify":"off","futureSetting":true}');
  expect(openSettings(path)).toMatchObject({ current: { ...defaultSettings, notify: 'off' }, setAside: undefined });
});

test('a change that cannot be written is reported and not pretended', () => {
  const path = home();
  const store = openSettings(join(path, 'home'));
  writeFileSync(join(path, 'home'), 'a file where the folder should be');
  expect(() => store.update({ notify: 'off' })).toThrow();
  expect(store.current.notify).toBe('all');
});
