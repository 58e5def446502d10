import type { Clock } from '../platform/clock.ts';
import type { FileSystem } from '../platform/file-system.ts';
import { isObject } from '../sources/json-value.ts';
import type { WitnessStatus } from '../types.ts';
import { identityOf, readTail, type TailMark } from './line-tail.ts';
import { readTrajectoryLine } from './trajectory-lines.ts';
import type { SidecarFollower, Witness, WitnessBatch, WitnessEvent, WitnessedMessage } from './witness.ts';

export interface TrajectoryDeps {
  readonly fs: FileSystem;
  readonly clock: Clock;
  /** As last committed. */
  readonly cursor: string | undefined;
}

const SUFFIX = '.trajectory.jsonl';
const READ_BYTES = 1024 * 1024;
const LONGEST_COLLECT_MS = 20;
/** So many files go on where they were read to after a restart; others only when they are newer than the last look. */
const REMEMBERED_FILES = 100;
/** Clocks of file systems are coarser than ours. */
const MTIME_SLACK_MS = 60_000;

/** What OpenClaw from 2026.4 on keeps beside its transcripts, read as it grows. Needs no set-up. */
export function createTrajectoryWitness(deps: TrajectoryDeps): Witness & { readonly follows: SidecarFollower } {
  return new FileTrajectory(deps);
}

interface Read {
  readonly messages: readonly WitnessedMessage[];
  readonly events: readonly WitnessEvent[];
  readonly marks: ReadonlyMap<string, TailMark>;
  /** Files that were read to their end. */
  readonly done: readonly string[];
}

class FileTrajectory implements Witness {
  readonly kind = 'trajectory';
  readonly follows: SidecarFollower = { suffix: SUFFIX, changed: (path, agent) => this.#changed(path, agent) };
  readonly #deps: TrajectoryDeps;
  /** Insertion order is the order of their last reading. */
  readonly #marks: Map<string, TailMark>;
  /** Everything older than this was read by an earlier run. */
  readonly #readBefore: number;
  readonly #waiting = new Map<string, string>();
  #seenAny = false;
  #lastMessageAt: number | undefined;
  #handedOver: Read | undefined;

  constructor(deps: TrajectoryDeps) {
    this.#deps = deps;
    const { marks, readBefore } = parseCursor(deps.cursor);
    this.#marks = marks;
    this.#readBefore = readBefore;
  }

  #changed(path: string, agent: string): void {
    this.#seenAny = true;
    this.#waiting.set(path, agent);
  }

  collect(): WitnessBatch {
    const read = this.#handedOver ?? this.#read();
    this.#handedOver = read;
    if (read.done.length === 0 && read.marks.size === 0) return { messages: [], events: [] };
    return { messages: read.messages, events: read.events, cursor: this.#cursorAfter(read) };
  }

  committed(): void {
    const read = this.#handedOver;
    this.#handedOver = undefined;
    if (read === undefined) return;
    for (const [path, mark] of read.marks) {
      this.#marks.delete(path);
      this.#marks.set(path, mark);
    }
    for (const { at } of read.messages) this.#lastMessageAt = Math.max(at, this.#lastMessageAt ?? at);
  }

  get status(): WitnessStatus {
    return {
      kind: 'trajectory',
      state: this.#seenAny ? 'listening' : 'waiting',
      ...(this.#lastMessageAt === undefined ? {} : { lastMessageAt: this.#lastMessageAt }),
    };
  }

  [Symbol.dispose](): void {
    this.#waiting.clear();
  }

  #read(): Read {
    const began = this.#deps.clock.monotonic();
    const messages: WitnessedMessage[] = [];
    const events: WitnessEvent[] = [];
    const marks = new Map<string, TailMark>();
    const done: string[] = [];
    for (const [path, agent] of this.#waiting) {
      const from = this.#marks.get(path) ?? this.#asReadBefore(path);
      const reading = readTail(this.#deps.fs, path, from, READ_BYTES);
      for (const { bytes } of reading?.lines ?? []) {
        const sighting = readTrajectoryLine(bytes, agent);
        messages.push(...sighting.messages);
        events.push(...sighting.events);
      }
      if (reading !== undefined) marks.set(path, reading.mark);
      // A file that goes on stays in line; what it grows by meanwhile is told by `changed` again.
      if (reading === undefined || reading.readBytes < READ_BYTES) {
        this.#waiting.delete(path);
        done.push(path);
      } else break;
      if (this.#deps.clock.monotonic() - began > LONGEST_COLLECT_MS) break;
    }
    return { messages, events, marks, done };
  }

  /** Read to its end by an earlier run that no longer remembers it by name. */
  #asReadBefore(path: string): TailMark | undefined {
    const stat = this.#deps.fs.stat(path);
    if (stat === undefined || Number(stat.mtimeNs / 1_000_000n) >= this.#readBefore - MTIME_SLACK_MS) return undefined;
    return { identity: identityOf(stat), offset: stat.size };
  }

  #cursorAfter(read: Read): string {
    const marks = new Map([...this.#marks].filter(([path]) => !read.marks.has(path)));
    for (const [path, mark] of read.marks) marks.set(path, mark);
    const remembered = [...marks].slice(-REMEMBERED_FILES).map(([path, { identity, offset }]) => [path, identity, offset]);
    // What still waits was not read yet: it must not count as read before.
    const readBefore = this.#waiting.size === 0 ? this.#deps.clock.now() : this.#readBefore;
    return JSON.stringify({ readBefore, marks: remembered });
  }
}

function parseCursor(cursor: string | undefined): { readonly marks: Map<string, TailMark>; readonly readBefore: number } {
  const marks = new Map<string, TailMark>();
  const value: unknown = cursor === undefined ? undefined : JSON.parse(cursor);
  if (!isObject(value)) return { marks, readBefore: 0 };
  for (const entry of Array.isArray(value.marks) ? value.marks : []) {
    const [path, identity, offset] = Array.isArray(entry) ? (entry as readonly unknown[]) : [];
    if (typeof path === 'string' && typeof identity === 'string' && typeof offset === 'number') marks.set(path, { identity, offset });
  }
  return { marks, readBefore: typeof value.readBefore === 'number' ? value.readBefore : 0 };
}
