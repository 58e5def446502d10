import { join } from 'node:path';
import type { Clock } from '../platform/clock.ts';
import { errnoOf } from '../platform/errors.ts';
import type { FileSystem } from '../platform/file-system.ts';
import { isObject, readJson, stringOf } from '../sources/json-value.ts';
import type { KeyBook, WitnessEvent } from './witness.ts';

export interface AcpWedgesDeps {
  readonly directory: string;
  readonly fs: FileSystem;
  readonly clock: Clock;
  readonly keys: KeyBook;
  readonly hasChild: (pid: number) => boolean | undefined;
  readonly alive: (pid: number) => boolean;
}

const LOOK_EVERY_MS = 30_000;
/** A runner starts its agent within seconds. */
const WITHOUT_AGENT_MS = 120_000;
const LONGEST_FILE_BYTES = 1024 * 1024;

/**
 * A conversation whose ACP agent has died while its runner waits for it for ever: OpenClaw calls it running, its runner lives and
 * has no agent process any more, and every further message queues in silence (2026.3.13 with acpx 0.1.16 and 0.3.0).
 */
export class AcpWedges {
  readonly #deps: AcpWedgesDeps;
  /** By key, since when its runner was seen without an agent. */
  readonly #since = new Map<string, number>();
  readonly #told = new Set<string>();
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(deps: AcpWedgesDeps) {
    this.#deps = deps;
  }

  look(waiting: ReadonlyMap<string, { readonly since: number; readonly count: number }>): readonly WitnessEvent[] {
    const { clock, keys } = this.#deps;
    if (clock.monotonic() - this.#lookedAt < LOOK_EVERY_MS) return [];
    this.#lookedAt = clock.monotonic();
    const running = keys.all.filter(({ isAcp, acpState }) => isAcp && acpState === 'running');
    const owners = running.length === 0 ? [] : this.#owners();
    const events: WitnessEvent[] = [];
    const still = new Set<string>();
    for (const { agent, sessionKey } of running) {
      const asked = waiting.get(sessionKey);
      const own = owners.filter((owner) => owner.sessionKey === sessionKey);
      // Only what is certain: a runner lives, and none of them has an agent.
      if (own.length === 0 || own.some(({ pid }) => this.#deps.hasChild(pid) !== false)) continue;
      still.add(sessionKey);
      const since = this.#since.get(sessionKey) ?? clock.now();
      this.#since.set(sessionKey, since);
      if (clock.now() - since < WITHOUT_AGENT_MS || this.#told.has(sessionKey)) continue;
      this.#told.add(sessionKey);
      const firstAt = asked?.since ?? since;
      events.push({
        witness: 'acp-store',
        at: clock.now(),
        event: 'acp-wedged',
        agent,
        sessionKey,
        since: firstAt,
        waiting: asked?.count ?? 0,
      });
    }
    for (const key of this.#since.keys()) {
      if (still.has(key)) continue;
      this.#since.delete(key);
      this.#told.delete(key);
    }
    return events;
  }

  /** Runners that live, with the routing key of their conversation. */
  #owners(): readonly { readonly pid: number; readonly sessionKey: string }[] {
    const queues = join(this.#deps.directory, 'queues');
    return this.#names(queues).flatMap((name) => {
      const lock = name.endsWith('.lock') ? this.#json(join(queues, name)) : undefined;
      const pid = typeof lock?.pid === 'number' ? lock.pid : undefined;
      const recordId = stringOf(lock?.sessionId);
      if (pid === undefined || recordId === undefined || !/^[\w.-]+$/.test(recordId) || !this.#deps.alive(pid)) return [];
      const sessionKey = this.#nameOf(recordId);
      return sessionKey === undefined ? [] : [{ pid, sessionKey }];
    });
  }

  /** From the index: a record itself may be large. */
  #nameOf(recordId: string): string | undefined {
    const index = this.#json(join(this.#deps.directory, 'sessions', 'index.json'));
    const entries = Array.isArray(index?.entries) ? index.entries.filter(isObject) : [];
    const entry = entries.find(({ acpxRecordId, acpSessionId }) => acpxRecordId === recordId || acpSessionId === recordId);
    return stringOf(entry?.name)?.toLowerCase();
  }

  #names(directory: string): readonly string[] {
    try {
      return this.#deps.fs.list(directory);
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      return [];
    }
  }

  #json(path: string): Readonly<Record<string, unknown>> | undefined {
    try {
      using file = this.#deps.fs.open(path);
      const value = readJson(file.readAt(0, Math.min(LONGEST_FILE_BYTES, file.stat().size)));
      return isObject(value) ? value : undefined;
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      return undefined;
    }
  }
}
