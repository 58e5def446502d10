import { expect, it } from 'vitest';
import { zh } from '../../../main/wording/zh/index.ts';
import { readSources } from '../../support/source-files.ts';

const core = readSources('main/core', 'main/app')
  .map((file) => file.text)
  .join('\n');

/** Codes of `new CoreError('code', …)` and of errors that the app makes itself. */
const thrown = new Set(
  [...core.matchAll(/new CoreError\(\s*'([a-z-]+)'|\bcode: '(core-[a-z]+|forbidden)'/g)].map((match) => match[1] ?? match[2] ?? ''),
);

const unknown = (code: string) => zh.problems.error({ code, message: '', hint: '' }).message === '';

it('every error that a window can meet has words in Chinese', () => {
  expect(thrown.size).toBeGreaterThan(15);
  expect([...thrown].filter(unknown)).toEqual([]);
});
