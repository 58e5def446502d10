import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openShellMemory } from '../../../main/app/shell-memory.ts';
import { tempDir } from '../../support/temp-dir.ts';

const silent = { log: () => undefined };
const stood = { x: 10, y: 40, width: 900, height: 600, maximized: false };

function home(): string {
  const directory = tempDir();
  onTestFinished(() => directory[Symbol.dispose]());
  return directory.path;
}

test('only the very first start is not welcomed', () => {
  const path = home();
  const first = openShellMemory(path, silent);
  expect(first.welcomed).toBe(false);
  first.welcome();
  expect(openShellMemory(path, silent).welcomed).toBe(true);
});

test('the place of each window outlasts the run, in a file for this person alone', () => {
  const path = home();
  const memory = openShellMemory(path, silent);
  memory.remember('recovery', stood);
  memory.remember('preferences', { ...stood, x: 500 });
  const next = openShellMemory(path, silent);
  expect(next.placeOf('recovery')).toEqual(stood);
  expect(next.placeOf('preferences')?.x).toBe(500);
  expect(statSync(join(path, 'windows.json')).mode & 0o777).toBe(0o600);
});

test('a damaged file costs the places alone', () => {
  const path = home();
  writeFileSync(join(path, 'windows.json'), '{"welcomed":true,"places":{"recovery":{"x":');
  const memory = openShellMemory(path, silent);
  expect(memory.placeOf('recovery')).toBeUndefined();
  expect(memory.welcomed).toBe(true);
  memory.remember('recovery', stood);
  expect(openShellMemory(path, silent).placeOf('recovery')).toEqual(stood);
});

test('a home that cannot be written costs the places alone', () => {
  const memory = openShellMemory(join(home(), 'not-there'), silent);
  memory.remember('recovery', stood);
  expect(memory.placeOf('recovery')).toEqual(stood);
});
