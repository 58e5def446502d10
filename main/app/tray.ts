import { join } from 'node:path';
import { Menu, type MenuItemConstructorOptions, nativeImage, Tray } from 'electron';
import type { Messages } from '../wording/catalogue.ts';
import { type Mood, statusCopy } from '../wording/status-copy.ts';
import { type TrayAction, type TrayItem, type TrayView, trayMenu, trayTooltip } from './tray-menu.ts';

export interface TrayFace {
  show(words: Messages, view: TrayView, now: number): void;
}

/** Draws a view in the menu bar. A menu that did not change is left alone: replacing it closes it under the pointer. */
export function createTray(iconDirectory: string, platform: string, act: (action: TrayAction) => void): TrayFace {
  const icon = (mood: Mood) => {
    if (platform !== 'darwin') return nativeImage.createFromPath(join(iconDirectory, `tray-${mood}.png`));
    const image = nativeImage.createFromPath(join(iconDirectory, `tray-${mood}Template.png`));
    image.setTemplateImage(true);
    return image;
  };
  const tray = new Tray(icon('protecting'));
  tray.setIgnoreDoubleClickEvents(true);
  // On macOS a click opens the menu by itself; on Linux a host may send only this.
  if (platform !== 'darwin') tray.on('click', () => act({ do: 'open-recovery' }));
  let shown = { mood: 'protecting', menu: '', tooltip: '' };
  return {
    show(words, view, now) {
      const items = trayMenu(words, view, now);
      const { mood } = statusCopy(words, view.status, now);
      const next = { mood, menu: JSON.stringify(items), tooltip: trayTooltip(words, view, now) };
      if (next.mood !== shown.mood) tray.setImage(icon(next.mood));
      if (next.tooltip !== shown.tooltip) tray.setToolTip(next.tooltip);
      if (next.menu !== shown.menu) tray.setContextMenu(Menu.buildFromTemplate(items.map((item) => template(item, act))));
      shown = next;
    },
  };
}

function template(item: TrayItem, act: (action: TrayAction) => void): MenuItemConstructorOptions {
  switch (item.is) {
    case 'separator':
      return { type: 'separator' };
    case 'text':
      return { label: escapeMnemonic(item.label), enabled: false };
    case 'action':
      return { label: escapeMnemonic(item.label), enabled: item.enabled, click: () => act(item.action) };
    case 'submenu':
      return { label: escapeMnemonic(item.label), submenu: item.items.map((child) => template(child, act)) };
  }
}

/** `&` marks an access key in a label. */
const escapeMnemonic = (label: string): string => label.replaceAll('&', '&&');
