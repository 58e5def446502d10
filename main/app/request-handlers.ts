import { homedir } from 'node:os';
import { join } from 'node:path';
import { app, clipboard, dialog, shell } from 'electron';
import type { CoreMethod, CoreRequests } from '../core/requests.ts';
import type { AppInfo, Requests, Settings } from '../ipc/contract.ts';
import type { Messages } from '../wording/catalogue.ts';
import { RequestError } from './core-connection.ts';
import type { CoreSupervisor } from './core-supervisor.ts';
import { GrantedPaths } from './granted-paths.ts';
import type { Handlers } from './ipc-router.ts';
import type { SettingsStore } from './settings-store.ts';
import { upkeepHandlers } from './upkeep-handlers.ts';
import type { Windows } from './windows.ts';

export interface HandlerDeps {
  /** Clawback's own directory. */
  readonly home: string;
  readonly core: CoreSupervisor;
  readonly settings: SettingsStore;
  readonly windows: Windows;
  readonly words: () => Messages;
  readonly info: () => AppInfo;
  /** Applies what changed; the settings are already stored. */
  readonly settingsChanged: (settings: Settings, before: Settings) => Promise<void>;
}

/** Answers of the app to its windows. What the core knows is passed on as it is. */
export function requestHandlers({ home, core, settings, windows, words, info, settingsChanged }: HandlerDeps): Handlers {
  const granted = new GrantedPaths();
  const ask =
    <M extends CoreMethod>(method: M) =>
    (input: CoreRequests[M]['in']) =>
      core.request(method, input);
  const restoring = <R extends Requests['restore']['in']>(request: R): R => {
    // A plan by its id got its output when it was made.
    if ('output' in request && request.output !== undefined) granted.require(request.output);
    return request;
  };
  return {
    // Never waits: while the core is being started again this is what says so.
    status: async () => core.status,
    sessions: ask('sessions'),
    sessionFacets: ask('sessionFacets'),
    session: ask('session'),
    messages: ask('messages'),
    messageText: ask('messageText'),
    search: ask('search'),
    incidents: ask('incidents'),
    incident: ask('incident'),
    dismiss: ask('dismiss'),
    restores: ask('restores'),
    planRestore: async (request) => core.request('planRestore', restoring(request)),
    restore: async (request) => core.request('restore', restoring(request)),
    planRecovery: ask('planRecovery'),
    recoverAll: ask('recoverAll'),
    undo: ask('undo'),
    export: async (request) => {
      granted.require(request.output);
      return core.request('export', { ...request, language: words().language });
    },
    continuePrompt: async (request) => core.request('continuePrompt', { ...request, language: words().language }),
    forget: ask('forget'),
    check: ask('check'),
    pause: ask('pause'),
    resume: ask('resume'),
    discover: ask('discover'),
    ...upkeepHandlers({ home, core, windows, words, granted }),
    'settings.get': async () => settings.current,
    'settings.set': async (patch) => {
      const before = settings.current;
      if (patch.sources !== undefined) {
        const known = new Set([...before.sources, ...core.status.sources].map((source) => source.root));
        const unknown = patch.sources.filter(({ root, enabled }) => enabled && !known.has(root));
        const found = unknown.length === 0 ? [] : await core.request('discover', {});
        for (const { root } of unknown) if (!found.includes(root)) granted.require(root);
      }
      const next = settings.update(patch);
      await settingsChanged(next, before);
      return next;
    },
    'app.info': async () => info(),
    'dialog.saveFile': async ({ suggestedName }) => {
      // A name only: a folder in it would lead the dialog somewhere the person did not choose.
      const name = suggestedName.replaceAll(/[/\\:\0]/g, '-');
      const { saveConversation: title, save: buttonLabel } = words().dialogs;
      const options: Electron.SaveDialogOptions = {
        title,
        buttonLabel,
        defaultPath: join(app.getPath('documents'), name),
        showsTagField: false,
        // Linux asks only when it is told to; an export counts on it that somebody was asked.
        properties: ['showOverwriteConfirmation'],
      };
      const parent = windows.focused();
      const { canceled, filePath } = await (parent ? dialog.showSaveDialog(parent, options) : dialog.showSaveDialog(options));
      return canceled || filePath === '' ? null : granted.grant(filePath);
    },
    'conversation.copyPrompt': async (request) => {
      const { text, messages, truncated } = await core.request('continuePrompt', { ...request, language: words().language });
      clipboard.writeText(text);
      return { messages, truncated };
    },
    'conversation.reveal': async ({ sessionRow }) => {
      // Only a path that the core names: a window names the conversation.
      const { generations } = await core.request('session', { row: sessionRow });
      const file = generations.findLast(({ kind, onDisk }) => kind === 'transcript' && onDisk);
      if (file === undefined) {
        const message = 'OpenClaw has no file of this conversation any more.';
        throw new RequestError({ code: 'not-found', message, hint: 'Export it instead.' });
      }
      shell.showItemInFolder(file.path);
      return null;
    },
    'dialog.addSource': async () => {
      const { addSource, protect } = words().dialogs;
      const options: Electron.OpenDialogOptions = {
        title: addSource,
        // Where macOS shows no title.
        message: addSource,
        buttonLabel: protect,
        defaultPath: homedir(),
        properties: ['openDirectory', 'showHiddenFiles'],
      };
      const parent = windows.focused();
      const { canceled, filePaths } = await (parent ? dialog.showOpenDialog(parent, options) : dialog.showOpenDialog(options));
      const [root] = filePaths;
      return canceled || root === undefined ? null : granted.grant(root);
    },
    'window.open': async ({ window, incidentId }) => {
      windows.open(window, incidentId === undefined ? undefined : { incidentId });
      return null;
    },
  };
}
