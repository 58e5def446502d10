import { expect, test } from 'vitest';
import { desktopEntry, isEnabledEntry } from '../../../main/app/desktop-entry.ts';

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
