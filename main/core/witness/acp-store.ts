import { join } from 'node:path';
import type { Clock } from '../platform/clock.ts';
import type { FileSystem } from '../platform/file-system.ts';
import type { WitnessStatus } from '../types.ts';
import { type AcpCursor, parseAcpCursor, printAcpCursor } from './acp-cursor.ts';
import { AcpPrompts } from './acp-prompts.ts';
import { AcpRecords } from './acp-records.ts';
import { AcpStreams, STREAM_SUFFIX } from './acp-streams.ts';
import { AcpWedges } from './acp-wedges.ts';
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
  readonly follows: SidecarFollower = { suffix: STREAM_SUFFIX, changed: (path, agent) => this.#streams.changed(path, agent) };
  readonly notice: (events: readonly WitnessEvent[]) => void;
  readonly #deps: AcpStoreDeps;
  readonly #records: AcpRecords;
  readonly #streams: AcpStreams;
  readonly #prompts: AcpPrompts;
  readonly #wedges: AcpWedges;
  #lastMessageAt: number | undefined;
  #handedOver: Read | undefined;
  #committedWaiting: AcpCursor['waiting'];

  constructor(deps: AcpStoreDeps) {
    this.#deps = deps;
    const { fs, clock, keys, agentOf, recorder } = deps;
    const { records, waiting } = parseAcpCursor(deps.cursor);
    this.#records = new AcpRecords({ directory: join(deps.directory, 'sessions'), fs, clock, keys, seen: records });
    this.#streams = new AcpStreams(fs, clock);
    this.#committedWaiting = waiting;
    this.#wedges = new AcpWedges(deps);
    const hasRunner = this.#wedges.hasRunner.bind(this.#wedges);
    this.#prompts = new AcpPrompts({ keys, agentOf, clock, hasRunner, waiting, feed: recorder });
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
    const { state } = this.#records;
    if (state !== 'blocked') return { ...known, state };
    const message = `Clawback may not read ${join(this.#deps.directory, 'sessions')}, where the ACP runner keeps its conversations.`;
    return { ...known, state, problem: { code: 'not-permitted', message, hint: 'Run Clawback as the user who runs OpenClaw.' } };
  }

  [Symbol.dispose](): void {
    this.#prompts[Symbol.dispose]();
  }

  #read(): Read {
    // Before anything is taken: what throws must not lose what the others have to tell.
    const events = this.#wedges.look(this.#prompts.waitingByKey);
    const told = this.#records.read();
    for (const { sessionKey, role, text, at } of told) if (role === 'user') this.#prompts.answered(sessionKey ?? '', text, at);
    const messages = [...told, ...this.#streams.read(), ...this.#prompts.take()];
    const { waiting } = this.#prompts;
    const isNews = messages.length > 0 || waiting !== this.#committedWaiting;
    const cursor = isNews ? printAcpCursor({ records: this.#records.seen, waiting }) : undefined;
    return { messages, events, cursor, waiting };
  }
}
