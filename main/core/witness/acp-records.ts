import { join } from 'node:path';
import type { Clock } from '../platform/clock.ts';
import { errnoOf } from '../platform/errors.ts';
import type { FileStat, FileSystem, ReadableFile } from '../platform/file-system.ts';
import { realPath } from '../platform/real-paths.ts';
import type { SeenRecord } from './acp-cursor.ts';
import { type AcpRecord, type AcpSaid, parseAcpRecord } from './acp-record.ts';
import { readWireTurns, wholeMessages } from './acp-wire.ts';
import { identityOf, type TailMark } from './line-tail.ts';
import type { KeyBook, WitnessedMessage } from './witness.ts';

export interface AcpRecordsDeps {
  /** `~/.acpx/sessions`. */
  readonly directory: string;
  readonly fs: FileSystem;
  readonly clock: Clock;
  readonly keys: KeyBook;
  /** Of an earlier run. */
  readonly seen: readonly (readonly [string, SeenRecord])[];
}

/** Whose a record is. */
interface Claim {
  readonly version: string;
  /** Since when it is looked at, by a clock that nobody sets. */
  readonly since: number;
  /** `undefined`: no record at all. */
  readonly of: Pick<AcpRecord, 'recordId' | 'sessionKey' | 'cwd' | 'closed'> | undefined;
}

const LARGEST_RECORD_BYTES = 64 * 1024 * 1024;
/** Of the wire: more than the longest turn that anybody reads. */
const WIRE_BYTES = 4 * 1024 * 1024;
const BATCH_BYTES = 4 * 1024 * 1024;
const LONGEST_READ_MS = 20;
const ASK_AGAIN_MS = 1_000;
/** The index says that a runner leads a conversation some time after the runner's record is there, or no longer. */
const INDEX_LAG_MS = 30_000;
const SETTLED_MS = 1_000;
/** Thousands of names take long to list: conversations that are known are looked at meanwhile. */
const REST_FACTOR = 20;
/** Conversations that go on now are looked at before the many that are over. */
const MOST_RECENT = 50;
const RECORD_NAME = /^(?!index\.json$)[\w.%-]+\.json$/;

/**
 * The runner's records, each message once. They are read and not mirrored: bytes of another program's directory are never taken
 * for lost.
 */
export class AcpRecords {
  readonly #deps: AcpRecordsDeps;
  readonly #seen: Map<string, SeenRecord>;
  /** Nothing for us, as long as they are what they are: another profile's, or of a key that no index has yet. */
  readonly #others = new Map<string, Claim>();
  readonly #wires = new Map<string, TailMark>();
  /** In the order in which they are to be looked at. */
  #toLookAt = new Set<string>();
  #directoryVersion: string | undefined;
  /** When it is to be listed. */
  #listAt: readonly number[] = [];
  #restUntil = Number.NEGATIVE_INFINITY;
  #askedAt = Number.NEGATIVE_INFINITY;
  #isThere = false;
  #isBlocked = false;

  constructor(deps: AcpRecordsDeps) {
    this.#deps = deps;
    this.#seen = new Map(deps.seen);
  }

  get seen(): readonly (readonly [string, SeenRecord])[] {
    return [...this.#seen];
  }

  get state(): 'listening' | 'waiting' | 'blocked' {
    if (this.#isBlocked) return 'blocked';
    return this.#isThere ? 'listening' : 'waiting';
  }

  /** What is new, as far as time allows; one `stat` when nothing is. */
  read(): readonly WitnessedMessage[] {
    const { clock } = this.#deps;
    this.#look();
    this.#askAgain();
    const began = clock.monotonic();
    const messages: WitnessedMessage[] = [];
    let bytes = 0;
    for (const name of this.#toLookAt) {
      if (bytes >= BATCH_BYTES || clock.monotonic() - began > LONGEST_READ_MS) break;
      this.#toLookAt.delete(name);
      bytes += this.#lookAt(name, messages);
    }
    return messages;
  }

  /** Records are written by rename, so the directory's own time tells of every change. */
  #look(): void {
    const { clock } = this.#deps;
    try {
      const stat = this.#statDirectory();
      this.#isThere = stat?.type === 'directory';
      this.#isBlocked = false;
      if (stat === undefined || !this.#isThere) return;
      const version = versionOf(stat);
      if (version !== this.#directoryVersion) {
        this.#directoryVersion = version;
        // Times of a directory are coarse: what comes right after it was listed may not show in them.
        this.#listAt = [clock.monotonic(), clock.monotonic() + SETTLED_MS];
        this.#toLookAt = new Set([...[...this.#seen.keys()].slice(-MOST_RECENT), ...this.#toLookAt]);
      }
      const [next] = this.#listAt;
      if (next === undefined || clock.monotonic() < Math.max(next, this.#restUntil)) return;
      this.#list();
      this.#listAt = this.#listAt.slice(1);
    } catch (error) {
      const code = errnoOf(error);
      if (code === undefined) throw error;
      this.#isBlocked = code === 'EACCES' || code === 'EPERM';
    }
  }

  #list(): void {
    const { fs, clock, directory } = this.#deps;
    const began = clock.monotonic();
    const names = new Set(fs.list(directory).filter((name) => RECORD_NAME.test(name)));
    // What waits already keeps its place: a directory that changes all the time must not put off for ever what comes last.
    this.#toLookAt = new Set([...this.#toLookAt, ...names].filter((name) => names.has(name)));
    for (const name of this.#others.keys()) if (!names.has(name)) this.#others.delete(name);
    const now = clock.monotonic();
    this.#restUntil = now + (now - began) * REST_FACTOR;
  }

  /** A home directory may be put together of links. */
  #statDirectory(): FileStat | undefined {
    const { fs, directory } = this.#deps;
    const stat = fs.stat(directory);
    if (stat?.type !== 'symlink') return stat;
    const real = realPath(directory);
    return real === undefined ? undefined : fs.stat(real);
  }

  /** An index may have come to know since whose a record is. */
  #askAgain(): void {
    const now = this.#deps.clock.monotonic();
    if (this.#others.size === 0 || now - this.#askedAt < ASK_AGAIN_MS) return;
    this.#askedAt = now;
    for (const [name, { of, since }] of this.#others) {
      if (of === undefined || this.#sessionOf(name, of, now - since) === undefined) continue;
      this.#others.set(name, { version: '', of, since });
      this.#toLookAt.add(name);
    }
  }

  /** Returns how many bytes were read. */
  #lookAt(name: string, messages: WitnessedMessage[]): number {
    const path = join(this.#deps.directory, name);
    const now = this.#deps.clock.monotonic();
    const seen = this.#seen.get(name);
    const other = this.#others.get(name);
    const known = seen?.version ?? other?.version;
    const file = this.#open(path, (stat) => versionOf(stat) !== known && stat.size <= LARGEST_RECORD_BYTES);
    if (file === undefined) return 0;
    using _ = file;
    const stat = file.stat();
    const version = versionOf(stat);
    const bytes = file.readAt(0, stat.size);
    const record = parseAcpRecord(bytes);
    const since = other?.since ?? now;
    const sessionId = record === undefined ? undefined : this.#sessionOf(name, record, now - since);
    if (record === undefined || sessionId === undefined) {
      this.#others.set(name, { version, of: record === undefined ? undefined : claimOf(record), since });
      return bytes.byteLength;
    }
    this.#others.delete(name);
    const turns = freshTurns(record.said, seen);
    const whole = turns.size === 0 ? [] : this.#whole(name, record);
    const fresh = seen === undefined ? whole : whole.filter(({ turn }) => turns.has(turn));
    const told = inOrder(fresh, Math.min(seen?.lastAt ?? 0, this.#deps.clock.now()));
    const last = record.said.at(-1)?.turn;
    this.#seen.delete(name);
    this.#seen.set(name, {
      version,
      sessionId,
      ...(last === undefined ? {} : { turn: last }),
      chars: charsOf(record.said, last),
      lastAt: told.at(-1)?.at ?? seen?.lastAt ?? 0,
    });
    messages.push(...told.map((said) => this.#message(record, sessionId, said)));
    return bytes.byteLength;
  }

  #message({ recordId, sessionKey }: AcpRecord, sessionId: string, said: AcpSaid): WitnessedMessage {
    const { ref, role, text, endsRun, at, message } = said;
    const agent = this.#deps.keys.byKey(sessionKey)?.agent ?? agentOf(sessionKey);
    return {
      witness: 'acp-store',
      ref: `${recordId}:${ref}`,
      agent,
      sessionKey,
      sessionId,
      role,
      phase: 'final',
      endsRun,
      at,
      text,
      message,
    };
  }

  /** The session that its key named when the record was first seen: a reset gives the key another one, and the record stays. */
  #sessionOf(name: string, { recordId, sessionKey, cwd, closed }: NonNullable<Claim['of']>, knownForMs: number): string | undefined {
    const seen = this.#seen.get(name)?.sessionId;
    if (seen !== undefined) return seen;
    const keyed = this.#deps.keys.byKey(sessionKey);
    if (keyed === undefined) return undefined;
    if (keyed.acpRecordId === recordId) return keyed.sessionId;
    // Several state directories share one runner, and most have a conversation of the same key.
    const isAnothers = keyed.acpCwd !== undefined && cwd !== undefined && keyed.acpCwd !== cwd;
    if (isAnothers && !UNIQUE_KEY.test(sessionKey)) return undefined;
    if (closed) return `acpx-${recordId}`;
    if (keyed.isAcp) return keyed.sessionId;
    return knownForMs < INDEX_LAG_MS ? undefined : `acpx-${recordId}`;
  }

  /** With what only the wire tells. */
  #whole(name: string, record: AcpRecord): readonly AcpSaid[] {
    const wireName = `${name.slice(0, -'.json'.length)}.stream.ndjson`;
    using wire = this.#open(join(this.#deps.directory, wireName), () => true);
    if (wire === undefined) return record.said;
    const stat = wire.stat();
    const identity = identityOf(stat);
    const mark = this.#wires.get(name);
    const since = mark?.identity === identity && mark.offset <= stat.size ? mark.offset : 0;
    const from = Math.max(since, stat.size - WIRE_BYTES);
    this.#wires.set(name, { identity, offset: stat.size });
    const turns = readWireTurns(wire.readAt(from, stat.size - from));
    return record.saidOf(wholeMessages(record.messages, turns, !this.#seen.has(name)));
  }

  #open(path: string, isWanted: (stat: FileStat) => boolean): ReadableFile | undefined {
    try {
      const stat = this.#deps.fs.stat(path);
      return stat?.type === 'file' && isWanted(stat) ? this.#deps.fs.open(path) : undefined;
    } catch (error) {
      // Replaced between listing and reading: the directory's time tells again.
      if (errnoOf(error) === undefined) throw error;
      return undefined;
    }
  }
}

/** `agent:kimi:acp:<uuid>`: no two state directories have the same. */
const UNIQUE_KEY = /:acp:[0-9a-f-]{36}$/;

/** All turns after the last one that was told, and that one when it has grown. */
function freshTurns(said: readonly AcpSaid[], seen: SeenRecord | undefined): ReadonlySet<string> {
  const from = seen?.turn === undefined ? -1 : said.findLastIndex(({ turn }) => turn === seen.turn);
  const turns = new Set(said.slice(from + 1).map(({ turn }) => turn));
  if (from >= 0 && seen?.turn !== undefined && charsOf(said, seen.turn) !== seen.chars) turns.add(seen.turn);
  return turns;
}

function charsOf(said: readonly AcpSaid[], turn: string | undefined): number {
  return said.reduce((sum, one) => sum + (one.turn === turn ? one.text.length : 0), 0);
}

/** A turn that was told when it was the last has a better time than the minute that it has now. */
function inOrder(said: readonly AcpSaid[], lastAt: number): readonly AcpSaid[] {
  let before = lastAt;
  return said.map((one) => {
    before = Math.max(one.at, before + 1);
    return before === one.at ? one : { ...one, at: before };
  });
}

function claimOf({ recordId, sessionKey, cwd, closed }: AcpRecord): NonNullable<Claim['of']> {
  return { recordId, sessionKey, cwd, closed };
}

function agentOf(sessionKey: string): string {
  return /^agent:([^:]+):/.exec(sessionKey)?.[1] ?? 'main';
}

function versionOf(stat: FileStat): string {
  return `${identityOf(stat)}:${stat.mtimeNs}:${stat.size}`;
}
