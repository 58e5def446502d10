import { expect, test } from 'vitest';
import { ImportProgress } from '../../../main/core/import-progress.ts';

test('what is on disk and not written yet is part of the whole', () => {
  const progress = new ImportProgress();
  progress.written(10);
  progress.seen(30);
  expect(progress.current).toEqual({ doneBytes: 10, totalBytes: 40 });
});

test('the whole never becomes less, and is told no more once it is over', () => {
  const progress = new ImportProgress();
  progress.seen(40);
  progress.written(10);
  progress.seen(5);
  expect(progress.current).toEqual({ doneBytes: 10, totalBytes: 40 });
  progress.isOver = true;
  expect(progress.current).toBeUndefined();
});

test('the end of an import is noticed once', () => {
  const progress = new ImportProgress();
  progress.written(5_000);
  expect(progress.takeEnd()).toBe(false);
  progress.isOver = true;
  expect(progress.takeEnd()).toBe(true);
  expect(progress.takeEnd()).toBe(false);
});
