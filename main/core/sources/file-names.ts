import type { ArchiveMark } from '../capture/change.ts';
import type { ArchiveReason } from '../types.ts';
import type { Artefact } from './source.ts';

/** OpenClaw's own rule for session ids (2026.3.13, `SAFE_SESSION_ID_RE`); it keeps every id a plain file name. */
const SESSION_ID = /^[a-z0-9][a-z0-9._-]{0,127}$/i;
export const INDEX_NAME = 'sessions.json';
const TRANSCRIPT_END = '.jsonl';
const LOCK_END = '.lock';
const TOPIC_MARK = '-topic-';
/** What `encodeURIComponent` leaves and makes. */
const ENCODED_TOPIC = /^[\w\-.!~*'()%]+$/;
/** Forked from a parent's transcript: the file's time, then the new session's id. */
const FORK_STEM = /^\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}-\d{3}Z_(.+)$/;
/**
 * They end like transcripts and are none: as transcripts each would be a second, broken copy of its conversation.
 * Trajectories and checkpoints come with versions after 2026.3, ACP streams with `sessions_spawn`.
 */
const SIDECAR_END = /\.(?:trajectory\.jsonl|trajectory-path\.json|acp-stream\.jsonl|checkpoint\.[a-z0-9-]+\.jsonl)$/i;

/** `.reset.2026-11-22T11-00-37.934Z`: an ISO time with its colons replaced. */
const ARCHIVE_END = /\.(reset|deleted|bak)\.(\d{4}-\d{2}-\d{2})T(\d{2})-(\d{2})-(\d{2}(?:\.\d{3})?)Z$/;
/** `.bak-<pid>-<epoch ms>`: made before a repair drops malformed lines. */
const REPAIR_BACKUP_END = /\.bak-\d+-(\d{1,15})$/;
/** `sessions.json.bak.<epoch ms>`: the index was rotated. */
const INDEX_BACKUP = /^sessions\.json\.bak\.(\d{1,15})$/;
/** Later versions compress what they archive: `.deleted.<time>.<hex>.zst`. */
const COMPRESSED_END = /(?:\.[0-9a-f]+)?\.zst$/;

const REASONS: Readonly<Record<string, ArchiveReason>> = { reset: 'reset', deleted: 'deleted', bak: 'backup' };

/** Whether OpenClaw would accept it as a session id. */
export function isSessionId(id: string): boolean {
  return SESSION_ID.test(id);
}

/** What a name in a sessions directory of OpenClaw means (names of 2026.3.13 and what 2026.6 adds). Total. */
export function classifyName(name: string): Artefact {
  if (name.endsWith(LOCK_END)) return classifyLock(name.slice(0, -LOCK_END.length));
  const compressed = COMPRESSED_END.exec(name);
  if (compressed) return classifyCompressed(name, name.slice(0, compressed.index));
  const { base, archived } = splitArchiveName(name);
  const artefact = classifyLiveName(base);
  return archived && artefact.is !== 'ignored' && artefact.is !== 'lock' ? { ...artefact, archived } : artefact;
}

/** Session id of a transcript's live name; `undefined` for every other name. */
export function transcriptSessionId(name: string): string | undefined {
  const artefact = classifyName(name);
  return artefact.is === 'transcript' && !artefact.archived ? artefact.sessionId : undefined;
}

function classifyLock(of: string): Artefact {
  // A lock of something else than a live file of ours says nothing about a turn.
  return classifyLiveName(of).is === 'ignored' ? { is: 'ignored' } : { is: 'lock', of };
}

/** Not a transcript: its bytes are no lines, so it is kept as they are, under a name that no other file shares. */
function classifyCompressed(name: string, archiveName: string): Artefact {
  const { base, archived } = splitArchiveName(archiveName);
  const artefact = classifyLiveName(base);
  if (!archived || (artefact.is !== 'transcript' && artefact.is !== 'sidecar')) return { is: 'ignored' };
  return { is: 'sidecar', name, ...(artefact.nativeId === undefined ? {} : { nativeId: artefact.nativeId }), archived };
}

function classifyLiveName(name: string): Artefact {
  if (name === INDEX_NAME) return { is: 'index', name };
  const sidecar = SIDECAR_END.exec(name);
  if (sidecar) {
    const nativeId = name.slice(0, sidecar.index);
    return sessionIdOfStem(nativeId) === undefined ? { is: 'ignored' } : { is: 'sidecar', name, nativeId };
  }
  if (!name.endsWith(TRANSCRIPT_END)) return { is: 'ignored' };
  const nativeId = name.slice(0, -TRANSCRIPT_END.length);
  const sessionId = sessionIdOfStem(nativeId);
  return sessionId === undefined ? { is: 'ignored' } : { is: 'transcript', name, nativeId, sessionId };
}

function sessionIdOfStem(stem: string): string | undefined {
  const forked = FORK_STEM.exec(stem)?.[1];
  if (forked !== undefined && isSessionId(forked)) return forked;
  const topicAt = stem.indexOf(TOPIC_MARK);
  if (topicAt > 0 && ENCODED_TOPIC.test(stem.slice(topicAt + TOPIC_MARK.length))) {
    const owner = stem.slice(0, topicAt);
    return isSessionId(owner) ? owner : undefined;
  }
  return isSessionId(stem) ? stem : undefined;
}

function splitArchiveName(name: string): { readonly base: string; readonly archived?: ArchiveMark } {
  const rotated = INDEX_BACKUP.exec(name)?.[1];
  if (rotated !== undefined) return { base: INDEX_NAME, archived: { because: 'backup', at: Number(rotated) } };
  const repair = REPAIR_BACKUP_END.exec(name);
  if (repair) return { base: name.slice(0, repair.index), archived: { because: 'backup', at: Number(repair[1]) } };
  const archive = ARCHIVE_END.exec(name);
  const because = archive && REASONS[archive[1] ?? ''];
  if (!archive || !because) return { base: name };
  const at = Date.parse(`${archive[2]}T${archive[3]}:${archive[4]}:${archive[5]}Z`);
  // OpenClaw checks the shape only, so `.reset.2026-99-…` is an archive too: one without a time.
  return { base: name.slice(0, archive.index), archived: Number.isNaN(at) ? { because } : { because, at } };
}
