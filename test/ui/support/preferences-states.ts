import { type Answers, refuse } from './scripted-api.ts';
import type { State } from './states.ts';
import type { UiWindow } from './windows.ts';
import * as world from './world.ts';

const { answersIn, coreStatus, source, now, hourMs } = world;

export type SectionName = 'General' | 'Sources' | 'Storage' | 'Privacy' | 'Advanced' | '来源' | '存储' | '隐私' | '高级';

/** Opens a section of the preferences. */
export const section =
  (name: SectionName) =>
  async ({ page }: UiWindow) =>
    page.getByRole('tab', { name }).click();

const preferences = (name: string, answers: Answers, shows: State['shows'], reach?: State['reach']): State => ({
  name,
  window: 'preferences',
  answers,
  shows,
  ...(reach === undefined ? {} : { reach }),
});

export const troubledSources = answersIn({
  status: coreStatus({
    health: 'degraded',
    sources: [
      source({
        problems: ['source-unreadable', 'skipped-files'],
        watch: 'polling',
        witnesses: [
          {
            kind: 'gateway-stream',
            state: 'blocked',
            problem: { code: 'pairing', message: 'The gateway wants Clawback to be approved.', hint: 'Type: openclaw devices approve' },
          },
          { kind: 'recorder-plugin', state: 'off' },
          { kind: 'acp-store', state: 'waiting' },
          { kind: 'trajectory', state: 'off' },
        ],
      }),
      source({
        id: '2',
        root: `/mnt/${'a-folder-with-a-name-that-nobody-would-choose/'.repeat(8)}.openclaw`,
        gateway: 'stopped',
        sessions: 1,
      }),
    ],
  }),
  settings: { ...world.settings, sources: [{ root: '/home/ada/.openclaw-old', enabled: false }] },
  found: ['/home/ada/.clawdbot'],
});

const never = <T>() => new Promise<T>(() => {});
const moveTo = '/media/ada/a disk with a long name/Clawback';

/** With something in the buffer, and one that was set aside. */
export const storage: Answers = {
  ...answersIn({ settings: { ...world.settings, retention: { keepDays: 90 } } }),
  storage: () => world.storageFacts({ setAside: { buffers: 1, bytes: 12_400_000 } }),
  'dialog.moveBuffer': () => moveTo,
  planMove: ({ folder }) => ({ from: world.storageFacts().path, to: folder, bytes: 60_600_000, bytesFree: 412_000_000_000 }),
  moveBuffer: ({ folder }) => ({ folder, bytes: 60_600_000 }),
  eraseAll: () => ({ bytes: 60_600_000 }),
};

/** The disk of the buffer is not attached. */
export const bufferMissing: Answers = {
  ...answersIn({
    status: coreStatus({
      health: 'degraded',
      running: false,
      sources: [],
      problem: {
        code: 'buffer-missing',
        message: `The folder that holds the buffer is not there: ${moveTo}. Nothing is saved now.`,
        hint: 'Should that disk be lost, a new and empty buffer can be begun: clawback storage anew.',
      },
    }),
  }),
  storage: never,
  'storage.anew': () => null,
};

/** Somebody does not want everything to be saved. */
export const ruled = answersIn({
  status: coreStatus({ ignored: 3 }),
  settings: {
    ...world.settings,
    ignore: { agents: ['work'], keys: ['agent:main:telegram:*', `agent:research:${'a-long-name-'.repeat(12)}`] },
  },
});

/** An OpenClaw without the recorder. */
export const recorderAbsent: Answers = {
  ...answersIn({ status: coreStatus({ sources: [source({ witnesses: [{ kind: 'recorder-plugin', state: 'off' }] })] }) }),
  planRecorder: () => ({
    planId: 'plan-1',
    configPath: '/home/ada/.openclaw/openclaw.json',
    changes: [
      '   "gateway": { "port": 18789 }',
      '-}',
      '+  "plugins": {',
      '+    "load": { "paths": ["/home/ada/.local/share/clawback/openclaw-recorder"] },',
      '+    "entries": { "openclaw-recorder": { "enabled": true } }',
      '+  }',
      '+}',
    ],
  }),
  applyRecorder: () => ({
    changed: true,
    restartNeeded: true,
    previous: '/home/ada/.local/share/clawback/recorder-installs/openclaw.json',
  }),
  testGateway: () => ({ gateway: 'running', stream: { kind: 'gateway-stream', state: 'listening' } }),
};
const planRecorder = async (ui: UiWindow) => {
  await section('Sources')(ui);
  await ui.page.getByRole('button', { name: 'Install…' }).click();
};

const selfTest = async (ui: UiWindow) => {
  await section('Advanced')(ui);
  await ui.page.getByRole('button', { name: 'Run self-test' }).click();
};

const press = (name: string) => async (ui: UiWindow) => {
  await section('Storage')(ui);
  await ui.page.getByRole('button', { name }).click();
};

export const preferencesStates: readonly State[] = [
  preferences('preferences', answersIn(), (page) => page.getByText('New lines are made safe within 1 s.')),
  preferences(
    'sources',
    answersIn(),
    (page) => page.getByText('128 conversations · last saved 2 s ago · OpenClaw is running'),
    section('Sources'),
  ),
  preferences(
    'preferences without a source',
    answersIn({ status: coreStatus({ sources: [] }) }),
    (page) => page.getByText('No OpenClaw found yet.'),
    section('Sources'),
  ),
  preferences(
    'settings that were set aside',
    answersIn({ info: world.appInfo({ settingsSetAside: '/home/ada/.local/share/clawback/settings.json.unreadable-20260314' }) }),
    (page) => page.getByText('The settings file could not be read'),
  ),
  preferences('a login item that waits for approval', answersIn({ info: world.appInfo({ loginItem: 'requires-approval' }) }), (page) =>
    page.getByText('Waiting for your approval'),
  ),
  preferences('a system without login items', answersIn({ info: world.appInfo({ loginItem: 'unsupported' }) }), (page) =>
    page.getByText('Not available on this system.'),
  ),
  preferences(
    'opened at login',
    answersIn({ info: world.appInfo({ loginItem: 'enabled' }), settings: { ...world.settings, openAtLogin: true } }),
    (page) => page.getByText('Open Clawback at login'),
  ),
  preferences(
    'a system without notifications',
    answersIn({ info: world.appInfo({ notifications: 'unavailable', notificationsReason: 'unsupported' }) }),
    (page) => page.getByText('This system does not show notifications'),
  ),
  preferences(
    'sources with faults',
    troubledSources,
    (page) => page.getByText('The gateway wants Clawback to be approved.'),
    section('Sources'),
  ),
  preferences(
    'a change that cannot be stored',
    { ...answersIn(), 'settings.set': () => refuse('disk-full', 'The disk is full.', 'Nothing was changed.') },
    (page) => page.getByText('The disk is full.'),
    async ({ page }) => page.getByRole('slider').press('ArrowRight'),
  ),
  preferences(
    'the health of a source',
    answersIn({
      status: coreStatus({ sources: [source({ lagBytes: 2048, lagMs: 1200, lastEventAt: now - 3000, lastVerifiedAt: now - hourMs })] }),
    }),
    (page) => page.getByText('2.0 kB, for 1 s'),
    async (ui) => {
      await section('Sources')(ui);
      await ui.page.getByText('Health', { exact: true }).click();
    },
  ),
  preferences('storage', storage, (page) => page.getByText('48 MB for 1,284 conversations'), section('Storage')),
  preferences(
    'storage that cannot be asked',
    { ...answersIn(), storage: () => refuse('core-restarting', 'The recorder stopped while it answered.', 'It is started again.') },
    (page) => page.getByText('The recorder stopped while it answered.'),
    section('Storage'),
  ),
  preferences(
    'storage while it is verified',
    { ...storage, verify: never },
    (page) => page.getByText('Verifying…'),
    async (ui) => {
      await section('Storage')(ui);
      await ui.page.getByRole('button', { name: 'Verify now' }).click();
      await ui.emit('progress', { task: 'verify', done: 40, total: 100 });
    },
  ),
  preferences(
    'storage that is damaged',
    { ...storage, verify: () => ({ pieces: 4096, bytes: 48_200_000, damaged: 2 }) },
    (page) => page.getByText('2 of 4,096 pieces are not as captured.'),
    async (ui) => {
      await section('Storage')(ui);
      await ui.page.getByRole('button', { name: 'Verify now' }).click();
    },
  ),
  preferences('a move of the buffer', storage, (page) => page.getByText('Move the buffer?'), press('Move…')),
  preferences(
    'a buffer that is being moved',
    { ...storage, moveBuffer: never },
    (page) => page.getByRole('progressbar', { name: 'Moving…' }),
    async (ui) => {
      await press('Move…')(ui);
      await ui.page.getByRole('button', { name: 'Move', exact: true }).click();
      await ui.emit('progress', { task: 'move', done: 40, total: 100 });
    },
  ),
  preferences(
    'a folder that cannot hold the buffer',
    { ...storage, planMove: () => refuse('target-not-empty', `${moveTo} is not empty.`, 'Make a new folder there and choose that.') },
    (page) => page.getByText('Make a new folder there'),
    press('Move…'),
  ),
  preferences(
    'erasing everything',
    storage,
    (page) => page.getByText('8,214 messages in 612 conversations exist only here.'),
    press('Erase everything…'),
  ),
  preferences(
    'a buffer whose disk is missing',
    bufferMissing,
    (page) => page.getByText('Should that disk be lost, begin an empty buffer'),
    section('Storage'),
  ),
  preferences(
    'a buffer that would be begun anew',
    bufferMissing,
    (page) => page.getByText('Begin an empty buffer?'),
    press('Begin an empty buffer…'),
  ),
  preferences('privacy', answersIn(), (page) => page.getByText('Everything is saved.'), section('Privacy')),
  preferences(
    'rules of what is not saved',
    ruled,
    (page) => page.getByText('3 conversations are passed over'),
    async (ui) => {
      await section('Privacy')(ui);
      await ui.page.getByRole('button', { name: 'Add' }).click();
      await ui.page.getByText('Type what is not to be saved.').waitFor();
    },
  ),
  preferences('advanced', answersIn(), (page) => page.getByText('Show log files'), section('Advanced')),
  preferences(
    'a self-test under way',
    { ...answersIn(), selfTest: never },
    (page) => page.locator('[data-state="running"]'),
    async (ui) => {
      await selfTest(ui);
      await ui.emit('progress', { task: 'self-test', done: 3, total: 7 });
    },
  ),
  preferences(
    'a self-test that failed',
    {
      ...answersIn(),
      selfTest: () => ({
        ok: false,
        steps: [
          { name: 'write', ok: true, ms: 4 },
          { name: 'capture', ok: true, ms: 1240 },
          { name: 'lose', ok: true, ms: 1 },
          {
            name: 'detect',
            ok: false,
            ms: 8000,
            problem: 'The loss was not told in time. Is the computer very busy, or the disk slow?',
            code: 'loss-untold',
          },
          { name: 'clean', ok: true, ms: 12 },
        ],
      }),
    },
    (page) => page.getByText('The loss was not told in time.'),
    selfTest,
  ),
  preferences('recorder that would be installed', recorderAbsent, (page) => page.getByText('This changes in /home/ada'), planRecorder),
  preferences(
    'recorder that was installed',
    recorderAbsent,
    (page) => page.getByText('Installed. The gateway restarts'),
    async (ui) => {
      await planRecorder(ui);
      await ui.page.getByRole('button', { name: 'Install', exact: true }).click();
    },
  ),
];
