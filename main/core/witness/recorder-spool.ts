import { join } from 'node:path';
import type { Clock } from '../platform/clock.ts';
import { errnoOf } from '../platform/errors.ts';
import type { FileSystem } from '../platform/file-system.ts';
import type { Logger } from '../platform/logger.ts';
import { nodeFileSystem } from '../platform/node-file-system.ts';
import { realPath } from '../platform/real-paths.ts';
import type { RecorderSetup } from '../recorder-plugin/setup.ts';
import type { WitnessStatus } from '../types.ts';
import { readTail, type TailedLine, type TailMark } from './line-tail.ts';
import { type RecorderPlace, type Recording, readCursor, writeCursor } from './recorder-cursor.ts';
import type { RecorderFeed, RecorderReading } from './recorder-feed.ts';
import { type RecorderLine, readRecorderLine } from './recorder-lines.ts';
import { ReadReport } from './recorder-report.ts';
import type { Witness, WitnessBatch, WitnessEvent, WitnessedMessage } from './witness.ts';

export interface RecorderDeps {
  /** Where the plugin of every gateway writes to; need not exist. */
  readonly spoolDir: string;
  /** The state directory whose gateways are read; those of others are passed over. */
  readonly root: string;
  /** As last committed. */
  readonly cursor: string | undefined;
  readonly fs?: FileSystem;
  readonly clock: Clock;
  readonly log: Logger;
  readonly processAlive: (pid: number, startTime?: number) => boolean;
  /** Whether this root's configuration loads the plugin; looked at now and then. */
  readonly setup: () => RecorderSetup;
}

export interface RecorderWitness extends Witness {
  readonly feed: RecorderFeed;
}

const SPOOL_FILE = /^((\d+)-(\d+))(?:\.(\d+))?\.jsonl$/;
const READ_BYTES = 1024 * 1024;
const BATCH_BYTES = 4 * 1024 * 1024;
const LONGEST_COLLECT_MS = 20;
/** What the longest string of the engine still holds; the plugin writes a message of any size. */
const LONGEST_LINE_BYTES = 256 * 1024 * 1024;
const SETUP_INTERVAL_MS = 10_000;

/** What the recorder plugin saw: every message as OpenClaw means to save it, whether or not it then does, and while we do not run. */
export function createRecorderWitness(deps: RecorderDeps): RecorderWitness {
  return new SpoolWitness(deps);
}

interface SpoolFile {
  readonly name: string;
  readonly recording: string;
}

interface Read {
  readonly messages: WitnessedMessage[];
  readonly events: WitnessEvent[];
  readonly marks: Map<string, TailMark>;
  readonly recordings: Map<string, Recording>;
  skipped: number;
  bytes: number;
}

class SpoolWitness implements RecorderWitness {
  readonly kind = 'recorder-plugin';
  readonly #deps: RecorderDeps;
  readonly #fs: FileSystem;
  readonly #root: string;
  readonly #report: ReadReport;
  readonly #received = new Set<(reading: RecorderReading) => void>();
  readonly #replies = new Set<(reading: RecorderReading) => void>();
  /** Of another OpenClaw, or of none: looked at once. */
  readonly #foreign = new Set<string>();
  readonly #seenAlive = new Set<string>();
  #place: RecorderPlace;
  #handedOver: Read | undefined;
  #lastMessageAt: number | undefined;
  #setup: { readonly at: number; readonly value: RecorderSetup } | undefined;
  readonly feed: RecorderFeed = {
    onReceived: (listener) => subscribe(this.#received, listener),
    onReply: (listener) => subscribe(this.#replies, listener),
  };

  constructor(deps: RecorderDeps) {
    this.#deps = deps;
    this.#fs = deps.fs ?? nodeFileSystem;
    this.#root = realPath(deps.root) ?? deps.root;
    this.#report = new ReadReport(deps.spoolDir, deps.clock, deps.log);
    this.#place = readCursor(deps.cursor);
  }

  collect(): WitnessBatch {
    const read = this.#handedOver ?? this.#read();
    this.#handedOver = read;
    const isSame = read.bytes === 0 && read.events.length === 0 && read.marks.size === this.#place.marks.size;
    const { messages, events } = read;
    return isSame ? { messages, events } : { messages, events, cursor: writeCursor(read) };
  }

  committed(): void {
    const read = this.#handedOver;
    if (read === undefined) return;
    this.#handedOver = undefined;
    this.#place = read;
    for (const { at } of read.messages) this.#lastMessageAt = Math.max(at, this.#lastMessageAt ?? at);
    this.#report.readUpTo(read.marks);
  }

  get status(): WitnessStatus {
    return {
      kind: 'recorder-plugin',
      ...this.#state(),
      ...(this.#lastMessageAt === undefined ? {} : { lastMessageAt: this.#lastMessageAt }),
    };
  }

  [Symbol.dispose](): void {
    this.#received.clear();
    this.#replies.clear();
  }

  #state(): Pick<WitnessStatus, 'state' | 'problem'> {
    if ([...this.#place.recordings.values()].some((recording) => recording.isUp && this.#isAlive(recording))) return { state: 'listening' };
    const now = this.#deps.clock.monotonic();
    if (this.#setup === undefined || now - this.#setup.at >= SETUP_INTERVAL_MS) this.#setup = { at: now, value: this.#deps.setup() };
    const setup = this.#setup.value;
    if (setup.is === 'blocked') return { state: 'blocked', problem: setup.problem };
    return { state: setup.is === 'installed' ? 'waiting' : 'off' };
  }

  #read(): Read {
    const began = this.#deps.clock.monotonic();
    // Judged before the files are read: whoever is dead by now has written everything that we are about to read.
    const dead = this.#noteWhoLives();
    const files = this.#files();
    const read: Read = {
      messages: [],
      events: [],
      marks: new Map([...this.#place.marks].filter(([name]) => files.some((file) => file.name === name))),
      recordings: new Map([...this.#place.recordings].filter(([name, { isUp }]) => isUp || files.some((file) => file.recording === name))),
      skipped: 0,
      bytes: 0,
    };
    const unfinished = new Set<string>();
    for (const file of files) {
      const isEnough = read.bytes >= BATCH_BYTES || this.#deps.clock.monotonic() - began > LONGEST_COLLECT_MS;
      if (isEnough || !this.#readFile(file, read)) unfinished.add(file.recording);
    }
    for (const name of dead) if (!unfinished.has(name)) this.#endWithoutWord(name, read);
    if (read.skipped > 0) this.#deps.log.log('warn', 'recorder-lines-skipped', { lines: read.skipped });
    return read;
  }

  #noteWhoLives(): readonly string[] {
    const dead: string[] = [];
    for (const [name, recording] of this.#place.recordings) {
      if (!recording.isUp) continue;
      if (this.#isAlive(recording)) this.#seenAlive.add(name);
      else dead.push(name);
    }
    return dead;
  }

  #isAlive({ process }: Recording): boolean {
    return this.#deps.processAlive(process.pid, process.startTime);
  }

  /** Oldest recording first, its parts in order. */
  #files(): readonly SpoolFile[] {
    const found: { readonly file: SpoolFile; readonly order: readonly number[] }[] = [];
    for (const name of this.#names()) {
      const [, recording, startedAt, pid, part] = SPOOL_FILE.exec(name) ?? [];
      if (recording === undefined || this.#foreign.has(name)) continue;
      found.push({ file: { name, recording }, order: [Number(startedAt), Number(pid), Number(part ?? 0)] });
    }
    return found.sort((a, b) => compare(a.order, b.order)).map(({ file }) => file);
  }

  #names(): readonly string[] {
    try {
      return this.#fs.list(this.#deps.spoolDir);
    } catch (error) {
      // No gateway with the plugin ever ran here.
      if (errnoOf(error) === 'ENOENT') return [];
      throw error;
    }
  }

  /** False when there is more to read. */
  #readFile(file: SpoolFile, read: Read): boolean {
    const path = join(this.#deps.spoolDir, file.name);
    const mark = read.marks.get(file.name);
    if (mark !== undefined && this.#fs.stat(path)?.size === mark.offset) return true;
    const reading = readTail(this.#fs, path, mark, READ_BYTES, LONGEST_LINE_BYTES);
    if (reading === undefined || reading.lines.length === 0) return true;
    const lines = reading.lines.map((line) => readRecorderLine(line.bytes, file.recording));
    if (mark === undefined && !this.#belongsHere(file, lines)) return true;
    this.#take(file, lines, read);
    read.bytes += bytesOf(reading.lines);
    read.marks.set(file.name, reading.mark);
    return reading.readBytes < READ_BYTES;
  }

  /** Every file names its OpenClaw in its first line. */
  #belongsHere(file: SpoolFile, lines: readonly (RecorderLine | undefined)[]): boolean {
    const header = lines.find((line) => line?.is === 'process');
    const stateDir = header?.process.stateDir;
    if (stateDir !== undefined && (stateDir === this.#root || realPath(stateDir) === this.#root)) return true;
    this.#foreign.add(file.name);
    return false;
  }

  #take(file: SpoolFile, lines: readonly (RecorderLine | undefined)[], read: Read): void {
    for (const line of lines) {
      if (line === undefined) read.skipped += 1;
      else this.#takeLine(file.recording, line, read);
    }
  }

  #takeLine(name: string, line: RecorderLine, read: Read): void {
    const recording = read.recordings.get(name);
    if (line.is === 'process') {
      read.recordings.set(name, { isUp: false, ...recording, process: line.process, lastAt: line.at });
      return;
    }
    if (recording !== undefined) read.recordings.set(name, { ...recording, lastAt: line.at });
    const witnessed = { witness: this.kind, at: line.at } as const;
    switch (line.is) {
      case 'message':
        read.messages.push(line.message);
        return;
      case 'received':
        for (const listener of this.#received) listener(line.reading);
        return;
      case 'reply':
        for (const listener of this.#replies) listener(line.reading);
        return;
      case 'dropped':
        read.events.push({ ...witnessed, event: 'missed', frames: line.count });
        return;
      case 'gateway-started': {
        const version = recording?.process.openclaw;
        // One gateway at a time holds a state directory; the pid of an earlier one may be another program's by now.
        for (const other of read.recordings.keys()) if (other !== name) this.#endWithoutWord(other, read);
        this.#setUp(name, true, read);
        read.events.push({ ...witnessed, event: 'gateway-up', instance: name, ...(version === undefined ? {} : { version }) });
        return;
      }
      case 'gateway-stopped':
        this.#setUp(name, false, read);
        read.events.push({ ...witnessed, event: 'gateway-ended', clean: true, ...pidOf(recording) });
        return;
      case 'other':
        return;
    }
  }

  #setUp(name: string, isUp: boolean, read: Read): void {
    const recording = read.recordings.get(name);
    if (recording !== undefined) read.recordings.set(name, { ...recording, isUp });
  }

  /** A gateway whose process is gone without having said so: killed, crashed, or the machine went down. */
  #endWithoutWord(name: string, read: Read): void {
    const recording = read.recordings.get(name);
    if (recording?.isUp !== true) return;
    this.#setUp(name, false, read);
    // It lived at our last look; else all that is known is when it last wrote.
    const at = this.#seenAlive.delete(name) ? this.#deps.clock.now() : recording.lastAt;
    read.events.push({ witness: this.kind, at, event: 'gateway-ended', clean: false, ...pidOf(recording) });
  }
}

function pidOf(recording: Recording | undefined): { readonly pid?: number } {
  return recording === undefined ? {} : { pid: recording.process.pid };
}

function bytesOf(lines: readonly TailedLine[]): number {
  return lines.reduce((bytes, line) => bytes + line.bytes.byteLength + 1, 0);
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [index, value] of a.entries()) if (value !== b[index]) return value - (b[index] ?? 0);
  return 0;
}

function subscribe<T>(listeners: Set<(value: T) => void>, listener: (value: T) => void): Disposable {
  listeners.add(listener);
  return { [Symbol.dispose]: () => listeners.delete(listener) };
}
