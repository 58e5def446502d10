import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { writeReport } from '../../../main/core/diagnostics/write-report.ts';
import { tempDir } from '../../support/temp-dir.ts';

const content = { health: 'protecting' };

function folder(): string {
  const directory = tempDir();
  onTestFinished(() => directory[Symbol.dispose]());
  return directory.path;
}

test('a report takes the place of a file when somebody agreed to that, and only its owner can read it', () => {
  const directory = folder();
  const output = join(directory, 'report.json');
  writeFileSync(output, 'an older and longer report than the new one'.repeat(9), { mode: 0o644 });
  expect(writeReport(output, content, true)).toEqual({ path: output, bytes: statSync(output).size });
  expect(JSON.parse(readFileSync(output, 'utf8'))).toEqual(content);
  expect(statSync(output).mode & 0o777).toBe(0o600);
  expect(readdirSync(directory)).toEqual(['report.json']);
});

test('a report that may replace is written where nothing is, too', () => {
  const output = join(folder(), 'report.json');
  writeReport(output, content, true);
  expect(JSON.parse(readFileSync(output, 'utf8'))).toEqual(content);
});

test('without that a file that is there stays as it is', () => {
  const output = join(folder(), 'report.json');
  writeFileSync(output, 'mine');
  expect(() => writeReport(output, content, false)).toThrow(expect.objectContaining({ code: 'target-exists' }));
  expect(readFileSync(output, 'utf8')).toBe('mine');
});

test('what cannot be replaced stays, and nothing half is left beside it', () => {
  const directory = folder();
  mkdirSync(join(directory, 'report.json', 'occupied'), { recursive: true });
  expect(() => writeReport(join(directory, 'report.json'), content, true)).toThrow(expect.objectContaining({ code: 'io' }));
  expect(readdirSync(directory)).toEqual(['report.json']);
});

test('a folder that is not there is named as such', () => {
  const output = join(folder(), 'gone', 'report.json');
  expect(() => writeReport(output, content, true)).toThrow(expect.objectContaining({ code: 'invalid' }));
});
