import type { Page } from 'playwright-core';
import { hostileHits, hostileMessages, hostileSessions } from './hostile.ts';
import { preferencesStates } from './preferences-states.ts';
import { type Answers, refuse } from './scripted-api.ts';
import type { UiWindow, WindowName, WindowOptions, Windows } from './windows.ts';
import * as world from './world.ts';

/** What a window can show, and how it comes to that. */
export interface State {
  readonly name: string;
  readonly window: WindowName;
  readonly answers: Answers;
  /** From the window as it opens to the state; does nothing where it opens in it. */
  readonly reach?: (ui: UiWindow) => Promise<void>;
  /** Is there once the state is reached. */
  readonly shows: (page: Page) => ReturnType<Page['getByText']>;
}

/** A window in this state. */
export async function reached(screen: Windows, state: State, options: WindowOptions = {}): Promise<UiWindow> {
  const ui = await screen.open(state.window, state.answers, options);
  await state.reach?.(ui);
  await state.shows(ui.page).waitFor();
  return ui;
}

const { answersIn, coreStatus, incident, message, messages, plan, receipt, session, source, now, hourMs } = world;

/** A conversation that lost its last messages, and the incident that says so. */
export const oneIncident = answersIn({
  status: coreStatus({ openIncidents: 1 }),
  incidents: [incident(1)],
  sessions: [session(1, { state: 'lost', onlyHere: 14 }), ...Array.from({ length: 9 }, (_, i) => session(i + 2))],
  messages: () => messages(24, 14),
});

export const restorable: Answers = {
  ...oneIncident,
  planRestore: ({ target }) => plan({ target }),
  restore: () => receipt(),
  undo: ({ restoreId }) => ({ ok: true, restoreId, path: plan().path }),
  'dialog.saveFile': () => '/home/ada/conversation.jsonl',
};

/** Conversations that an upgrade to a database left behind; OpenClaw runs. */
export const leftBehind: Answers = {
  ...answersIn({
    status: coreStatus({ openIncidents: 1 }),
    sessions: [1, 2, 3].map((id) => session(id, { state: 'lost', onlyHere: 4 })),
    incidents: [
      {
        id: 'upgrade',
        kind: 'mass-change',
        dedupeKey: 'mass-change:upgrade:1',
        severity: 'loss',
        sourceId: 1,
        messages: 12,
        bytes: 4_000,
        evidence: { what: 'upgrade', sessions: 3, of: 30, nativeIds: [], firstAt: now - hourMs, lastAt: now - hourMs },
        openedAt: now - hourMs,
      },
    ],
  }),
  planRecovery: () => ({ conversations: 3, messages: 12, bytes: 4_000, agents: ['main'], route: 'import-restart' }),
  recoverAll: () => ({
    ok: true,
    restores: ['a', 'b', 'c'].map((id) => ({ restoreId: id, sessionId: id, sessionKey: `agent:main:${id}` })),
    messages: 12,
  }),
};

const openSheet = async ({ page }: UiWindow) => page.getByRole('button', { name: 'Restore…' }).first().click();
const applySheet = async (ui: UiWindow) => {
  await openSheet(ui);
  await ui.page.getByRole('button', { name: 'Restore', exact: true }).click();
};
const openFirst = async ({ page }: UiWindow) => page.locator('nav button.row').first().click();
const search = (text: string) => async (ui: UiWindow) => ui.page.getByRole('searchbox').fill(text);
const never = <T>() => new Promise<T>(() => {});

const kinds = ['deleted', 'overwritten', 'unpersisted', 'wipe-pending', 'index-lost', 'interrupted-reply', 'writes-blocked'] as const;
export const fiftyIncidents = answersIn({
  status: coreStatus({ openIncidents: 50 }),
  sessions: Array.from({ length: 60 }, (_, i) => session(i + 1, { state: 'lost', onlyHere: 14 })),
  incidents: Array.from({ length: 50 }, (_, i) => {
    const kind = kinds[i % kinds.length] ?? 'deleted';
    return incident(i + 1, { kind, severity: i % 5 === 3 ? 'warning' : 'loss' });
  }),
  messages: () => messages(24, 14),
});

const member = (id: number) => session(id, { state: id === 2 ? 'restored' : 'lost', onlyHere: id === 3 ? 0 : 24 });
const massChange = answersIn({
  status: coreStatus({ openIncidents: 1 }),
  sessions: [1, 2, 3, 4, 5].map(member),
  incidents: [
    {
      id: 'mass',
      kind: 'mass-change',
      dedupeKey: 'mass-change:1',
      severity: 'loss',
      sourceId: 1,
      messages: 168,
      bytes: 128_800,
      evidence: { sessions: 7, firstAt: now - hourMs, nativeIds: [1, 2, 3, 4, 5].map((id) => member(id).nativeId) },
      openedAt: now - hourMs,
    },
  ],
});

const restore = {
  id: 'restore-1',
  sessionRow: 1,
  target: 'new-session',
  path: plan().path,
  messages: 24,
  sha256: 'a'.repeat(64),
  phase: 'verified',
  startedAt: now - hourMs,
  finishedAt: now - hourMs,
} as const;

const crashAfter = { at: now - 3 * hourMs + 3.5 * world.minuteMs, abrupt: true } as const;
const unsavedMessages = [
  ...messages(2),
  message(2, { gapBefore: 'unheld' }),
  message(3, { crashAfter }),
  message(4, { persisted: false }),
  message(5, { persisted: false, provenance: 'recorder-plugin' }),
  message(6, { persisted: false, provenance: 'acp-store', role: 'toolResult', text: 'exit 0\n'.repeat(40) }),
  message(7, { persisted: false, provenance: 'gateway-stream', interrupted: true, truncated: true, gapBefore: 'unheard' }),
  message(8, { persisted: true, at: now + 24 * hourMs }),
];

const hits = [1, 2, 3].map((id) => ({
  sessionRow: id,
  generationId: 1,
  start: 800 * id,
  title: session(id).title,
  role: id === 1 ? 'user' : 'assistant',
  at: now - id * hourMs,
  snippet: 'the table of the \u0001harbour\u0002 is in a file of its own',
}));

export const searchable = answersIn({ hits });

/** Two agents, and two conversations that nobody typed; one of these exists only here. */
export const filterable = answersIn({
  sessions: Array.from({ length: 8 }, (_, i) => {
    const id = i + 1;
    if (id === 3) return session(id, { sessionKey: 'agent:research:cron:digest', title: 'Nightly digest', state: 'lost', onlyHere: 2 });
    if (id === 7) return session(id, { sessionKey: 'agent:main:cron:backup', title: 'Back up the notes' });
    return session(id, id === 8 ? { agent: 'research', state: 'dormant' } : {});
  }),
});
/** Opens the filters and narrows the list by two of them. */
export const filterBy = async (ui: UiWindow, agent: string, state: string) => {
  await ui.page.locator('button.filter').click();
  await ui.page.getByRole('combobox').nth(0).selectOption(agent);
  await ui.page.getByRole('combobox').nth(1).selectOption({ label: state });
};

const noRecorder = coreStatus({
  health: 'stopped',
  running: false,
  sources: [],
  live: [],
  problem: {
    code: 'store-damaged',
    message: 'The buffer could not be opened.',
    hint: 'Clawback tries again every minute. Keep the folder as it is.',
  },
});

const recovery = (name: string, answers: Answers, shows: State['shows'], reach?: State['reach']): State => ({
  name,
  window: 'recovery',
  answers,
  shows,
  ...(reach === undefined ? {} : { reach }),
});

export const recoveryStates: readonly State[] = [
  recovery('starting', answersIn({ status: coreStatus({ running: false, sources: [], live: [] }), sessions: [] }), (page) =>
    page.getByText('Starting…'),
  ),
  recovery('without OpenClaw', answersIn({ status: coreStatus({ sources: [], live: [] }), sessions: [] }), (page) =>
    page.getByRole('heading', { name: 'No OpenClaw on this computer yet' }),
  ),
  recovery(
    'with every folder switched off',
    answersIn({
      status: coreStatus({ sources: [], live: [] }),
      sessions: [],
      settings: { ...world.settings, sources: [{ root: '/home/ada/.openclaw', enabled: false }] },
    }),
    (page) => page.getByRole('heading', { name: 'Nothing is protected' }),
  ),
  recovery(
    'a filtered list',
    filterable,
    (page) => page.getByText('1 automatic conversation hidden'),
    (ui) => filterBy(ui, 'main', 'In OpenClaw now'),
  ),
  recovery(
    'a list without what was filtered for',
    filterable,
    (page) => page.getByText('No conversation matches these filters.'),
    (ui) => filterBy(ui, 'main', 'Put away by a reset'),
  ),
  recovery('first import', answersIn({ status: coreStatus({ importing: { doneBytes: 41, totalBytes: 100, sessions: 1284 } }) }), (page) =>
    page.getByText('Protected, saving what was there before: 41 %'),
  ),
  recovery('the very first start', answersIn({ info: world.appInfo({ firstStart: true }) }), (page) =>
    page.getByRole('checkbox', { name: 'Open Clawback at login, so that nothing is missed' }),
  ),
  recovery('protecting and calm', answersIn(), (page) => page.getByText('Protected · 1 live conversation · last saved 2 s ago')),
  recovery('a conversation', answersIn(), (page) => page.getByText('Step 12 is done.'), openFirst),
  recovery('one incident', oneIncident, (page) => page.getByText('From here on, messages that exist only here')),
  recovery('fifty incidents', fiftyIncidents, (page) => page.getByText('50 need you')),
  recovery('an incident of many conversations', massChange, (page) => page.getByText('2 others are in the list on the left')),
  recovery(
    'messages that OpenClaw never saved',
    answersIn({ messages: () => unsavedMessages, sessions: [session(1, { onlyHere: 4, state: 'orphaned' })] }),
    (page) => page.getByText('From here on, messages that OpenClaw never saved'),
    openFirst,
  ),
  recovery(
    'a conversation that was put back',
    answersIn({ sessions: [session(1, { state: 'restored', onlyHere: 14 })], restores: [restore], messages: () => messages(24, 14) }),
    (page) => page.getByText('From here on, messages that were put back'),
    openFirst,
  ),
  recovery(
    'degraded',
    answersIn({ status: coreStatus({ health: 'degraded', sources: [source({ problems: ['source-unreadable'] })] }) }),
    (page) => page.getByText('/home/ada/.openclaw cannot be read.'),
  ),
  recovery('paused', answersIn({ status: coreStatus({ health: 'paused', pausedUntil: now + hourMs }) }), (page) =>
    page.getByText('Paused until 15:05; nothing is being saved'),
  ),
  recovery(
    'no recorder',
    {
      ...answersIn({ status: noRecorder }),
      sessions: () => refuse('core-unavailable', 'The recorder does not run.', 'It is started again by itself.'),
      incidents: () => refuse('core-unavailable', 'The recorder does not run.', 'It is started again by itself.'),
    },
    (page) => page.getByRole('heading', { name: 'Nothing is being recorded' }),
  ),
  recovery(
    'the demo without notifications',
    answersIn({ info: world.appInfo({ demo: true, notifications: 'unavailable', notificationsReason: 'no-answer' }) }),
    (page) => page.getByText('Notifications are not available here'),
  ),
  recovery(
    'hostile text',
    answersIn({ sessions: hostileSessions, messages: () => hostileMessages }),
    (page) => page.getByText('cut off').last(),
    openFirst,
  ),
  recovery(
    'hostile text found',
    answersIn({ sessions: hostileSessions, hits: hostileHits }),
    (page) => page.locator('mark').last(),
    search('bold'),
  ),
  recovery(
    'titles that are masked',
    oneIncident,
    (page) => page.locator('.masked').nth(4),
    async (ui) => {
      await ui.page.locator('.messages').waitFor();
      await ui.emit('settings.changed', { ...world.settings, maskTitles: true });
    },
  ),
  recovery('search with hits', searchable, (page) => page.locator('mark').nth(2), search('harbour')),
  recovery(
    'search without hits',
    searchable,
    (page) => page.getByText('Nothing found.'),
    async (ui) => {
      ui.api.answer({ search: () => [] });
      await search('nowhere')(ui);
    },
  ),
  recovery(
    'a search that fails',
    { ...searchable, search: () => refuse('index-damaged', 'The search index is damaged.', 'It is being built anew.') },
    (page) => page.getByText('The search index is damaged.'),
    search('harbour'),
  ),
];

const refusal = (code: 'gateway-refused' | 'session-busy') => ({
  code,
  message: 'The gateway does not allow it.',
  hint: 'Stop the gateway and look again.',
});

export const sheetStates: readonly State[] = [
  recovery(
    'a restore that is being planned',
    { ...restorable, planRestore: () => never() },
    (page) => page.getByText('Looking at what a restore would do…'),
    openSheet,
  ),
  recovery('the preview of a restore', restorable, (page) => page.getByText('exactly as it was captured'), openSheet),
  recovery(
    'the preview of a rebuild through the gateway',
    {
      ...restorable,
      planRestore: ({ target }) =>
        plan({ target, form: 'rebuilt', route: 'gateway', unpersisted: 3, changes: ['header-added', 'torn-line-dropped'] }),
    },
    (page) => page.getByText('Through the running gateway.'),
    openSheet,
  ),
  recovery(
    'a restore into the same chat',
    {
      ...restorable,
      session: () => ({
        session: session(1, { state: 'lost', onlyHere: 14 }),
        generations: [world.generation({ onDisk: false, closedAs: 'deleted' })],
      }),
    },
    (page) => page.getByText('Continue in the same chat'),
    openSheet,
  ),
  recovery(
    'a refused restore',
    { ...restorable, planRestore: ({ target }) => plan({ target, refusal: refusal('gateway-refused') }) },
    (page) => page.getByText('This cannot be done now'),
    openSheet,
  ),
  recovery(
    'a restore of a busy chat',
    { ...restorable, planRestore: ({ target }) => plan({ target, refusal: refusal('session-busy') }) },
    (page) => page.getByRole('button', { name: 'Look again' }),
    openSheet,
  ),
  recovery(
    'a plan that fails',
    { ...restorable, planRestore: () => refuse('mirror-damaged', 'A part of it cannot be read.', 'Look at the health of this disk.') },
    (page) => page.getByText('A part of it cannot be read.'),
    openSheet,
  ),
  recovery(
    'a restore to a file',
    restorable,
    (page) => page.getByRole('heading', { name: 'Save the conversation to a file?' }),
    async (ui) => {
      await openSheet(ui);
      await ui.page.getByRole('radio', { name: 'Save as a file…' }).check();
    },
  ),
  recovery('a restore that runs', { ...restorable, restore: () => never() }, (page) => page.getByText('Restoring…').first(), applySheet),
  recovery(
    'a restore that failed',
    { ...restorable, restore: () => refuse('disk-full', 'The disk is full.', 'Make room and try again.') },
    (page) => page.getByText('The disk is full.'),
    applySheet,
  ),
  recovery('a restore that is done', restorable, (page) => page.getByRole('heading', { name: '24 messages are back' }), applySheet),
  recovery(
    'a restore that was taken back',
    restorable,
    (page) => page.getByRole('heading', { name: 'Taken back.' }),
    async (ui) => {
      await applySheet(ui);
      await ui.page.getByRole('button', { name: 'Undo' }).click();
    },
  ),
];

export const states: readonly State[] = [...recoveryStates, ...sheetStates, ...preferencesStates];

export function stateNamed(name: string): State {
  const state = states.find((each) => each.name === name);
  if (state === undefined) throw new Error(`there is no state "${name}"`);
  return state;
}
