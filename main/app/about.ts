import { app, dialog } from 'electron';
import type { Messages } from '../wording/catalogue.ts';

/** Name, version and what it is: the system's own panel on macOS, a dialog elsewhere. */
export function showAbout({ dialogs, tagline }: Messages, platform: string): void {
  const version = app.getVersion();
  if (platform === 'darwin') {
    app.setAboutPanelOptions({ applicationName: 'Clawback', applicationVersion: version, version: '', credits: tagline });
    app.showAboutPanel();
    return;
  }
  void dialog.showMessageBox({ type: 'info', message: dialogs.about(version), detail: tagline, buttons: [dialogs.ok], noLink: true });
}
