import { Menu } from 'electron';

/** Needed for copy, paste and closing by keyboard on macOS; hidden elsewhere. No developer tools, no reload. */
export function setApplicationMenu(): void {
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      { role: 'appMenu' },
      { role: 'editMenu' },
      { label: 'Window', submenu: [{ role: 'minimize' }, { role: 'close' }] },
    ]),
  );
}
