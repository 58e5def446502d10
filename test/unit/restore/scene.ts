import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Change, Fingerprint } from '../../../main/core/capture/change.ts';
import type { GatewayAdmin } from '../../../main/core/gateway/gateway.ts';
import type { Clock } from '../../../main/core/platform/clock.ts';
import { silentLogger } from '../../../main/core/platform/logger.ts';
import { createRestorer } from '../../../main/core/restore/restorer.ts';
import type { OpenclawPrograms, RestoreRequest, Restorer } from '../../../main/core/restore/restoring.ts';
import { parseLine } from '../../../main/core/sources/registry.ts';
import { openBuffer } from '../../../main/core/store/buffer.ts';
import type { Journal } from '../../../main/core/store/store.ts';
import type { IncidentDraft, RestoreReceipt, SessionState } from '../../../main/core/types.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { type Said, witnessed } from './witnessed.ts';

export interface RestorerOptions {
  readonly gateway?: () => 'running' | 'stopped' | 'unknown';
  readonly answers?: boolean;
  /** Lets a running gateway be asked. */
  readonly admin?: GatewayAdmin;
  /** This OpenClaw keeps its conversations in a database. */
  readonly programs?: OpenclawPrograms;
  readonly isBusy?: () => boolean;
  /** Whether the holder of a lock lives; default: nobody does. */
  readonly alive?: (pid: number) => boolean;
  readonly failpoint?: (step: string) => void;
  readonly directoryOf?: (sourceId: number, agent: string) => string | undefined;
}

export interface SceneOptions {
  readonly clock?: Clock;
  /** Folder of the buffer below the base. */
  readonly home?: string;
  /** Sessions directory of the agent `main`, elsewhere than in the state directory. */
  readonly sessions?: string;
}

/** A state directory of OpenClaw, and a real buffer with recordings of conversations that are no longer there. */
export class Scene implements Disposable {
  readonly root: string;
  readonly sessions: string;
  readonly index: string;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly sourceId: number;

  constructor(base: string, options: SceneOptions = {}) {
    const { clock = new FakeClock(Date.now()), home = 'home' } = options;
    this.root = join(base, 'state');
    this.sessions = options.sessions ?? join(this.root, 'agents', 'main', 'sessions');
    this.index = join(this.sessions, 'sessions.json');
    this.clock = clock;
    mkdirSync(this.sessions, { recursive: true });
    mkdirSync(join(base, home), { recursive: true, mode: 0o700 });
    this.journal = openBuffer(join(base, home), { clock, log: silentLogger, parse: parseLine }).journal;
    this.sourceId = this.journal.registerSource('openclaw-jsonl', this.root, clock.now()).id;
  }

  [Symbol.dispose](): void {
    this.journal[Symbol.dispose]();
  }

  /** Records one conversation, a generation for each content; none of their files is on disk any more. */
  record(nativeId: string, contents: readonly (string | Uint8Array)[], agent = 'main'): number {
    for (const content of contents) this.journal.commit(this.#changes(nativeId, agent, Buffer.from(content)), nothing, this.clock.now());
    return this.#rowOf(nativeId, agent);
  }

  /** What detection has made of it, and what the index said of it last. */
  lose(nativeId: string, routingKey: string, to: SessionState = 'lost'): void {
    const session = { sourceId: this.sourceId, agent: 'main', nativeId };
    const at = this.clock.now();
    const transition = { session, from: 'live' as const, to, cause: 'test', at };
    this.journal.commit([], { ...nothing, transitions: [transition], sessions: [{ session, sessionId: nativeId, routingKey }] }, at);
  }

  /** Opens one; its id. */
  incident(draft: IncidentDraft): string {
    const [opened] = this.journal.commit([], { ...nothing, drafts: [draft] }, this.clock.now()).opened;
    if (opened === undefined) throw new Error('no incident was opened');
    return opened.id;
  }

  #rowOf(nativeId: string, agent: string): number {
    while (this.journal.index(16 * 1024 * 1024) > 0);
    const session = this.journal.catalog.sessions({ limit: 100 }).items.find((item) => item.nativeId === nativeId && item.agent === agent);
    if (session === undefined) throw new Error(`nothing was recorded of ${nativeId}`);
    return session.id;
  }

  /** Messages of a conversation that no file held. */
  witness(nativeId: string, messages: readonly Said[], sessionKey = 'agent:main:main'): number {
    const { sourceId } = this;
    const session = { sourceId, agent: 'main', nativeId };
    const sighting = {
      sourceId,
      witness: 'recorder-plugin' as const,
      messages: messages.map((said) => witnessed(nativeId, said, sessionKey)),
    };
    this.journal.recordWitnessed([sighting], this.clock.now());
    const verdicts = this.journal.catalog.pendingWitnessed().map(({ id }) => ({ id, is: 'unpersisted' as const, session, sessionKey }));
    this.journal.commit([], { ...nothing, verdicts }, this.clock.now());
    return this.#rowOf(nativeId, 'main');
  }

  restorer(options: RestorerOptions = {}): Restorer {
    return createRestorer({
      journal: this.journal,
      clock: this.clock,
      log: silentLogger,
      gateway: {
        state: async () => options.gateway?.() ?? 'stopped',
        alive: (pid) => options.alive?.(pid) ?? false,
        answers: async () => options.answers ?? false,
      },
      copies: join(this.root, '..', 'copies'),
      directoryOf: options.directoryOf ?? ((_, agent) => (agent === 'main' ? this.sessions : join(this.root, 'agents', agent, 'sessions'))),
      rootOf: () => this.root,
      ...(options.programs === undefined ? {} : { programs: options.programs, keepsElsewhere: () => true }),
      ...(options.admin === undefined ? {} : { admin: options.admin }),
      ...(options.isBusy === undefined ? {} : { isBusy: options.isBusy }),
      ...(options.failpoint === undefined ? {} : { failpoint: options.failpoint }),
    });
  }

  async restore(request: RestoreRequest, options: RestorerOptions = {}): Promise<RestoreReceipt> {
    const restorer = this.restorer(options);
    return restorer.apply(await restorer.plan(request), request);
  }

  /** Names in the sessions directory. */
  names(): readonly string[] {
    return readdirSync(this.sessions).sort();
  }

  readIndex(): Record<string, Record<string, unknown>> {
    return JSON.parse(readFileSync(this.index, 'utf8')) as Record<string, Record<string, unknown>>;
  }

  #changes(nativeId: string, agent: string, bytes: Uint8Array): readonly Change[] {
    const id = this.journal.nextGenerationId();
    const path = join(this.root, 'agents', agent, 'sessions');
    const identity = { dev: 1n, ino: BigInt(id), birthtimeNs: BigInt(id) };
    const at = this.clock.now();
    const name = `${nativeId}.jsonl`;
    const directory = { sourceId: this.sourceId, agent, path };
    const start = {
      id,
      directory,
      kind: 'transcript' as const,
      name,
      nativeId,
      sessionId: nativeId,
      path: join(path, name),
      identity,
      mtimeNs: 1n,
      at,
    };
    const checkpoint = {
      generationId: id,
      offset: bytes.length,
      head: print(bytes.subarray(0, 1024)),
      tail: print(bytes.subarray(-64)),
      identity,
      mtimeNs: 1n,
    };
    return [
      { change: 'opened', generation: start },
      ...(bytes.length === 0 ? [] : [{ change: 'appended' as const, generationId: id, start: 0, bytes, checkpoint, at }]),
      { change: 'closed', generationId: id, as: 'deleted', at },
    ];
  }
}

const nothing = { transitions: [], sessions: [], drafts: [], resolved: [] };

function print(bytes: Uint8Array): Fingerprint {
  return bytes.length === 0 ? { length: 0, sha256: bytes } : { length: bytes.length, sha256: createHash('sha256').update(bytes).digest() };
}

export function mode(path: string): number {
  return statSync(path).mode & 0o777;
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
