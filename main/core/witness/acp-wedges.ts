import { join } from 'node:path';
import type { Clock } from '../platform/clock.ts';
import { errnoOf } from '../platform/errors.ts';
import type { FileSystem } from '../platform/file-system.ts';
import { isObject, isoTimeOf, type JsonObject, readJson, stringOf } from '../sources/json-value.ts';
import type { KeyBook, KeyedSession, WitnessEvent } from './witness.ts';

export interface AcpWedgesDeps {
  readonly directory: string;
  readonly fs: FileSystem;
  readonly clock: Clock;
  readonly keys: KeyBook;
  readonly hasChild: (pid: number) => boolean | undefined;
  readonly alive: (pid: number) => boolean;
}

const LOOK_EVERY_MS = 30_000;
const OWNERS_EVERY_MS = 5_000;
/** A runner starts its agent within seconds. */
const WITHOUT_AGENT_MS = 120_000;
/** It says that it lives every few seconds; a pid that is another process by now does not. */
const LONGEST_SILENCE_MS = 10 * 60_000;
const LARGEST_LOCK_BYTES = 64 * 1024;
const LARGEST_INDEX_BYTES = 16 * 1024 * 1024;
const MOST_LOCKS = 1_000;

interface Owner {
  readonly pid: number;
  readonly recordId: string;
}

/**
 * A conversation whose ACP agent has died while its runner waits for it for ever: OpenClaw calls it running, its runner lives and
 * has no agent process any more, and every further message queues in silence (2026.3.13 with acpx 0.1.16 and 0.3.0).
 */
export class AcpWedges {
  readonly #deps: AcpWedgesDeps;
  /** By key, since when its runner was seen without an agent; `ticks` of a clock that nobody sets. */
  readonly #since = new Map<string, { readonly at: number; readonly ticks: number }>();
  readonly #told = new Set<string>();
  #lookedAt = Number.NEGATIVE_INFINITY;
  #owners: readonly Owner[] = [];
  #names: ReadonlyMap<string, string> | undefined;
  #ownersAt = Number.NEGATIVE_INFINITY;

  constructor(deps: AcpWedgesDeps) {
    this.#deps = deps;
  }

  look(waiting: ReadonlyMap<string, { readonly since: number; readonly count: number }>): readonly WitnessEvent[] {
    const { clock, keys } = this.#deps;
    if (clock.monotonic() - this.#lookedAt < LOOK_EVERY_MS) return [];
    this.#lookedAt = clock.monotonic();
    const running = keys.all.filter(({ isAcp, acpState }) => isAcp && acpState === 'running');
    const events: WitnessEvent[] = [];
    const still = new Set<string>();
    for (const keyed of running) {
      const { agent, sessionKey } = keyed;
      const its = this.#ownersOf(keyed);
      // Only what is certain: a runner lives, and none of them has an agent.
      if (its.length === 0 || its.some(({ pid }) => this.#deps.hasChild(pid) !== false)) continue;
      still.add(sessionKey);
      const since = this.#since.get(sessionKey) ?? { at: clock.now(), ticks: clock.monotonic() };
      this.#since.set(sessionKey, since);
      if (clock.monotonic() - since.ticks < WITHOUT_AGENT_MS || this.#told.has(sessionKey)) continue;
      this.#told.add(sessionKey);
      const asked = waiting.get(sessionKey);
      events.push({
        witness: 'acp-store',
        at: clock.now(),
        event: 'acp-wedged',
        agent,
        sessionKey,
        since: asked?.since ?? since.at,
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

  /** Somebody is there who may still answer, or believes that. */
  hasRunner(keyed: KeyedSession): boolean {
    return this.#ownersOf(keyed).length > 0;
  }

  #ownersOf({ sessionKey, acpRecordId }: KeyedSession): readonly Owner[] {
    const now = this.#deps.clock.monotonic();
    if (now - this.#ownersAt >= OWNERS_EVERY_MS) {
      this.#ownersAt = now;
      this.#owners = this.#findOwners();
      this.#names = undefined;
    }
    if (this.#owners.length === 0) return [];
    if (acpRecordId !== undefined) return this.#owners.filter(({ recordId }) => recordId === acpRecordId);
    this.#names ??= this.#findNames();
    return this.#owners.filter(({ recordId }) => this.#names?.get(recordId) === sessionKey);
  }

  /** Runners that live. */
  #findOwners(): readonly Owner[] {
    const queues = join(this.#deps.directory, 'queues');
    const locks = this.#list(queues).filter((name) => name.endsWith('.lock'));
    return locks.slice(0, MOST_LOCKS).flatMap((name) => {
      const lock = this.#json(join(queues, name), LARGEST_LOCK_BYTES);
      const pid = lock?.pid;
      const recordId = stringOf(lock?.sessionId);
      const saidAt = isoTimeOf(lock?.heartbeatAt);
      const isSilent = saidAt !== undefined && this.#deps.clock.now() - saidAt > LONGEST_SILENCE_MS;
      return typeof pid === 'number' && recordId !== undefined && !isSilent && this.#deps.alive(pid) ? [{ pid, recordId }] : [];
    });
  }

  /** Routing keys by record, from the index: records themselves may be large. */
  #findNames(): ReadonlyMap<string, string> {
    const index = this.#json(join(this.#deps.directory, 'sessions', 'index.json'), LARGEST_INDEX_BYTES);
    const entries = Array.isArray(index?.entries) ? index.entries.filter(isObject) : [];
    return new Map(
      entries.flatMap(({ acpxRecordId, name }) =>
        typeof acpxRecordId === 'string' && typeof name === 'string' ? [[acpxRecordId, name.toLowerCase()] as const] : [],
      ),
    );
  }

  #list(directory: string): readonly string[] {
    try {
      return this.#deps.fs.list(directory);
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      return [];
    }
  }

  #json(path: string, largestBytes: number): JsonObject | undefined {
    try {
      using file = this.#deps.fs.open(path);
      const { size } = file.stat();
      const value = size > largestBytes ? undefined : readJson(file.readAt(0, size));
      return isObject(value) ? value : undefined;
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      return undefined;
    }
  }
}
