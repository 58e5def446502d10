import { join } from 'node:path';
import { BrowserWindow, screen, type WebContents } from 'electron';
import type { Clock } from '../core/platform/clock.ts';
import type { Logger } from '../core/platform/logger.ts';
import { eventChannel } from '../ipc/channels.ts';
import type { Events } from '../ipc/contract.ts';
import type { Messages } from '../wording/catalogue.ts';
import { appHost, appScheme } from './asset-path.ts';
import type { ShellMemory } from './shell-memory.ts';
import { placeOn } from './window-places.ts';

export type WindowName = 'recovery' | 'preferences';

export type Selection =
  | {
      readonly incidentId: string;
      /** Open the preview of its restore at once. */
      readonly restore?: boolean;
    }
  | { readonly sessionRow: number };

export interface WindowsDeps {
  readonly preload: string;
  readonly icons: string;
  readonly log: Logger;
  readonly clock: Clock;
  readonly memory: Pick<ShellMemory, 'placeOf' | 'remember'>;
  /** In the person's language of the moment. */
  readonly words: () => Messages;
  /** See `maskTitles` of the settings. */
  readonly masksTitles: () => boolean;
}

const frames = {
  recovery: { width: 1040, height: 720, minWidth: 720, minHeight: 480, resizable: true },
  preferences: { width: 620, height: 520, minWidth: 560, minHeight: 420, resizable: true },
} as const satisfies Record<WindowName, Electron.BrowserWindowConstructorOptions>;

const restMs = 500;

/** At most one window of each kind; closed windows are destroyed, so that an idle Clawback holds no renderer. */
export class Windows {
  readonly #deps: WindowsDeps;
  readonly #open = new Map<WindowName, BrowserWindow>();

  constructor(deps: WindowsDeps) {
    this.#deps = deps;
  }

  /** Brings the window to the front; `selection` is what it shows first. */
  open(name: WindowName, selection?: Selection): void {
    const existing = this.#open.get(name);
    if (existing !== undefined) {
      if (existing.isMinimized()) existing.restore();
      existing.show();
      existing.focus();
      if (selection !== undefined) {
        const event = 'incidentId' in selection ? 'incident.selected' : 'conversation.selected';
        existing.webContents.send(eventChannel(event), selection);
      }
      return;
    }
    const askedAt = this.#deps.clock.monotonic();
    const window = this.#create(name);
    this.#open.set(name, window);
    window.once('closed', () => this.#open.delete(name));
    window.once('ready-to-show', () => {
      window.show();
      // Not before: it would show the window while that is empty.
      if (this.#deps.memory.placeOf(name)?.maximized === true) window.maximize();
      this.#deps.log.log('info', 'window-shown', { name, ms: Math.round(this.#deps.clock.monotonic() - askedAt) });
    });
    // A window that is still loading has no listener yet, so the selection, the language and the mask travel in its address.
    const fragment = selection === undefined ? '' : `#${new URLSearchParams(fragmentOf(selection))}`;
    const { words, masksTitles } = this.#deps;
    const query = new URLSearchParams({ lang: words().language, ...(masksTitles() ? { mask: '1' } : {}) });
    window.loadURL(`${appScheme}://${appHost}/${name}/index.html?${query}${fragment}`).catch((error: unknown) => {
      // Also when it is closed before it has loaded.
      this.#deps.log.log('warn', 'window-not-loaded', { name, error: String(error) });
    });
  }

  broadcast<K extends keyof Events>(event: K, payload: Events[K]): void {
    for (const window of this.#open.values()) window.webContents.send(eventChannel(event), payload);
  }

  isOurs(contents: WebContents): boolean {
    return [...this.#open.values()].some((window) => window.webContents === contents);
  }

  /** The window a dialog belongs to. */
  focused(): BrowserWindow | undefined {
    const windows = [...this.#open.values()];
    return windows.find((window) => window.isFocused()) ?? windows[0];
  }

  #create(name: WindowName): BrowserWindow {
    const place = this.#deps.memory.placeOf(name);
    const areas = screen.getAllDisplays().map((display) => display.workArea);
    const window = new BrowserWindow({
      ...frames[name],
      ...(place === undefined ? {} : placeOn(place, areas)),
      title: this.#deps.words().windows[name],
      show: false,
      autoHideMenuBar: true,
      icon: join(this.#deps.icons, 'app-icon-256.png'),
      webPreferences: {
        preload: this.#deps.preload,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        webviewTag: false,
        webSecurity: true,
        spellcheck: false,
        navigateOnDragDrop: false,
      },
    });
    this.#follow(name, window);
    const { webContents } = window;
    webContents.setWindowOpenHandler(() => ({ action: 'deny' }));
    webContents.on('will-navigate', (event) => event.preventDefault());
    webContents.on('will-attach-webview', (event) => event.preventDefault());
    webContents.session.setPermissionRequestHandler((_contents, _permission, decide) => decide(false));
    webContents.session.setPermissionCheckHandler(() => false);
    return window;
  }

  /** Remembers where it stands once it rests there, and not at the end alone: an app may end without closing its windows. */
  #follow(name: WindowName, window: BrowserWindow): void {
    const { clock, memory } = this.#deps;
    let timer: Disposable | undefined;
    const remember = () => {
      timer?.[Symbol.dispose]();
      memory.remember(name, { ...window.getNormalBounds(), maximized: window.isMaximized() });
    };
    const moved = () => {
      timer?.[Symbol.dispose]();
      timer = clock.schedule(restMs, remember);
    };
    window.on('move', moved);
    window.on('resize', moved);
    window.once('close', remember);
    window.once('closed', () => timer?.[Symbol.dispose]());
  }
}

function fragmentOf(selection: Selection): Record<string, string> {
  if ('sessionRow' in selection) return { conversation: String(selection.sessionRow) };
  return { incident: selection.incidentId, ...(selection.restore === true ? { restore: '1' } : {}) };
}
