import { isDeepStrictEqual } from 'node:util';
import { app, powerMonitor, safeStorage } from 'electron';
import { systemClock } from '../core/platform/clock.ts';
import type { Incident } from '../core/types.ts';
import type { AppInfo, Settings } from '../ipc/contract.ts';
import { incidentCopy } from '../wording/incident-copy.ts';
import { isRestorable } from '../wording/restorable.ts';
import { showAbout } from './about.ts';
import { wordsFor } from './app-language.ts';
import { builtPaths, coreEnvironment, limitedRoots } from './app-paths.ts';
import { serveApp, warmApp } from './app-protocol.ts';
import { setApplicationMenu } from './application-menu.ts';
import { coreConfig } from './core-config.ts';
import { RequestError } from './core-connection.ts';
import { CoreSupervisor } from './core-supervisor.ts';
import { forkTransport, utilityTransport } from './core-transport.ts';
import { deviceKey } from './device-key.ts';
import { routeRequests } from './ipc-router.ts';
import { Leaving } from './leaving.ts';
import type { LogFile } from './log-file.ts';
import { loginItem } from './login-item.ts';
import { Notifier } from './notifier.ts';
import { requestHandlers } from './request-handlers.ts';
import type { SettingsStore } from './settings-store.ts';
import { openShellMemory } from './shell-memory.ts';
import { createTray } from './tray.ts';
import type { TrayAction, TrayView } from './tray-menu.ts';
import { Windows } from './windows.ts';

export interface ShellDeps {
  readonly home: string;
  readonly log: LogFile;
  readonly settings: SettingsStore;
}

export interface Shell {
  openRecovery(): void;
  stop(): Promise<void>;
}

const pauseMs = 3_600_000;
const refreshMs = 10_000;
const trayIncidentLimit = 50;

/** After `ready`: connects core, tray, notifications and windows. Decisions are in the modules; this only joins them. */
export function startShell({ home, log, settings }: ShellDeps): Shell {
  const { platform, env } = process;
  const limited = limitedRoots(env);
  const words = () => wordsFor(settings.current);
  const masksTitles = () => settings.current.maskTitles;
  const memory = openShellMemory(home, log);
  const isFirstStart = !memory.welcomed;
  const windows = new Windows({
    preload: builtPaths.preload,
    icons: builtPaths.icons,
    log,
    clock: systemClock,
    memory,
    words,
    masksTitles,
  });
  const login = loginItem(platform, env);
  const coreNode = env.CLAWBACK_CORE_NODE;
  const key = deviceKey({ home, storage: safeStorage, clock: systemClock, log });
  const coreEnv = coreEnvironment(env, app.isPackaged ? process.resourcesPath : undefined, key);
  const start = coreNode
    ? forkTransport(coreNode, builtPaths.coreProcess, coreEnv, log.line)
    : utilityTransport(builtPaths.coreProcess, coreEnv, log.line);
  const core = new CoreSupervisor({ start, clock: systemClock, log, home }, coreConfig(settings.current, limited));
  const incidents = new Map<string, Incident>();

  /** For what nobody waits for: the error is in the status that the core reports, and here. */
  const background = (what: string, work: Promise<unknown>) => {
    work.catch((error) => log.log('warn', 'background-failed', { what, code: error instanceof RequestError ? error.code : String(error) }));
  };
  const view = (): TrayView => ({
    // Counted here: the core's own count comes with its next status, a moment after the incident itself.
    status: { ...core.status, openIncidents: incidents.size },
    incidents: [...incidents.values()]
      .sort((a, b) => b.openedAt - a.openedAt)
      .map((incident) => ({
        id: incident.id,
        title: incidentCopy(words(), incident, Date.now()).title,
        ...(incident.title === undefined ? {} : { conversation: incident.title }),
        ...(incident.agent === undefined ? {} : { agent: incident.agent }),
        restorable: isRestorable(incident),
        messages: incident.messages,
        openedAt: incident.openedAt,
      })),
    notificationsAvailable: notifier.unavailable === undefined,
    firstStart: isFirstStart,
    masksTitles: masksTitles(),
  });
  const leaving = new Leaving(words);
  const quit = () => {
    leaving.mayQuit(core.status).then(
      (mayQuit) => mayQuit && app.quit(),
      (error: unknown) => log.log('warn', 'quit-not-asked', { error: String(error) }),
    );
  };
  const act = (action: TrayAction) => {
    switch (action.do) {
      case 'open-recovery':
        return windows.open('recovery');
      case 'open-incident':
        return windows.open('recovery', { incidentId: action.incidentId });
      case 'open-conversation':
        return windows.open('recovery', { sessionRow: action.sessionRow });
      case 'restore-incident':
        return windows.open('recovery', { incidentId: action.incidentId, restore: true });
      case 'dismiss-incident':
        return background('dismiss', core.request('dismiss', { incidentId: action.incidentId }));
      case 'check':
        return background('check', core.request('check', {}));
      case 'pause':
        return background('pause', core.request('pause', { untilMs: Date.now() + pauseMs }));
      case 'resume':
        return background('resume', core.request('resume', {}));
      case 'open-preferences':
        return windows.open('preferences');
      case 'about':
        return showAbout(words(), platform);
      case 'quit':
        return quit();
    }
  };
  const notifier = new Notifier({
    clock: systemClock,
    log,
    platform,
    wish: () => settings.current,
    words,
    acknowledge: (incidentId) => background('acknowledge', core.request('acknowledge', { incidentId })),
    open: (incidentId) => windows.open('recovery', incidentId === undefined ? undefined : { incidentId }),
    restore: (incidentId) => windows.open('recovery', { incidentId, restore: true }),
    availabilityChanged: () => refresh(),
  });
  const tray = createTray(builtPaths.icons, platform, act);
  const refresh = () => tray.show(words(), view(), Date.now());

  const info = (): AppInfo => ({
    version: app.getVersion(),
    platform,
    home,
    notifications: notifier.unavailable === undefined ? 'available' : 'unavailable',
    ...(notifier.unavailable === undefined ? {} : { notificationsReason: notifier.unavailable }),
    demo: env.CLAWBACK_DEMO === '1',
    ...(isFirstStart && env.CLAWBACK_DEMO !== '1' ? { firstStart: true } : {}),
    loginItem: login.state(),
    ...(settings.setAside === undefined ? {} : { settingsSetAside: settings.setAside }),
  });
  const setMenu = () => setApplicationMenu(words(), { about: () => showAbout(words(), platform), quit });
  /** A notification that stands on the screen stays as it is. */
  const speakNow = () => {
    setMenu();
    refresh();
    windows.broadcast('language.changed', words().language);
  };
  const settingsChanged = async (next: Settings, before: Settings) => {
    if (next.openAtLogin !== before.openAtLogin) login.set(next.openAtLogin);
    windows.broadcast('settings.changed', next);
    if (next.language !== before.language) speakNow();
    if (next.maskTitles !== before.maskTitles) refresh();
    const config = coreConfig(next, limited);
    if (!isDeepStrictEqual(config, coreConfig(before, limited))) await core.configure(config);
  };

  const atReady = async () => {
    const open = await core.request('incidents', { all: false, limit: trayIncidentLimit });
    incidents.clear();
    for (const incident of open) incidents.set(incident.id, incident);
    refresh();
    notifier.offer([...open, ...(await core.request('outbox', {}))]);
    if (core.status.sources.length === 0 && settings.current.sources.length === 0) windows.open('recovery');
  };
  core.on('ready', () => {
    background('ready', atReady());
    background('warm', warmApp('recovery'));
  });
  core.on('status', (status) => {
    refresh();
    windows.broadcast('status', status);
  });
  core.on('incident', (incident) => {
    if (incident.severity !== 'info' && incident.resolvedAt === undefined) incidents.set(incident.id, incident);
    refresh();
    notifier.offer([incident]);
    windows.broadcast('incident', incident);
  });
  core.on('resolved', (incident) => {
    incidents.delete(incident.id);
    refresh();
    notifier.withdraw(incident);
    windows.broadcast('resolved', incident);
  });
  core.on('progress', (progress) => windows.broadcast('progress', progress));

  serveApp(builtPaths.renderer);
  setMenu();
  routeRequests({
    handlers: requestHandlers({ home, core, settings, windows, words, info, settingsChanged }),
    isOurs: (contents) => windows.isOurs(contents),
    log,
  });
  powerMonitor.on('suspend', () => background('flush', core.request('flush', {})));
  powerMonitor.on('resume', () => background('check', core.request('check', {})));
  // "Last saved" grows old by itself. Also keeps a tooltip true when a core that hangs sends nothing.
  const ticking = setInterval(refresh, refreshMs);
  core.start();
  refresh();
  // The first start shows what is found and saved. A demo is there to be watched, also on a desktop that shows no icons.
  if (isFirstStart || env.CLAWBACK_DEMO === '1') windows.open('recovery');
  if (isFirstStart) memory.welcome();
  return {
    openRecovery: () => windows.open('recovery'),
    stop: async () => {
      clearInterval(ticking);
      await core.stop();
    },
  };
}
