import { join } from 'node:path';
import { app, dialog } from 'electron';
import { clawbackHome } from '../core/clawback-home.ts';
import { wordsFor } from './app-language.ts';
import { ensurePrivateDirectory } from './app-paths.ts';
import { declareAppScheme } from './app-protocol.ts';
import { openLogFile } from './log-file.ts';
import { defaultSettings, openSettings, type SettingsStore } from './settings-store.ts';
import { type Shell, startShell } from './shell.ts';

/** Entry of the Electron app. Nothing here may await at top level: `ready` waits for this module to end. */
const home = ensurePrivateDirectory(clawbackHome(process.env));
// Chromium's own files stay out of the buffer's folder, and two homes are two instances.
app.setPath('userData', ensurePrivateDirectory(join(home, 'shell')));
// As root in a container the launcher switches the sandbox off; asking for it then would keep every window from opening.
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
declareAppScheme();

if (app.requestSingleInstanceLock()) run();
else app.quit();

function run(): void {
  const log = openLogFile(join(home, 'logs'));
  process.on('uncaughtExceptionMonitor', (error) => log.log('error', 'uncaught', { stack: error.stack }));
  let settings: SettingsStore | undefined;
  let shell: Shell | undefined;
  let _stopping: Promise<void> | undefined;
  let stopped = false;

  app.on('second-instance', () => shell?.openRecovery());
  // On macOS a click on the app that already runs; the way in when the menu bar has no room for the icon.
  app.on('activate', () => shell?.openRecovery());
  // Clawback lives in the menu bar: closing the last window is not the end.
  app.on('window-all-closed', () => undefined);
  app.on('before-quit', (event) => {
    if (stopped || shell === undefined) return;
    event.preventDefault();
    _stopping ??= shell.stop().then(() => {
      stopped = true;
      // Never from within this event, where it would land when no core runs: the windows would close and the app stay.
      setImmediate(() => app.quit());
    });
  });
  app.dock?.hide();
  app
    .whenReady()
    .then(() => {
      log.log('info', 'app-started', { version: app.getVersion(), electron: process.versions.electron });
      settings = openSettings(home);
      if (settings.setAside !== undefined) log.log('warn', 'settings-damaged', { setAside: settings.setAside });
      shell = startShell({ home, log, settings });
    })
    .catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      log.log('error', 'app-failed', { message });
      dialog.showErrorBox(wordsFor(settings?.current ?? defaultSettings).dialogs.couldNotStart, message);
      app.exit(1);
    });
}
