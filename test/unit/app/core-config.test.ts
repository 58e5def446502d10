import { expect, test } from 'vitest';
import { coreConfig } from '../../../main/app/core-config.ts';
import { defaultSettings } from '../../../main/app/settings-store.ts';

const withSources = (...sources: readonly (readonly [string, boolean])[]) => ({
  ...defaultSettings,
  sources: sources.map(([root, enabled]) => ({ root, enabled })),
});

test('without choices of the person the core discovers by itself', () => {
  expect(coreConfig(defaultSettings, undefined)).toEqual({ flushIntervalMs: 1000 });
});

test('a limit on the state directories is kept', () => {
  expect(coreConfig(defaultSettings, ['/demo'])).toEqual({ flushIntervalMs: 1000, roots: ['/demo'] });
});

test('an added directory is protected beside what discovery finds', () => {
  expect(coreConfig(withSources(['/added', true]), undefined)).toEqual({ flushIntervalMs: 1000, added: ['/added'] });
});

test('a directory that was switched off is excluded, and what appears later is not', () => {
  expect(coreConfig(withSources(['/found', false]), undefined)).toEqual({ flushIntervalMs: 1000, excluded: ['/found'] });
});

test('what is to be ignored is told, and no empty rules', () => {
  const ignore = { agents: ['work'], keys: ['agent:main:telegram:*'] };
  expect(coreConfig({ ...defaultSettings, ignore }, undefined)).toEqual({ flushIntervalMs: 1000, ignore });
  expect(coreConfig({ ...defaultSettings, ignore: { agents: [] } }, undefined)).toEqual({ flushIntervalMs: 1000 });
});

test('which copies may go is told, and no empty rule', () => {
  const retention = { keepDays: 90 };
  expect(coreConfig({ ...defaultSettings, retention }, undefined)).toEqual({ flushIntervalMs: 1000, retention });
  expect(coreConfig({ ...defaultSettings, retention: {} }, undefined)).toEqual({ flushIntervalMs: 1000 });
});
