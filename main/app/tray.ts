import { join } from 'node:path';
import { Menu, type MenuItemConstructorOptions, nativeImage, Tray } from 'electron';
import type { Messages } from '../wording/catalogue.ts';
import { type Mood, statusCopy } from '../wording/status-copy.ts';
import { OpenMenu } from './open-menu.ts';
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
  // On Linux to set the tooltip is to make the menu anew (Electron 33.2): every second would move it under the pointer.
  const times = platform === 'darwin' ? 'ago' : 'at';
  let mood: Mood = 'protecting';
  let menu = '';
  let items: readonly TrayItem[] = [];
  let tooltip = { shown: '', next: '' };
  // After the click that closed it.
  const open = new OpenMenu(() => setImmediate(build));
  const choose = (action: TrayAction) => {
    open.over();
    act(action);
  };
  /** Nothing in the menu changes more often than by the minute while nothing happens. */
  const build = () => {
    if (open.isOpen) return;
    if (tooltip.next !== tooltip.shown) tray.setToolTip(tooltip.next);
    tooltip = { ...tooltip, shown: tooltip.next };
    const next = JSON.stringify(items);
    if (next === menu) return;
    menu = next;
    const built = Menu.buildFromTemplate(items.map((item) => template(item, choose)));
    built.on('menu-will-show', () => open.opened());
    built.on('menu-will-close', () => open.over());
    for (const { submenu } of built.items) submenu?.on('menu-will-show', () => open.submenuShown());
    tray.setContextMenu(built);
  };
  return {
    show(words, view, now) {
      items = trayMenu(words, view, now);
      tooltip = { ...tooltip, next: trayTooltip(words, view, now, times) };
      build();
      const next = statusCopy(words, view.status, now).mood;
      if (next !== mood) tray.setImage(icon(next));
      mood = next;
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
