import { basename } from 'node:path';
import type { Clock } from '../platform/clock.ts';
import type { FileSystem } from '../platform/file-system.ts';
import { AcpStreamReader } from './acp-stream.ts';
import { readTail, type TailMark } from './line-tail.ts';
import type { WitnessedMessage } from './witness.ts';

export const STREAM_SUFFIX = '.acp-stream.jsonl';
const READ_BYTES = 1024 * 1024;
const LONGEST_READ_MS = 20;

interface Stream {
  readonly reader: AcpStreamReader;
  readonly mark: TailMark | undefined;
}

/** What spawned agents say while they say it: files beside the transcripts that somebody else finds. */
export class AcpStreams {
  readonly #fs: FileSystem;
  readonly #clock: Clock;
  readonly #streams = new Map<string, Stream>();
  /** Path to agent. */
  readonly #changed = new Map<string, string>();

  constructor(fs: FileSystem, clock: Clock) {
    this.#fs = fs;
    this.#clock = clock;
  }

  changed(path: string, agent: string): void {
    this.#changed.set(path, agent);
  }

  /** As far as time allows: at a first import there may be thousands. */
  read(): readonly WitnessedMessage[] {
    const began = this.#clock.monotonic();
    const messages: WitnessedMessage[] = [];
    for (const [path, agent] of this.#changed) {
      if (this.#clock.monotonic() - began > LONGEST_READ_MS) break;
      const before = this.#streams.get(path);
      const reading = readTail(this.#fs, path, before?.mark, READ_BYTES);
      if (reading === undefined || reading.readBytes < READ_BYTES) this.#changed.delete(path);
      if (reading === undefined) continue;
      // Another file of this name, or a shorter one, begins anew: its text must not be added to the old.
      const goesOn =
        before?.mark?.identity === reading.mark.identity && before.mark.offset <= (reading.lines[0]?.start ?? reading.mark.offset);
      const reader = goesOn ? before.reader : new AcpStreamReader(agent, basename(path, STREAM_SUFFIX));
      for (const { bytes } of reading.lines) reader.push(bytes);
      this.#streams.set(path, { reader, mark: reading.mark });
      messages.push(...reader.take());
    }
    return messages;
  }
}
