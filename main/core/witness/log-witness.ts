import type { Clock } from '../platform/clock.ts';
import { errnoOf } from '../platform/errors.ts';
import type { FileSystem } from '../platform/file-system.ts';
import type { WitnessStatus } from '../types.ts';
import { identityOf, readTail, type TailMark } from './line-tail.ts';
import { readLogLine } from './log-signs.ts';
import type { Witness, WitnessBatch, WitnessEvent } from './witness.ts';

export interface LogWitnessDeps {
  readonly fs: FileSystem;
  readonly clock: Clock;
  /** Files that OpenClaw logs to now; their names change with the day. */
  readonly paths: () => readonly string[];
  /** The state directory: a log may be shared with other profiles. */
  readonly root: string;
}

const READ_BYTES = 512 * 1024;
const MOST_FILES = 8;

/** Follows OpenClaw's log from now on for what it says of transcripts. Evidence beside a verdict; what was said before is not read. */
export function createLogWitness(deps: LogWitnessDeps): Witness {
  return new LogWitness(deps);
}

class LogWitness implements Witness {
  readonly kind = 'log';
  readonly status: WitnessStatus = { kind: 'gateway-stream', state: 'waiting' };
  readonly #deps: LogWitnessDeps;
  readonly #marks = new Map<string, TailMark>();
  #isFirstLook = true;
  #handedOver: readonly WitnessEvent[] | undefined;

  constructor(deps: LogWitnessDeps) {
    this.#deps = deps;
  }

  collect(): WitnessBatch {
    this.#handedOver ??= this.#read();
    return { messages: [], events: this.#handedOver };
  }

  committed(): void {
    this.#handedOver = undefined;
  }

  [Symbol.dispose](): void {
    this.#marks.clear();
  }

  #read(): readonly WitnessEvent[] {
    const events = this.#deps
      .paths()
      .slice(0, MOST_FILES)
      .flatMap((path) => this.#readFile(path));
    this.#isFirstLook = false;
    return events;
  }

  #readFile(path: string): readonly WitnessEvent[] {
    const size = this.#sizeOf(path);
    if (size === undefined) return [];
    const mark = this.#marks.get(path);
    // A file that is there when we come is old news; one that appears later is the next day's.
    if (mark === undefined && this.#isFirstLook) {
      this.#marks.set(path, size);
      return [];
    }
    if (mark !== undefined && mark.identity === size.identity && mark.offset === size.offset) return [];
    const reading = readTail(this.#deps.fs, path, mark, READ_BYTES, READ_BYTES);
    if (reading === undefined) return [];
    this.#marks.set(path, reading.mark);
    return reading.lines.flatMap(({ bytes }) => {
      const seen = readLogLine(bytes);
      if (seen === undefined || (seen.path !== undefined && !seen.path.startsWith(`${this.#deps.root}/`))) return [];
      const { at = this.#deps.clock.now(), ...sign } = seen;
      return [{ witness: 'log' as const, at, event: 'log-sign' as const, ...sign }];
    });
  }

  #sizeOf(path: string): TailMark | undefined {
    try {
      const stat = this.#deps.fs.stat(path);
      return stat?.type === 'file' ? { identity: identityOf(stat), offset: stat.size } : undefined;
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      return undefined;
    }
  }
}
