import { join } from 'node:path';
import { Menu, type MenuItemConstructorOptions, nativeImage, Tray } from 'electron';
import type { Messages } from '../wording/catalogue.ts';
import { type Mood, statusCopy } from '../wording/status-copy.ts';
import { type TrayAction, type TrayItem, type TrayView, trayMenu, trayTooltip } from './tray-menu.ts';

export interface TrayFace {
  show(words: Messages, view: TrayView, now: number): void;
}

/** Draws a view in the menu bar. A menu that did not change or that is open is left alone. */
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
  let shown = { mood: 'protecting', tooltip: '' };
  let menu = '';
  let isOpen = false;
  let items: readonly TrayItem[] = [];
  /**
   * Replacing a menu that is open closes it under the pointer, so that waits until it was closed. Electron on Linux does not
   * tell; there it helps that nothing in the menu changes more often than by the minute while nothing happens.
   */
  const build = () => {
    const next = JSON.stringify(items);
    if (isOpen || next === menu) return;
    menu = next;
    const built = Menu.buildFromTemplate(items.map((item) => template(item, act)));
    built.on('menu-will-show', () => {
      isOpen = true;
    });
    built.on('menu-will-close', () => {
      isOpen = false;
      // After the click that closed it.
      setImmediate(build);
    });
    tray.setContextMenu(built);
  };
  return {
    show(words, view, now) {
      items = trayMenu(words, view, now);
      build();
      const { mood } = statusCopy(words, view.status, now);
      const next = { mood, tooltip: trayTooltip(words, view, now) };
      if (next.mood !== shown.mood) tray.setImage(icon(next.mood));
      if (next.tooltip !== shown.tooltip) tray.setToolTip(next.tooltip);
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
