import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { app } from 'electron';
import type { AppInfo } from '../ipc/contract.ts';
import { desktopEntry, entryState } from './desktop-entry.ts';

/** Launch at login as the system has it, not as the settings wish it: a person can change it elsewhere. */
export interface LoginItem {
  state(): AppInfo['loginItem'];
  set(enabled: boolean): void;
}

export function loginItem(platform: string, env: Readonly<Record<string, string | undefined>>): LoginItem {
  if (platform === 'darwin') return macLoginItem;
  if (platform === 'linux') return autostartEntry(env);
  return { state: () => 'unsupported', set: () => undefined };
}

const macLoginItem: LoginItem = {
  state() {
    const { openAtLogin, status } = app.getLoginItemSettings();
    if (status === 'requires-approval') return 'requires-approval';
    return openAtLogin ? 'enabled' : 'disabled';
  },
  set: (enabled) => app.setLoginItemSettings({ openAtLogin: enabled }),
};

/** XDG autostart: what every desktop on Linux reads at login. */
function autostartEntry(env: Readonly<Record<string, string | undefined>>): LoginItem {
  const configured = env.XDG_CONFIG_HOME;
  const config = configured && isAbsolute(configured) ? configured : join(homedir(), '.config');
  const path = join(config, 'autostart/clawback.desktop');
  const command = env.APPIMAGE ? [env.APPIMAGE] : app.isPackaged ? [process.execPath] : [process.execPath, app.getAppPath()];
  return {
    state: () => entryState(path),
    set(enabled) {
      if (!enabled) return rmSync(path, { force: true });
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      writeFileSync(path, desktopEntry(command), { mode: 0o600 });
    },
  };
}
