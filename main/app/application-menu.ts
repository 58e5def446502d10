import { Menu } from 'electron';
import type { Messages } from '../wording/catalogue.ts';

/**
 * Needed for copy, paste and closing by keyboard on macOS; hidden elsewhere. No developer tools, no reload. Every label is ours:
 * Electron's own are English in every language.
 */
export function setApplicationMenu({ menu }: Messages, act: { readonly about: () => void; readonly quit: () => void }): void {
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      {
        role: 'appMenu',
        label: 'Clawback',
        submenu: [
          { label: menu.about, click: act.about },
          { type: 'separator' },
          { role: 'services', label: menu.services },
          { type: 'separator' },
          { role: 'hide', label: menu.hide },
          { role: 'hideOthers', label: menu.hideOthers },
          { role: 'unhide', label: menu.showAll },
          { type: 'separator' },
          // Not the role, which would quit without a word about conversations that go on.
          { label: menu.quit, accelerator: 'CommandOrControl+Q', click: act.quit },
        ],
      },
      {
        role: 'editMenu',
        label: menu.edit,
        submenu: [
          { role: 'undo', label: menu.undo },
          { role: 'redo', label: menu.redo },
          { type: 'separator' },
          { role: 'cut', label: menu.cut },
          { role: 'copy', label: menu.copy },
          { role: 'paste', label: menu.paste },
          { role: 'selectAll', label: menu.selectAll },
        ],
      },
      {
        label: menu.window,
        submenu: [
          { role: 'minimize', label: menu.minimize },
          { role: 'close', label: menu.close },
        ],
      },
    ]),
  );
}
