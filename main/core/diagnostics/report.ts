import { arch, availableParallelism, freemem, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { errnoOf } from '../platform/errors.ts';
import { readPrivateFile } from '../platform/private-file.ts';
import type { LogLine } from '../recent-log.ts';
import type { CoreConfig } from '../requests.ts';
import type { StorageFacts } from '../storage-facts.ts';
import type { Catalog } from '../store/store.ts';
import type { CoreStatus, Incident, SourceStatus } from '../types.ts';
import type { Redaction } from './redaction.ts';

const MOST_INCIDENTS = 200;
const LAST_LINES = 300;
const PROGRAMS = ['node', 'electron', 'chrome', 'v8', 'uv', 'openssl'] as const;

export interface ReportInput {
  readonly now: number;
  readonly home: string;
  readonly version: string;
  readonly config: CoreConfig;
  readonly status: CoreStatus;
  readonly storage: StorageFacts;
  readonly lastVerifiedAt: number | undefined;
  readonly catalog: Pick<Catalog, 'incidents' | 'restores' | 'indexBacklogBytes'>;
  readonly recent: readonly LogLine[];
}

/** Names each fact that it gives: what is added elsewhere later stays out until somebody thought about it. */
export function report(input: ReportInput, redaction: Redaction): Record<string, unknown> {
  const { now, home, version, status, storage, catalog, recent } = input;
  return {
    about: 'Clawback diagnostics. No text of conversations; names of agents, chats and files are hashes that hold in this file alone.',
    madeAt: new Date(now).toISOString(),
    versions: { clawback: version, ...programVersions() },
    platform: {
      system: process.platform,
      release: release(),
      architecture: arch(),
      processors: availableParallelism(),
      memoryBytes: totalmem(),
      memoryFreeBytes: freemem(),
      processBytes: process.memoryUsage.rss(),
      upSeconds: Math.round(process.uptime()),
    },
    storage: {
      ...storage,
      path: redaction.path(storage.path),
      indexBacklogBytes: catalog.indexBacklogBytes(),
      lastVerifiedAt: input.lastVerifiedAt ?? null,
    },
    settings: settings(input.config, redaction),
    status: statusFacts(status, redaction),
    incidents: catalog.incidents({ all: true, limit: MOST_INCIDENTS }).map((incident) => incidentFacts(incident, redaction)),
    restores: catalog.restores().map(({ target, phase, startedAt, finishedAt, messages, error }) => ({
      target,
      phase,
      startedAt,
      finishedAt: finishedAt ?? null,
      messages,
      error: error === undefined ? null : redaction.code(error),
    })),
    log: { sinceStart: recent.map((line) => logLine({ ...line.fields, ...line }, redaction)), file: logFile(home, redaction) },
  };
}

function programVersions(): Record<string, string> {
  return Object.fromEntries(PROGRAMS.flatMap((name) => (process.versions[name] === undefined ? [] : [[name, process.versions[name]]])));
}

function settings(config: CoreConfig, redaction: Redaction): Record<string, unknown> {
  const { roots, added = [], excluded = [], flushIntervalMs, ignore = {}, retention } = config;
  const paths = (list: readonly string[]) => list.map((path) => redaction.path(path));
  return {
    flushIntervalMs,
    roots: roots === undefined ? 'found by itself' : paths(roots),
    added: paths(added),
    excluded: paths(excluded),
    ignoreRules: { agents: ignore.agents?.length ?? 0, keys: ignore.keys?.length ?? 0, sessions: ignore.sessions?.length ?? 0 },
    retention: retention === undefined ? 'everything' : { ...retention },
  };
}

function statusFacts(status: CoreStatus, redaction: Redaction): Record<string, unknown> {
  const { health, running, bufferBytes, openIncidents, lastCommitAt, lagBytes, pausedUntil, ignored, importing, problem } = status;
  return {
    health,
    running,
    bufferBytes,
    openIncidents,
    lastCommitAt: lastCommitAt ?? null,
    lagBytes,
    pausedUntil: pausedUntil ?? null,
    ignored: ignored ?? 0,
    importing: importing ?? null,
    problem: problem === undefined ? null : redaction.code(problem.code),
    live: status.live.map((session) => ({ lagBytes: session.lagBytes, lastAppendAt: session.lastAppendAt ?? null })),
    sources: status.sources.map((source) => sourceFacts(source, redaction)),
  };
}

function sourceFacts(source: SourceStatus, redaction: Redaction): Record<string, unknown> {
  const { id, layout, agents, sessions, bytes, lagBytes, lagMs, watch, gateway, problems } = source;
  return {
    id: redaction.hash(id),
    root: redaction.path(source.root),
    layout,
    agents,
    sessions,
    bytes,
    lagBytes,
    lagMs,
    lastCaptureAt: source.lastCaptureAt ?? null,
    lastEventAt: source.lastEventAt ?? null,
    watch,
    gateway,
    problems,
    witnesses: source.witnesses.map(({ kind, state, problem, lastMessageAt }) => ({
      kind,
      state,
      problem: problem === undefined ? null : redaction.code(problem.code),
      lastMessageAt: lastMessageAt ?? null,
    })),
  };
}

function incidentFacts(incident: Incident, redaction: Redaction): Record<string, unknown> {
  const { kind, severity, openedAt, notifiedAt, resolvedAt, resolution, messages, bytes, agent, nativeId } = incident;
  return {
    kind,
    severity,
    openedAt,
    notifiedAt: notifiedAt ?? null,
    resolvedAt: resolvedAt ?? null,
    resolution: resolution ?? null,
    messages,
    bytes,
    agent: agent === undefined ? null : redaction.hash(agent),
    conversation: nativeId === undefined ? null : redaction.hash(nativeId),
  };
}

/** The app keeps one; a core in a terminal writes to the terminal. */
function logFile(home: string, redaction: Redaction): readonly unknown[] {
  try {
    const lines = (readPrivateFile(join(home, 'logs', 'app.log')) ?? '').split('\n').filter((line) => line !== '');
    return lines.slice(-LAST_LINES).map((line) => fileLine(line, redaction));
  } catch (error) {
    const code = errnoOf(error);
    if (code === undefined) throw error;
    return [`cannot be read (${code})`];
  }
}

/** What is no line of ours may be anything, such as what a program printed when it died. */
function fileLine(line: string, redaction: Redaction): unknown {
  try {
    const parsed: unknown = JSON.parse(line);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed))
      return logLine(parsed as Record<string, unknown>, redaction);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return `${line.length} characters that are no line of the log`;
}

function logLine(line: Readonly<Record<string, unknown>>, redaction: Redaction): Record<string, unknown> {
  const { at, fields: _given, ...rest } = line;
  const time = typeof at === 'string' || typeof at === 'number' ? new Date(at) : new Date(Number.NaN);
  return { at: Number.isNaN(time.getTime()) ? null : time.toISOString(), ...redaction.fields(rest) };
}
