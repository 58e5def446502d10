import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ownStartTime } from './session-index.ts';
import type { WrittenLines } from './transcript-line.ts';

/**
 * The recorder plugin as the gateway of the demo would have loaded it: every message as OpenClaw means to save it, in the spool of
 * the Clawback that watches. Format: native-helpers/openclaw-recorder, version 1.
 */
export class DemoRecorder {
  readonly #path: string;
  #seq = 0;

  /** `home`: of that Clawback. `stateDir`: without symbolic links. */
  constructor(home: string, stateDir: string, now: number) {
    const directory = join(home, 'recorder-spool');
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    this.#path = join(directory, `${now}-${process.pid}.jsonl`);
    const startTime = ownStartTime();
    const started = startTime === undefined ? {} : { startTime };
    this.#write({ hook: 'spool', part: 0, pid: process.pid, ...started, stateDir, openclaw: '2026.3.13' }, now);
    this.#write({ hook: 'gateway_start' }, now);
  }

  saw(sessionKey: string, sessionId: string, { text }: WrittenLines, now: number): void {
    for (const line of text.trimEnd().split('\n')) {
      const { message } = JSON.parse(line);
      this.#write({ hook: 'before_message_write', agentId: 'main', sessionKey, sessionId, message }, now);
    }
  }

  #write(record: object, now: number): void {
    appendFileSync(this.#path, `${JSON.stringify({ v: 1, t: now, seq: this.#seq, ...record })}\n`, { mode: 0o600 });
    this.#seq += 1;
  }
}
