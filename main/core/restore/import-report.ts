import { isObject, type JsonObject, readJson, stringOf } from '../sources/json-value.ts';
import type { ProgramEnd } from './restoring.ts';

/** What `openclaw doctor --session-sqlite <mode> --json` says of one agent. Facts: 2026.9.6, as run. */
export interface ImportTarget {
  readonly agentId: string;
  /** The index that it reads, whether there is one or not. */
  readonly storePath: string;
  readonly sqlitePath: string;
  readonly legacyEntries: number;
  readonly importedEntries: number;
  readonly importedTranscriptEvents: number;
  readonly validatedEntries: number;
  readonly validatedTranscriptEvents: number;
  /** Transcripts that no index names: taken over under keys that OpenClaw makes up, or put away. */
  readonly unreferenced: number;
  /** Each with its message, which holds paths and keys: to compare, not to show. */
  readonly issues: readonly string[];
}

export interface ImportReport {
  readonly mode: string;
  readonly targets: readonly ImportTarget[];
}

/** What one import is to bring in, and nothing else. */
export interface ExpectedImport {
  readonly agent: string;
  readonly storePath: string;
  readonly sessionIds: readonly string[];
  /** Lines, the first one of each transcript included. */
  readonly events: number;
}

/** Pure. `undefined`: not what Clawback knows. Warnings may stand in front of the report. */
export function readImportReport(stdout: string): ImportReport | undefined {
  const start = /^\{/m.exec(stdout);
  const report = start === null ? undefined : readJson(Buffer.from(stdout.slice(start.index)));
  if (!isObject(report) || !Array.isArray(report.targets)) return undefined;
  const mode = stringOf(report.mode);
  const targets = report.targets.map(targetOf);
  return mode === undefined || !targets.every((target) => target !== undefined) ? undefined : { mode, targets };
}

/** With the transcripts there and no index yet: whether an import would read all of them, and nothing else. `undefined`: it would. */
export function whyNotReady(end: ProgramEnd, expected: ExpectedImport): string | undefined {
  const report = readImportReport(end.stdout);
  if (report?.mode !== 'dry-run') return 'no-report';
  const target = onlyTarget(report, expected);
  if (typeof target === 'string') return target;
  if (target.issues.some((issue) => expected.sessionIds.some((sessionId) => issue.includes(sessionId)))) return 'issues';
  const entries = expected.sessionIds.length;
  if (target.legacyEntries !== entries) return 'waiting-files';
  if (target.validatedEntries !== entries || target.validatedTranscriptEvents !== expected.events) return 'counts';
  return end.code === 0 ? undefined : 'exit-code';
}

/**
 * Whether an import did what it was to do. Its exit code alone proves nothing: 2026.9.6 ends with 0 where it put a transcript away
 * without reading it. What earlier imports put away it names again each time, for ever: that stood in the trial too. `undefined`: it did.
 */
export function whyNotImported(end: ProgramEnd, expected: ExpectedImport, trial: ProgramEnd): string | undefined {
  const report = readImportReport(end.stdout);
  if (report?.mode !== 'import') return 'no-report';
  const target = onlyTarget(report, expected);
  if (typeof target === 'string') return target;
  const known = new Set(readImportReport(trial.stdout)?.targets.flatMap(({ issues }) => issues));
  if (target.issues.some((issue) => !known.has(issue))) return 'issues';
  if (target.unreferenced > 0) return 'unreferenced';
  if (target.importedEntries !== expected.sessionIds.length || target.importedTranscriptEvents !== expected.events) return 'counts';
  return end.code === 0 ? undefined : 'exit-code';
}

function onlyTarget({ targets }: ImportReport, expected: ExpectedImport): ImportTarget | string {
  const [target, ...others] = targets;
  if (target === undefined || others.length > 0) return 'other-agents';
  return target.agentId === expected.agent.toLowerCase() && target.storePath === expected.storePath ? target : 'other-place';
}

function targetOf(value: unknown): ImportTarget | undefined {
  if (!isObject(value)) return undefined;
  const { agentId, storePath, sqlitePath, issues } = value;
  if (typeof agentId !== 'string' || typeof storePath !== 'string' || typeof sqlitePath !== 'string') return undefined;
  return {
    agentId,
    storePath,
    sqlitePath,
    legacyEntries: countOf(value.legacyEntries),
    importedEntries: countOf(value.importedEntries),
    importedTranscriptEvents: countOf(value.importedTranscriptEvents),
    validatedEntries: countOf(value.validatedEntries),
    validatedTranscriptEvents: countOf(value.validatedTranscriptEvents),
    unreferenced: lengthOf(value.unreferencedJsonlFiles) + lengthOf(value.archivedUnreferencedJsonlFiles),
    issues: (Array.isArray(issues) ? issues : ['no-list']).map((issue: unknown) => (isObject(issue) ? textOf(issue) : 'unknown')),
  };
}

function textOf({ code, message, sessionKey }: JsonObject): string {
  return [code, sessionKey, message].map((part) => stringOf(part) ?? '').join(' ');
}

/** What is no count is none that anybody expects. */
function countOf(value: unknown): number {
  return Number.isSafeInteger(value) ? Number(value) : -1;
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}
