import { readFileSync } from 'node:fs';
import { errnoOf } from '../core/platform/errors.ts';
import { messagesIn } from '../wording/catalogue.ts';
import { languages } from '../wording/language.ts';

/** Languages as desktop files name them; the one without is for everybody else. */
const comments = { en: 'Comment', zh: 'Comment[zh_CN]' } as const;

/** An XDG autostart entry. Quoting: Desktop Entry Specification 1.5, "The Exec key". */
export function desktopEntry(command: readonly string[]): string {
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Clawback',
    ...languages.map((language) => `${comments[language]}=${messagesIn(language).tagline}`),
    `Exec=${command.map(quote).join(' ')}`,
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n');
}

/** Desktops switch an entry off by one of these keys instead of removing it. */
export function isEnabledEntry(text: string): boolean {
  return !/^Hidden\s*=\s*true\s*$/im.test(text) && !/^X-GNOME-Autostart-enabled\s*=\s*false\s*$/im.test(text);
}

/** `unsupported`: there can be none, or nobody can tell. */
export function entryState(path: string): 'enabled' | 'disabled' | 'unsupported' {
  try {
    return isEnabledEntry(readFileSync(path, 'utf8')) ? 'enabled' : 'disabled';
  } catch (error) {
    const code = errnoOf(error);
    if (code === undefined) throw error;
    return code === 'ENOENT' ? 'disabled' : 'unsupported';
  }
}

/** Twice escaped: once for the quoted argument, once more because the value is a string of the file format. */
function quote(argument: string): string {
  const escaped = argument.replace(/[\\"`$]/g, '\\$&').replaceAll('%', '%%');
  return `"${escaped.replaceAll('\\', '\\\\')}"`;
}
