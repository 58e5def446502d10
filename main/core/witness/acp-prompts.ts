import type { Clock } from '../platform/clock.ts';
import type { RecorderFeed, RecorderReading } from './recorder-feed.ts';
import type { KeyBook, KeyedSession, WitnessEvent, WitnessedMessage } from './witness.ts';

export interface AcpPromptsDeps {
  readonly keys: KeyBook;
  readonly agentOf: (nativeId: string) => string | undefined;
  readonly clock: Clock;
  /** Of an earlier run. */
  readonly waiting: readonly RecorderReading[];
  readonly feed?: RecorderFeed | undefined;
}

const LONGEST_WAIT_MS = 24 * 3_600_000;
const MOST_WAITING = 200;
const MOST_RUNS = 1_000;
/** A run of the embedded agent says so at once; a runner's says nothing until it is done. */
const EMBEDDED_MS = 15_000;

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
  /** Handed on and not known to be answered: key to texts. */
  readonly #open = new Map<string, { readonly text: string; readonly at: number }[]>();

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

  /** The runner's own record of a turn has come. */
  answered(sessionKey: string, text: string): void {
    const open = this.#open.get(sessionKey)?.filter((prompt) => prompt.text !== text) ?? [];
    if (open.length > 0) this.#open.set(sessionKey, open);
    else this.#open.delete(sessionKey);
    const still = this.#waiting.filter((reading) => reading.text !== text);
    if (still.length < this.#waiting.length) this.#waiting = still;
  }

  take(): readonly WitnessedMessage[] {
    const messages = this.#takeReplies();
    const still: RecorderReading[] = [];
    for (const reading of this.#waiting) {
      const place = this.#placeOf(reading);
      if (place === 'not-acp') continue;
      if (place === undefined) still.push(reading);
      else messages.push(this.#asPrompt(reading, place));
    }
    const oldest = this.#deps.clock.now() - LONGEST_WAIT_MS;
    const kept = still.filter(({ at }) => at >= oldest).slice(-MOST_WAITING);
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

  #placeOf(reading: RecorderReading): KeyedSession | { readonly orphan: string; readonly agent: string } | 'not-acp' | undefined {
    const { keys } = this.#deps;
    const key = reading.sessionKey ?? (reading.runId === undefined ? undefined : this.#keyOfRun.get(reading.runId));
    if (key !== undefined) {
      const keyed = keys.byKey(key);
      if (keyed?.isAcp === true) return keyed;
    }
    // A prompt that OpenClaw refused leaves a file with the error alone, named after its run.
    const agent = reading.runId === undefined ? undefined : this.#deps.agentOf(reading.runId);
    if (reading.runId !== undefined && agent !== undefined) return { orphan: reading.runId, agent };
    if (key !== undefined) return keys.byKey(key) === undefined ? undefined : 'not-acp';
    const running = keys.all.filter(({ isAcp, acpState }) => isAcp && acpState === 'running');
    const isLate = this.#deps.clock.now() - reading.at > EMBEDDED_MS;
    return isLate && running.length === 1 ? running[0] : undefined;
  }

  #asPrompt(reading: RecorderReading, place: KeyedSession | { readonly orphan: string; readonly agent: string }): WitnessedMessage {
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
    this.#open.set(sessionKey, [...(this.#open.get(sessionKey) ?? []), { text: reading.text, at: reading.at }]);
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
