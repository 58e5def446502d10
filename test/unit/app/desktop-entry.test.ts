import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { desktopEntry, entryState, isEnabledEntry } from '../../../main/app/desktop-entry.ts';
import { tempDir } from '../../support/temp-dir.ts';

test('a command with spaces and special characters stays one argument each', () => {
  const text = desktopEntry(['/opt/My App/clawback', 'a"b$c`d\\e', '100%']);
  expect(text).toContain('Exec="/opt/My App/clawback" "a\\\\"b\\\\$c\\\\`d\\\\\\\\e" "100%%"');
});

test.each([
  ['Hidden=true', false],
  ['X-GNOME-Autostart-enabled=false', false],
  ['X-GNOME-Autostart-enabled = false', false],
  ['Name=Hidden=true', true],
])('an entry with %s is enabled: %s', (line, expected) => {
  expect(isEnabledEntry(`[Desktop Entry]\n${line}\n`)).toBe(expected);
});

test('what we write is enabled', () => {
  expect(isEnabledEntry(desktopEntry(['clawback']))).toBe(true);
});

test('where no entry can be nobody is asked, and the preferences still open', () => {
  using dir = tempDir();
  const path = join(dir.path, 'autostart', 'clawback.desktop');
  expect(entryState(path)).toBe('disabled');
  writeFileSync(join(dir.path, 'autostart'), 'a file where the folder would be');
  expect(entryState(path)).toBe('unsupported');
});
