import type { Clock } from '../platform/clock.ts';
import type { RecorderFeed, RecorderReading } from './recorder-feed.ts';
import type { KeyBook, KeyedSession, WitnessEvent, WitnessedMessage } from './witness.ts';

export interface AcpPromptsDeps {
  readonly keys: KeyBook;
  readonly agentOf: (nativeId: string) => string | undefined;
  readonly clock: Clock;
  /** A runner lives that has taken prompts of it. */
  readonly hasRunner: (keyed: KeyedSession) => boolean;
  /** Of an earlier run. */
  readonly waiting: readonly RecorderReading[];
  readonly feed?: RecorderFeed | undefined;
}

const LONGEST_WAIT_MS = 24 * 3_600_000;
const MOST_WAITING = 200;
const MOST_RUNS = 1_000;
const MOST_OPEN = 1_000;
const MOST_ANSWERS = 500;
/** A run of the embedded agent says so at once; a runner's says nothing until it is done. */
const EMBEDDED_MS = 15_000;
/** OpenClaw stamps a prompt with the minute in which it hands it on; the conversation is called running when the runner is ready. */
const STAMP_MS = 61_000;
const BEFORE_RUNNING_MS = 10_000;
const AFTER_RUNNING_MS = 1_000;
const LONGEST_QUEUED_MS = 30 * 60_000;

interface Open {
  readonly text: string;
  readonly at: number;
}

interface Answer {
  readonly sessionKey: string;
  readonly text: string;
  readonly at: number;
}

interface Orphan {
  readonly orphan: string;
  readonly agent: string;
}

type Place = KeyedSession | Orphan | 'not-needed' | 'not-known';

/**
 * What a person asked an ACP agent, as the recorder plugin saw it come in. OpenClaw 2026.3.13 does not tell that hook which
 * conversation it is: the run does, which the stream names when it ends; or the one conversation whose runner is at work.
 */
export class AcpPrompts implements Disposable {
  readonly #deps: AcpPromptsDeps;
  readonly #keyOfRun = new Map<string, string>();
  readonly #subscriptions: readonly Disposable[];
  #waiting: readonly RecorderReading[];
  #replies: RecorderReading[] = [];
  /** Prompts that the runner's own record told, and that the plugin's readings were not paired with yet. */
  #answers: readonly Answer[] = [];
  /** Handed on and not known to be answered: key to texts. */
  readonly #open = new Map<string, readonly Open[]>();

  constructor(deps: AcpPromptsDeps) {
    this.#deps = deps;
    this.#waiting = deps.waiting;
    const { feed } = deps;
    this.#subscriptions =
      feed === undefined
        ? []
        : [feed.onReceived((reading) => this.#receive(reading)), feed.onReply((reading) => void this.#replies.push(reading))];
  }

  /** Those that cannot be placed yet; the same array while nothing changed. */
  get waiting(): readonly RecorderReading[] {
    return this.#waiting;
  }

  /** Placed and unanswered: when the first was asked, and how many. */
  get waitingByKey(): ReadonlyMap<string, { readonly since: number; readonly count: number }> {
    return new Map(
      [...this.#open].flatMap(([key, [first, ...rest]]) =>
        first === undefined ? [] : [[key, { since: first.at, count: rest.length + 1 }]],
      ),
    );
  }

  notice(events: readonly WitnessEvent[]): void {
    for (const event of events) {
      if (event.event !== 'run-started' && event.event !== 'run-ended') continue;
      this.#keyOfRun.delete(event.runId);
      this.#keyOfRun.set(event.runId, event.sessionKey);
      if (event.event === 'run-ended') this.#open.delete(event.sessionKey);
    }
    for (const runId of this.#keyOfRun.keys()) {
      if (this.#keyOfRun.size <= MOST_RUNS) break;
      this.#keyOfRun.delete(runId);
    }
  }

  /** The runner's own record of a turn has come: one prompt of these words is told, and another one of the same words may not be. */
  answered(sessionKey: string, text: string, at: number): void {
    const open = this.#open.get(sessionKey) ?? [];
    const first = open.findIndex((prompt) => prompt.text === text);
    if (first < 0) this.#answers = [...this.#answers, { sessionKey, text, at }].slice(-MOST_ANSWERS);
    else this.#setOpen(sessionKey, open.toSpliced(first, 1));
  }

  take(): readonly WitnessedMessage[] {
    const messages = this.#takeReplies();
    const now = this.#deps.clock.now();
    const running = this.#waiting.length === 0 ? [] : this.#deps.keys.all.filter(({ isAcp, acpState }) => isAcp && acpState === 'running');
    const still = this.#waiting.filter((reading) => {
      const place = this.#placeOf(reading, running, now);
      if (place === 'not-known') return reading.at >= now - LONGEST_WAIT_MS;
      if (place !== 'not-needed') messages.push(this.#asPrompt(reading, place));
      return false;
    });
    const kept = still.slice(-MOST_WAITING);
    if (kept.length < this.#waiting.length) this.#waiting = kept;
    return messages;
  }

  [Symbol.dispose](): void {
    for (const subscription of this.#subscriptions) subscription[Symbol.dispose]();
  }

  #receive(reading: RecorderReading): void {
    // Commands are for OpenClaw, not for the agent.
    if (reading.text.trim() === '' || reading.text.startsWith('/')) return;
    this.#waiting = [...this.#waiting.filter(({ ref }) => ref !== reading.ref), reading];
  }

  #placeOf(reading: RecorderReading, running: readonly KeyedSession[], now: number): Place {
    const key = reading.sessionKey ?? (reading.runId === undefined ? undefined : this.#keyOfRun.get(reading.runId));
    const keyed = key === undefined ? undefined : this.#deps.keys.byKey(key);
    if (keyed?.isAcp === true) return this.#pairAnswer(reading, keyed.sessionKey) ? 'not-needed' : keyed;
    // A prompt that OpenClaw refused leaves a file with the error alone, named after its run.
    const agent = reading.runId === undefined ? undefined : this.#deps.agentOf(reading.runId);
    if (reading.runId !== undefined && agent !== undefined) return { orphan: reading.runId, agent };
    if (key !== undefined) return keyed === undefined ? 'not-known' : 'not-needed';
    if (now - reading.at <= EMBEDDED_MS) return 'not-known';
    if (this.#pairAnswer(reading)) return 'not-needed';
    // What was asked before the runner began its turn is none of its queue.
    const since = running.filter(({ acpActiveAt = 0 }) => reading.at >= acpActiveAt - BEFORE_RUNNING_MS);
    const began = since.filter(({ acpActiveAt = 0 }) => reading.at <= acpActiveAt + AFTER_RUNNING_MS);
    return only(began) ?? only(since.filter(this.#deps.hasRunner)) ?? 'not-known';
  }

  /** The runner's record told this very prompt, also when nobody saw which run it was. */
  #pairAnswer({ text, at }: RecorderReading, sessionKey?: string): boolean {
    const found = this.#answers.findIndex(
      (answer) =>
        answer.text === text &&
        (sessionKey === undefined || answer.sessionKey === sessionKey) &&
        answer.at >= at - STAMP_MS &&
        answer.at <= at + LONGEST_QUEUED_MS,
    );
    if (found >= 0) this.#answers = this.#answers.toSpliced(found, 1);
    return found >= 0;
  }

  #setOpen(sessionKey: string, open: readonly Open[]): void {
    if (open.length > 0) this.#open.set(sessionKey, open.slice(-MOST_OPEN));
    else this.#open.delete(sessionKey);
  }

  #asPrompt(reading: RecorderReading, place: KeyedSession | Orphan): WitnessedMessage {
    const known = {
      witness: 'recorder-plugin' as const,
      ref: `received:${reading.ref}`,
      agent: place.agent,
      ...(reading.runId === undefined ? {} : { runId: reading.runId }),
      role: 'user' as const,
      phase: 'final' as const,
      at: reading.at,
      text: reading.text,
    };
    if ('orphan' in place) return { ...known, sessionId: place.orphan, endsRun: true };
    const { sessionKey, sessionId } = place;
    const { text, at } = reading;
    this.#setOpen(sessionKey, [...(this.#open.get(sessionKey) ?? []), { text, at }]);
    return { ...known, sessionKey, sessionId, endsRun: false };
  }

  /** From 2026.6 on the way out is seen too, and says whose it is. */
  #takeReplies(): WitnessedMessage[] {
    const replies = this.#replies;
    this.#replies = [];
    return replies.flatMap((reading): readonly WitnessedMessage[] => {
      const keyed = reading.sessionKey === undefined ? undefined : this.#deps.keys.byKey(reading.sessionKey);
      if (keyed?.isAcp !== true || reading.text.trim() === '') return [];
      this.#open.delete(keyed.sessionKey);
      return [
        {
          witness: 'recorder-plugin',
          ref: `reply:${reading.ref}`,
          agent: keyed.agent,
          sessionKey: keyed.sessionKey,
          sessionId: keyed.sessionId,
          ...(reading.runId === undefined ? {} : { runId: reading.runId }),
          role: 'assistant',
          phase: reading.isError === true ? 'error' : 'final',
          endsRun: true,
          at: reading.at,
          text: reading.text,
        },
      ];
    });
  }
}

/** Of several nobody can tell which; a conversation that a gateway left running when it was killed is called so for ever. */
function only(candidates: readonly KeyedSession[]): KeyedSession | undefined {
  return candidates.length === 1 ? candidates[0] : undefined;
}
