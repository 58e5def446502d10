import type { SessionFilter } from '../../../main/core/requests.ts';
import type { StorageFacts } from '../../../main/core/storage-facts.ts';
import type { MarkedMessage } from '../../../main/core/timeline-marks.ts';
import type {
  CoreStatus,
  GenerationSummary,
  Incident,
  Page,
  RestorePlan,
  RestoreReceipt,
  RestoreSummary,
  SearchHit,
  SessionSummary,
  SourceStatus,
} from '../../../main/core/types.ts';
import type { AppInfo, Settings } from '../../../main/ipc/contract.ts';
import { type Answers, refuse } from './scripted-api.ts';

/** Saturday, 14 March 2026, 14:05:30 UTC: the clock of every window under test stands still here. */
export const now = Date.UTC(2026, 2, 14, 14, 5, 30);
export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
const root = '/home/ada/.openclaw';

export function source(given: Partial<SourceStatus> = {}): SourceStatus {
  return {
    id: '1',
    root,
    layout: 'openclaw-jsonl',
    agents: 2,
    sessions: 128,
    lastCaptureAt: now - 2000,
    bytes: 2_400_000,
    lagBytes: 0,
    lagMs: 0,
    witnesses: [
      { kind: 'recorder-plugin', state: 'listening', lastMessageAt: now - 2000 },
      { kind: 'gateway-stream', state: 'waiting' },
    ],
    watch: 'events',
    gateway: 'running',
    problems: [],
    ...given,
  };
}

export function coreStatus(given: Partial<CoreStatus> = {}): CoreStatus {
  return {
    health: 'protecting',
    running: true,
    sources: [source()],
    live: [{ id: 1, title: 'Plan the move to the new flat', agent: 'main', lagBytes: 0, lastAppendAt: now - 2000 }],
    bufferBytes: 48_200_000,
    openIncidents: 0,
    lastCommitAt: now - 2000,
    lagBytes: 0,
    flushIntervalMs: 1000,
    ...given,
  };
}

export function session(id: number, given: Partial<SessionSummary> = {}): SessionSummary {
  const nativeId = `${String(id).padStart(8, '0')}-0000-4000-8000-000000000000`;
  return {
    id,
    sourceId: 1,
    agent: id % 3 === 0 ? 'research' : 'main',
    nativeId,
    sessionId: nativeId,
    sessionKey: `agent:main:chat-${id}`,
    state: id === 1 ? 'live' : 'dormant',
    bytes: 18_400,
    records: 24,
    generations: 1,
    firstSeenAt: now - id * hourMs - hourMs,
    lastAppendAt: id === 1 ? now - 2000 : now - id * hourMs,
    title: titles[(id - 1) % titles.length] ?? '',
    onlyHere: 0,
    ...given,
  };
}

const titles = [
  'Plan the move to the new flat',
  'Quarterly numbers for the harbour',
  'Why does the nightly build fail?',
  'Recipe for forty people',
  'Translate the contract',
  'Trip to Lisbon in May',
];

export function message(index: number, given: Partial<MarkedMessage> = {}): MarkedMessage {
  const fromPerson = index % 2 === 0;
  return {
    generationId: 1,
    start: index * 400,
    length: 400,
    kind: 'message',
    role: fromPerson ? 'user' : 'assistant',
    text: fromPerson
      ? `Please do step ${index / 2 + 1}, and keep the naming from this morning.`
      : `Step ${(index + 1) / 2} is done. I kept the three sections and moved the table to a file of its own.`,
    truncated: false,
    at: now - 3 * hourMs + index * minuteMs,
    provenance: 'transcript',
    persisted: true,
    ...given,
  };
}

/** A conversation of which the last messages are no longer on disk. */
export function messages(count: number, onlyHere = 0): readonly MarkedMessage[] {
  return Array.from({ length: count }, (_, i) => message(i, { persisted: i < count - onlyHere }));
}

export function incident(number: number, given: Partial<Incident> = {}): Incident {
  return {
    id: `incident-${number}`,
    kind: 'truncated',
    dedupeKey: `truncated:main:${number}`,
    severity: 'loss',
    sourceId: 1,
    agent: 'main',
    nativeId: session(number).nativeId,
    generationId: 1,
    messages: 14,
    bytes: 9300,
    evidence: {
      since: now - 4 * minuteMs,
      path: `${root}/agents/main/sessions/${session(number).nativeId}.jsonl`,
      before: 18_400,
      after: 9100,
    },
    sessionRow: number,
    sessionKey: 'agent:main:main',
    title: session(number).title,
    openedAt: now - 4 * minuteMs - (number - 1) * 11 * minuteMs,
    ...given,
  };
}

export function generation(given: Partial<GenerationSummary> = {}): GenerationSummary {
  return {
    id: 1,
    kind: 'transcript',
    ordinal: 1,
    name: 'first',
    path: `${root}/agents/main/sessions/first.jsonl`,
    bytes: 18_400,
    records: 24,
    openedAt: now - 5 * hourMs,
    onDisk: true,
    ...given,
  };
}

export function plan(given: Partial<RestorePlan> = {}): RestorePlan {
  return {
    planId: 'plan-1',
    target: 'new-session',
    generationId: 1,
    upTo: 18_400,
    path: `${root}/agents/main/sessions/5d1c6f0e-0000-4000-8000-000000000000.jsonl`,
    agent: 'main',
    sessionId: '5d1c6f0e-0000-4000-8000-000000000000',
    sessionKey: 'agent:main:recovered-5d1c6f0e',
    label: 'Recovered: Plan the move to the new flat',
    messages: 24,
    bytes: 18_400,
    sha256: 'a'.repeat(64),
    form: 'verbatim',
    route: 'index',
    changes: [],
    ...given,
  };
}

export function receipt(given: Partial<RestoreReceipt> = {}): RestoreReceipt {
  const { path, sessionId, sessionKey, sha256 } = plan();
  return {
    ok: true,
    restoreId: 'restore-1',
    path,
    ...(sessionId === undefined ? {} : { sessionId }),
    ...(sessionKey === undefined ? {} : { sessionKey }),
    messages: 24,
    sha256,
    already: false,
    ...given,
  };
}

export const settings: Settings = {
  flushIntervalMs: 1000,
  notify: 'all',
  notifyResets: false,
  openAtLogin: false,
  language: 'system',
  maskTitles: false,
  sources: [],
};

export function appInfo(given: Partial<AppInfo> = {}): AppInfo {
  return {
    version: '0.1.0',
    platform: 'linux',
    home: '/home/ada/.local/share/clawback',
    notifications: 'available',
    demo: false,
    loginItem: 'disabled',
    ...given,
  };
}

export function storageFacts(given: Partial<StorageFacts> = {}): StorageFacts {
  return {
    path: '/home/ada/.local/share/clawback',
    bytes: 48_200_000,
    bytesFree: 128_000_000_000,
    transcriptBytes: 412_000_000,
    conversations: 1284,
    grownLastWeek: 12_400_000,
    oldestAt: Date.UTC(2025, 10, 3, 9),
    onlyHere: { conversations: 612, messages: 8_214 },
    setAside: { buffers: 0, bytes: 0 },
    isElsewhere: false,
    ...given,
  };
}

export interface World {
  readonly status: CoreStatus;
  readonly sessions: readonly SessionSummary[];
  readonly incidents: readonly Incident[];
  readonly messages: (sessionRow: number) => readonly MarkedMessage[];
  readonly restores: readonly RestoreSummary[];
  readonly hits: readonly SearchHit[];
  readonly info: AppInfo;
  readonly settings: Settings;
  /** What discovery finds beside the sources of the status. */
  readonly found: readonly string[];
}

const calm: World = {
  status: coreStatus(),
  sessions: Array.from({ length: 12 }, (_, i) => session(i + 1)),
  incidents: [],
  messages: () => messages(24),
  restores: [],
  hits: [],
  info: appInfo(),
  settings,
  found: [],
};

/** The calm world with these differences, as the answers to a window that only looks. */
export function answersIn(given: Partial<World> = {}): Answers {
  const world = { ...calm, ...given };
  const byId = new Map(world.sessions.map((each) => [each.id, each]));
  return {
    status: () => world.status,
    sessions: ({ cursor = 0, limit, ...filter }) =>
      page(
        world.sessions.filter((each) => isLeftBy(filter, each)),
        cursor,
        limit,
      ),
    sessionFacets: ({ automatic: _, ...filter }) => ({
      agents: [...new Set(world.sessions.map(({ agent }) => agent))].sort(),
      automatic: world.sessions.filter((each) => isAutomatic(each) && isLeftBy(filter, each)).length,
    }),
    session: ({ row }) => {
      const found = byId.get(row);
      return found === undefined
        ? refuse('not-found', `There is no conversation ${row}.`)
        : { session: found, generations: [generation()] };
    },
    messages: ({ sessionRow, cursor = 0, limit }) => page(world.messages(sessionRow), cursor, limit),
    search: ({ limit }) => world.hits.slice(0, limit),
    incidents: ({ limit }) => world.incidents.slice(0, limit),
    incident: ({ id }) => world.incidents.find((each) => each.id === id) ?? refuse('not-found', `There is no incident ${id}.`),
    restores: () => world.restores,
    storage: () => storageFacts(),
    discover: () => [...world.status.sources.map((each) => each.root), ...world.found],
    'settings.get': () => world.settings,
    'app.info': () => world.info,
  };
}

const isAutomatic = ({ sessionKey }: SessionSummary): boolean => sessionKey?.includes(':cron:') === true;

function isLeftBy({ onlyHere, nativeIds, agent, states, since, automatic }: SessionFilter, each: SessionSummary): boolean {
  return (
    (onlyHere !== true || each.onlyHere > 0) &&
    (nativeIds === undefined || nativeIds.includes(each.nativeId)) &&
    (agent === undefined || each.agent === agent) &&
    (states === undefined || states.includes(each.state)) &&
    (since === undefined || (each.lastAppendAt ?? each.firstSeenAt) >= since) &&
    (automatic !== false || !isAutomatic(each))
  );
}

function page<T>(all: readonly T[], cursor: number, limit: number): Page<T> {
  const end = cursor + limit;
  return { items: all.slice(cursor, end), ...(end < all.length ? { next: end } : {}) };
}
