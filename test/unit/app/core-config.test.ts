import { expect, test } from 'vitest';
import { coreConfig } from '../../../main/app/core-config.ts';
import { defaultSettings } from '../../../main/app/settings-store.ts';

const withSources = (...sources: readonly (readonly [string, boolean])[]) => ({
  ...defaultSettings,
  sources: sources.map(([root, enabled]) => ({ root, enabled })),
});

test('without choices of the person the core discovers by itself', () => {
  expect(coreConfig(defaultSettings, undefined, undefined)).toEqual({ flushIntervalMs: 1000 });
});

test('a limit on the state directories is kept', () => {
  expect(coreConfig(defaultSettings, undefined, ['/demo'])).toEqual({ flushIntervalMs: 1000, roots: ['/demo'] });
});

test('an added directory is protected beside those that were found', () => {
  expect(coreConfig(withSources(['/added', true]), ['/found'], undefined).roots).toEqual(['/found', '/added']);
});

test('a directory that was switched off is left out, also before anything was found', () => {
  expect(coreConfig(withSources(['/found', false]), ['/found', '/other'], undefined).roots).toEqual(['/other']);
  expect(coreConfig(withSources(['/found', false]), undefined, undefined).roots).toEqual([]);
});
