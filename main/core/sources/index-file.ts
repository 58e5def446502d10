import { isSessionId, transcriptSessionId } from './file-names.ts';
import { epochMsOf, isObject, type JsonObject, readJson, stringOf } from './json-value.ts';
import type { IndexEntry, IndexReading } from './source.ts';

/**
 * `sessions.json`: routing key to entry. OpenClaw writes it whole, by rename; a reader may still find it empty, cut, or
 * edited by hand, and everything in it is untrusted: an entry can name any path. Reasons never quote the content.
 */
export function parseIndexFile(bytes: Uint8Array): IndexReading {
  if (bytes.length === 0) return { ok: false, reason: 'empty' };
  const index = readJson(bytes);
  if (index === undefined) return { ok: false, reason: 'not-json' };
  if (!isObject(index)) return { ok: false, reason: 'not-an-object' };
  const entries = new Map<string, IndexEntry>();
  for (const [name, value] of Object.entries(index)) {
    // OpenClaw compares keys without regard to case.
    const key = name.toLowerCase();
    const entry = isObject(value) ? parseEntry(key, value) : undefined;
    if (entry && !isOlder(entry, entries.get(key))) entries.set(key, entry);
  }
  return { ok: true, entries };
}

function isOlder(entry: IndexEntry, than: IndexEntry | undefined): boolean {
  return than !== undefined && (entry.updatedAt ?? 0) < (than.updatedAt ?? 0);
}

function parseEntry(key: string, entry: JsonObject): IndexEntry | undefined {
  const sessionId = stringOf(entry.sessionId)?.trim();
  if (sessionId === undefined || !isSessionId(sessionId)) return undefined;
  const sessionFile = stringOf(entry.sessionFile)?.trim() ?? '';
  const fileName = fileNameOf(sessionFile);
  const updatedAt = epochMsOf(entry.updatedAt);
  const label = stringOf(entry.label);
  const displayName = stringOf(entry.displayName);
  const acp = isObject(entry.acp) ? entry.acp : {};
  const acpState = stringOf(acp.state);
  const acpActiveAt = epochMsOf(acp.lastActivityAt);
  const acpRecordId = isObject(acp.identity) ? stringOf(acp.identity.acpxRecordId) : undefined;
  const acpCwd = stringOf(acp.cwd);
  return {
    key,
    sessionId,
    ...(fileName === undefined ? {} : { fileName }),
    ...(updatedAt === undefined ? {} : { updatedAt }),
    ...(label === undefined ? {} : { label }),
    ...(displayName === undefined ? {} : { displayName }),
    ...(typeof entry.abortedLastRun === 'boolean' ? { abortedLastRun: entry.abortedLastRun } : {}),
    ranOnce: hasRun(entry, sessionId),
    hasSessionFile: sessionFile !== '',
    isAcp: isObject(entry.acp) || isAcpKey(key),
    ...(acpState === undefined ? {} : { acpState }),
    ...(acpActiveAt === undefined ? {} : { acpActiveAt }),
    ...(acpRecordId === undefined ? {} : { acpRecordId }),
    ...(acpCwd === undefined ? {} : { acpCwd }),
  };
}

/**
 * A bare name, or an absolute path into a directory that is called `sessions`. OpenClaw accepts the path of another
 * agent or of a state directory that has moved as well, hence by name only; it falls back to `<sessionId>.jsonl` else.
 */
function fileNameOf(sessionFile: string): string | undefined {
  if (/[\\\0]/.test(sessionFile)) return undefined;
  const segments = sessionFile.split('/');
  const name = segments.pop() ?? '';
  const isBare = segments.length === 0;
  const isInside = segments[0] === '' && segments.at(-1) === 'sessions' && !segments.includes('..') && !segments.includes('.');
  if (!isBare && !isInside) return undefined;
  return transcriptSessionId(name) === undefined ? undefined : name;
}

/**
 * Whether a run of exactly this session has ended, completed, failed or aborted, so that a transcript must exist. The one
 * field that says so is `systemPromptReport.sessionId`: OpenClaw 2026.3.13 writes the report only after the run
 * (`persistSessionUsageUpdate`), and it names the session of that run; a run that a kill cut short leaves none. Nothing else in an entry can be relied on:
 * - `model`, `modelProvider`, `totalTokens: 0`, `totalTokensFresh: true` are written by `sessions.reset` itself;
 * - after `/new` and after a daily or idle reset the new entry is laid over the old one, so `model`, `modelProvider`,
 *   `totalTokensFresh` and the *former* session's report stay: its `sessionId` is then not this one;
 * - `systemSent`, `sessionFile` and `updatedAt` are written when a message arrives, before the run.
 *
 * `contextTokens` is absent after each kind of reset and written with the report; it stands in for a report that names no
 * session. Command line backends never write a transcript, so a run by one of them says nothing about a missing file.
 */
function hasRun(entry: JsonObject, sessionId: string): boolean {
  const report = entry.systemPromptReport;
  if (!isObject(report) || isCommandLineRun(entry, report)) return false;
  const reported = stringOf(report.sessionId);
  return reported === undefined ? typeof entry.contextTokens === 'number' : reported === sessionId;
}

function isCommandLineRun(entry: JsonObject, report: JsonObject): boolean {
  const provider = stringOf(report.provider)?.toLowerCase();
  return provider !== undefined && isObject(entry.cliSessionIds) && Object.hasOwn(entry.cliSessionIds, provider);
}

/** `acp:…` or `agent:<agent>:acp:…`; `acp-bridge:` is an ordinary session. */
function isAcpKey(key: string): boolean {
  return /^(?:agent:[^:]*:)?acp:/.test(key);
}
