import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openLogFile } from '../../../main/app/log-file.ts';
import { tempDir } from '../../support/temp-dir.ts';

function directory(): string {
  const temporary = tempDir();
  onTestFinished(() => temporary[Symbol.dispose]());
  return join(temporary.path, 'logs');
}

test('an entry is one line of JSON that only its owner can read', () => {
  const logs = directory();
  openLogFile(logs, () => 0).log('info', 'core-started', { pid: 7 });
  const path = join(logs, 'app.log');
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ at: '1970-01-01T00:00:00.000Z', level: 'info', event: 'core-started', pid: 7 });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(logs).mode & 0o777).toBe(0o700);
});

test('a full file is put aside, and only three old ones are kept', () => {
  const logs = directory();
  const log = openLogFile(logs);
  for (let n = 0; n < 6 * 300; n += 1) log.line('x'.repeat(4000));
  expect(readdirSync(logs).sort()).toEqual(['app.log', 'app.log.1', 'app.log.2', 'app.log.3']);
  for (const name of readdirSync(logs)) expect(statSync(join(logs, name)).size).toBeLessThanOrEqual(1 << 20);
});
