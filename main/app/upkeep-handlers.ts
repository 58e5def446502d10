import { join } from 'node:path';
import { app, dialog, shell } from 'electron';
import type { Messages } from '../wording/catalogue.ts';
import { RequestError } from './core-connection.ts';
import type { CoreSupervisor } from './core-supervisor.ts';
import type { Handlers } from './ipc-router.ts';
import type { Windows } from './windows.ts';

export interface UpkeepDeps {
  /** Clawback's own directory. */
  readonly home: string;
  readonly core: CoreSupervisor;
  readonly windows: Windows;
  readonly words: () => Messages;
}

type UpkeepChannel =
  | 'storage'
  | 'verify'
  | 'rebuildIndex'
  | 'selfTest'
  | 'testGateway'
  | 'planRecorder'
  | 'applyRecorder'
  | 'diagnostics.save'
  | 'folder.reveal';

const suggestedName = 'clawback-diagnostics.json';

/** What the preferences window asks of the recorder itself rather than of what it recorded. */
export function upkeepHandlers({ home, core, windows, words }: UpkeepDeps): Pick<Handlers, UpkeepChannel> {
  return {
    storage: (input) => core.request('storage', input),
    verify: (input) => core.request('verify', input),
    rebuildIndex: (input) => core.request('rebuildIndex', input),
    selfTest: (input) => core.request('selfTest', input),
    testGateway: (input) => core.request('testGateway', input),
    planRecorder: (input) => core.request('planRecorder', input),
    applyRecorder: (input) => core.request('applyRecorder', input),
    'diagnostics.save': async () => {
      const { saveTitle, save } = words().preferences.diagnostics;
      const options = {
        title: saveTitle,
        buttonLabel: save,
        defaultPath: join(app.getPath('documents'), suggestedName),
        showsTagField: false,
        // Linux asks only when it is told to; replacing counts on it that somebody was asked.
        properties: ['showOverwriteConfirmation'],
      } satisfies Electron.SaveDialogOptions;
      const parent = windows.focused();
      const { canceled, filePath } = await (parent ? dialog.showSaveDialog(parent, options) : dialog.showSaveDialog(options));
      return canceled || filePath === '' ? null : core.request('diagnostics', { output: filePath, replace: true });
    },
    'folder.reveal': async ({ folder }) => {
      // Only folders that the app names: a window names which one.
      const problem = await shell.openPath(folder === 'logs' ? join(home, 'logs') : home);
      if (problem !== '') throw new RequestError({ code: 'io', message: problem, hint: '' });
      return null;
    },
  };
}
