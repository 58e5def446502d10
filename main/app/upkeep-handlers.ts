import { join } from 'node:path';
import { app, dialog, shell } from 'electron';
import type { Messages } from '../wording/catalogue.ts';
import { RequestError } from './core-connection.ts';
import type { CoreSupervisor } from './core-supervisor.ts';
import type { GrantedPaths } from './granted-paths.ts';
import type { Handlers } from './ipc-router.ts';
import type { Windows } from './windows.ts';

export interface UpkeepDeps {
  /** Clawback's own directory. */
  readonly home: string;
  readonly core: CoreSupervisor;
  readonly windows: Windows;
  readonly words: () => Messages;
  /** Paths that the person chose. */
  readonly granted: GrantedPaths;
}

type UpkeepChannel =
  | 'storage'
  | 'planMove'
  | 'moveBuffer'
  | 'eraseAll'
  | 'dialog.moveBuffer'
  | 'storage.anew'
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
export function upkeepHandlers({ home, core, windows, words, granted }: UpkeepDeps): Pick<Handlers, UpkeepChannel> {
  const requireChosen = (folder: string) => {
    // Back to where it is by default, which no dialog need show.
    if (folder !== home) granted.require(folder);
  };
  return {
    storage: (input) => core.request('storage', input),
    planMove: async (input) => {
      requireChosen(input.folder);
      return core.request('planMove', input);
    },
    moveBuffer: async (input) => {
      requireChosen(input.folder);
      return core.request('moveBuffer', input);
    },
    eraseAll: (input) => core.request('eraseAll', input),
    'dialog.moveBuffer': async () => {
      const { moveBuffer, choose } = words().dialogs;
      const options: Electron.OpenDialogOptions = {
        title: moveBuffer,
        // Where macOS shows no title.
        message: moveBuffer,
        buttonLabel: choose,
        properties: ['openDirectory', 'createDirectory'],
      };
      const parent = windows.focused();
      const { canceled, filePaths } = await (parent ? dialog.showOpenDialog(parent, options) : dialog.showOpenDialog(options));
      const [folder] = filePaths;
      return canceled || folder === undefined ? null : granted.grant(folder);
    },
    'storage.anew': async () => {
      core.startAnew();
      return null;
    },
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
      const problem = await shell.openPath(folder === 'logs' ? join(home, 'logs') : (await core.request('storage', {})).path);
      if (problem !== '') throw new RequestError({ code: 'io', message: problem, hint: '' });
      return null;
    },
  };
}
