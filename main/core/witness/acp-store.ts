import { basename, join } from 'node:path';
import type { Clock } from '../platform/clock.ts';
import { errnoOf } from '../platform/errors.ts';
import type { FileStat, FileSystem } from '../platform/file-system.ts';
import type { WitnessStatus } from '../types.ts';
import { type AcpCursor, parseAcpCursor, printAcpCursor, type SeenRecord } from './acp-cursor.ts';
import { AcpPrompts } from './acp-prompts.ts';
import { type AcpRecord, parseAcpRecord } from './acp-record.ts';
import { AcpStreamReader } from './acp-stream.ts';
import { AcpWedges } from './acp-wedges.ts';
import { identityOf, readTail, type TailMark } from './line-tail.ts';
import type { RecorderFeed } from './recorder-feed.ts';
import type { KeyBook, SidecarFollower, Witness, WitnessBatch, WitnessEvent, WitnessedMessage } from './witness.ts';

export interface AcpStoreDeps {
  /** `~/.acpx` of the user whose gateway it is. */
  readonly directory: string;
  readonly fs: FileSystem;
  readonly clock: Clock;
  readonly keys: KeyBook;
  /** As last committed. */
  readonly cursor: string | undefined;
  readonly agentOf: (nativeId: string) => string | undefined;
  /** Whether a process lives and has a child; `undefined`: not known. */
  readonly hasChild: (pid: number) => boolean | undefined;
  readonly alive: (pid: number) => boolean;
  /** What the recorder plugin saw come in; absent without it. */
  readonly recorder?: RecorderFeed;
}

const LARGEST_RECORD_BYTES = 64 * 1024 * 1024;
const READ_BYTES = 1024 * 1024;
const LONGEST_COLLECT_MS = 20;
const STREAM_SUFFIX = '.acp-stream.jsonl';
/** Recorded only once, so that they are never taken for lost: bytes of another program's directory are read, not mirrored. */
const RECORD_NAME = /^(?!index\.json$)[\w.-]+\.json$/;

/**
 * Conversations that OpenClaw hands to an ACP runner. OpenClaw 2026.3.13 writes nothing of them; the runner keeps both sides of every
 * completed turn, also after a reset. What a person asked in a turn that never completed is known only from the recorder plugin.
 */
export function createAcpStore(deps: AcpStoreDeps): Witness {
  return new AcpStore(deps);
}

interface Read {
  readonly messages: readonly WitnessedMessage[];
  readonly events: readonly WitnessEvent[];
  readonly cursor: string | undefined;
  readonly waiting: AcpCursor['waiting'];
}

class AcpStore implements Witness {
  readonly kind = 'acp-store';
  readonly follows: SidecarFollower = { suffix: STREAM_SUFFIX, changed: (path, agent) => this.#streamChanged(path, agent) };
  readonly notice: (events: readonly WitnessEvent[]) => void;
  readonly #deps: AcpStoreDeps;
  readonly #records: Map<string, SeenRecord>;
  readonly #prompts: AcpPrompts;
  readonly #wedges: AcpWedges;
  readonly #streams = new Map<string, { readonly reader: AcpStreamReader; mark: TailMark | undefined }>();
  readonly #waitingStreams = new Map<string, string>();
  /** Names that are to be read, as the directory was last listed. */
  #toRead: readonly string[] = [];
  #directoryVersion: string | undefined;
  #state: WitnessStatus['state'] = 'waiting';
  #isBlocked = false;
  #lastMessageAt: number | undefined;
  #handedOver: Read | undefined;
  #committedWaiting: AcpCursor['waiting'];

  constructor(deps: AcpStoreDeps) {
    this.#deps = deps;
    const cursor: AcpCursor = parseAcpCursor(deps.cursor);
    this.#records = new Map(cursor.records);
    this.#committedWaiting = cursor.waiting;
    this.#prompts = new AcpPrompts({
      keys: deps.keys,
      agentOf: deps.agentOf,
      clock: deps.clock,
      waiting: cursor.waiting,
      feed: deps.recorder,
    });
    this.#wedges = new AcpWedges(deps);
    this.notice = (events) => this.#prompts.notice(events);
  }

  collect(): WitnessBatch {
    this.#handedOver ??= this.#read();
    const { messages, events, cursor } = this.#handedOver;
    return { messages, events, ...(cursor === undefined ? {} : { cursor }) };
  }

  committed(): void {
    for (const { at } of this.#handedOver?.messages ?? []) this.#lastMessageAt = Math.max(at, this.#lastMessageAt ?? at);
    this.#committedWaiting = this.#handedOver?.waiting ?? this.#committedWaiting;
    this.#handedOver = undefined;
  }

  get status(): WitnessStatus {
    const known = { kind: 'acp-store' as const, ...(this.#lastMessageAt === undefined ? {} : { lastMessageAt: this.#lastMessageAt }) };
    if (!this.#isBlocked) return { ...known, state: this.#state };
    const message = `Clawback may not read ${join(this.#deps.directory, 'sessions')}, where the ACP runner keeps its conversations.`;
    return { ...known, state: 'blocked', problem: { code: 'not-permitted', message, hint: 'Run Clawback as the user who runs OpenClaw.' } };
  }

  [Symbol.dispose](): void {
    this.#prompts[Symbol.dispose]();
  }

  #read(): Read {
    const messages: WitnessedMessage[] = [];
    this.#list();
    const began = this.#deps.clock.monotonic();
    const left = [...this.#toRead];
    for (let name = left.shift(); name !== undefined; name = left.shift()) {
      messages.push(...this.#readRecord(name));
      if (this.#deps.clock.monotonic() - began > LONGEST_COLLECT_MS) break;
    }
    this.#toRead = left;
    messages.push(...this.#readStreams());
    messages.push(...this.#prompts.take());
    const { waiting } = this.#prompts;
    const isNews = messages.length > 0 || waiting !== this.#committedWaiting;
    const cursor = isNews ? printAcpCursor({ records: [...this.#records], waiting }) : undefined;
    return { messages, events: this.#wedges.look(this.#prompts.waitingByKey), cursor, waiting };
  }

  /** Records are written by rename, so the directory's own time tells of every change. */
  #list(): void {
    const sessions = join(this.#deps.directory, 'sessions');
    try {
      const stat = this.#deps.fs.stat(sessions);
      this.#state = stat?.type === 'directory' ? 'listening' : 'waiting';
      this.#isBlocked = false;
      if (stat?.type !== 'directory' || versionOf(stat) === this.#directoryVersion) return;
      const names = this.#deps.fs.list(sessions).filter((name) => RECORD_NAME.test(name));
      this.#directoryVersion = versionOf(stat);
      this.#toRead = names;
    } catch (error) {
      const code = errnoOf(error);
      if (code === undefined) throw error;
      this.#isBlocked = code === 'EACCES' || code === 'EPERM';
    }
  }

  #readRecord(name: string): readonly WitnessedMessage[] {
    const path = join(this.#deps.directory, 'sessions', name);
    const file = this.#readVersion(path, this.#records.get(name)?.version);
    const record = file === undefined ? undefined : parseAcpRecord(file.bytes);
    if (file === undefined || record === undefined) return [];
    const sessionId = this.#sessionOf(name, record);
    // A key that this state directory does not know: another profile's, or the index is not written yet.
    if (sessionId === undefined) {
      this.#directoryVersion = undefined;
      return [];
    }
    const known = new Set(this.#records.get(name)?.refs);
    this.#records.delete(name);
    this.#records.set(name, { version: file.version, sessionId, refs: record.said.map(({ ref }) => ref) });
    const keyed = this.#deps.keys.byKey(record.sessionKey);
    const fresh = record.said.filter(({ ref }) => !known.has(ref));
    for (const { role, text } of fresh) if (role === 'user') this.#prompts.answered(record.sessionKey, text);
    return fresh.map(({ ref, role, text, endsRun, at, message }) => ({
      witness: 'acp-store',
      ref: `${record.recordId}:${ref}`,
      agent: keyed?.agent ?? 'main',
      sessionKey: record.sessionKey,
      sessionId,
      role,
      phase: 'final',
      endsRun,
      at,
      text,
      message,
    }));
  }

  /** The session that its key named when the record was first seen: a reset gives the key another one, and the record stays. */
  #sessionOf(name: string, record: AcpRecord): string | undefined {
    const seen = this.#records.get(name)?.sessionId;
    if (seen !== undefined) return seen;
    const keyed = this.#deps.keys.byKey(record.sessionKey);
    if (keyed === undefined) return undefined;
    return keyed.isAcp && !record.closed ? keyed.sessionId : `acpx-${record.recordId}`;
  }

  #readVersion(path: string, known: string | undefined): { readonly version: string; readonly bytes: Uint8Array } | undefined {
    try {
      const stat = this.#deps.fs.stat(path);
      if (stat === undefined || stat.size > LARGEST_RECORD_BYTES || versionOf(stat) === known) return undefined;
      using file = this.#deps.fs.open(path);
      return { version: versionOf(stat), bytes: file.readAt(0, file.stat().size) };
    } catch (error) {
      // Replaced between listing and reading: the directory's time tells again.
      if (errnoOf(error) === undefined) throw error;
      return undefined;
    }
  }

  #streamChanged(path: string, agent: string): void {
    this.#waitingStreams.set(path, agent);
  }

  #readStreams(): readonly WitnessedMessage[] {
    const messages: WitnessedMessage[] = [];
    for (const [path, agent] of this.#waitingStreams) {
      const stream = this.#streams.get(path) ?? { reader: new AcpStreamReader(agent, basename(path, STREAM_SUFFIX)), mark: undefined };
      this.#streams.set(path, stream);
      const reading = readTail(this.#deps.fs, path, stream.mark, READ_BYTES);
      if (reading === undefined || reading.readBytes < READ_BYTES) this.#waitingStreams.delete(path);
      if (reading === undefined) continue;
      for (const { bytes } of reading.lines) stream.reader.push(bytes);
      stream.mark = reading.mark;
      messages.push(...stream.reader.take());
    }
    return messages;
  }
}

function versionOf(stat: FileStat): string {
  return `${identityOf(stat)}:${stat.mtimeNs}:${stat.size}`;
}
