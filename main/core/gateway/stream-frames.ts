import { epochMsOf, isObject, type JsonObject, stringOf } from '../sources/json-value.ts';
import type { WitnessEvent, WitnessedMessage } from '../witness/witness.ts';
import { idOf, objectOf, textOf } from './frame-fields.ts';
import { type EndedRun, type Run, type RunLimits, RunTable, untold } from './run-table.ts';
import { type KeyDefaults, type NamedSession, nameSession } from './session-key.ts';
import { type CutMessage, readStoredMessage } from './stored-message.ts';

export interface FrameOutcome {
  readonly messages: readonly WitnessedMessage[];
  readonly events: readonly WitnessEvent[];
  /** Messages of which the gateway sent the beginning alone; `complete` takes the rest. */
  readonly cut: readonly CutMessage[];
}

const WITNESS = 'gateway-stream';
const NOTHING: FrameOutcome = { messages: [], events: [], cut: [] };
const LIMITS: RunLimits = { runs: 256, text: 16 * 1024 * 1024 };
/** The last `chat` frame of a run follows the end of its lifecycle at once; a run that is hidden from chats has none. */
const END_GRACE_MS = 2000;

/**
 * What the gateway's events say about conversations. Pure but for its memory of runs that go on; total: a frame that makes
 * no sense says nothing. Facts: recorded frames of 2026.3.13 and 2026.9.6 in test/fixtures.
 *
 * Protocol 3 tells replies alone: the text so far (`chat` deltas, at most every 150 ms, and `agent` frames between them), then
 * the whole, in one piece for all that the run said around its tool calls. Protocol 4 tells every stored message as well
 * (`session.message`); what came that way is taken off the run's own text.
 */
export class StreamFrames {
  readonly #runs: RunTable;
  #defaults: KeyDefaults = { defaultAgent: 'main', mainKey: 'main', mainSessionKey: 'agent:main:main' };

  #ownerOf: (key: string) => string | undefined = () => undefined;

  constructor(limits: RunLimits = LIMITS) {
    this.#runs = new RunTable(limits);
  }

  /** A new connection. What went on before is not known to go on. `ownerOf`: the agent of a key that does not name one. */
  begin(defaults: KeyDefaults, ownerOf: (key: string) => string | undefined = () => undefined): void {
    this.#defaults = defaults;
    this.#ownerOf = ownerOf;
    this.#runs.clear();
  }

  read(event: string, payload: unknown, at: number): FrameOutcome {
    if (!isObject(payload)) return NOTHING;
    switch (event) {
      case 'chat':
        return this.#chat(payload, at);
      case 'agent':
        return this.#agent(payload, at);
      case 'session.message':
        return this.#stored(payload, at, true);
      default:
        return NOTHING;
    }
  }

  /** A stored message out of a history, or one that was cut before and is whole now. */
  stored(payload: JsonObject, at: number): FrameOutcome {
    return this.#stored(payload, at, false);
  }

  /** Runs whose lifecycle ended and whose chat never did. */
  settle(at: number): FrameOutcome {
    const late = this.#runs.active.filter((run) => run.endedAt !== undefined && at - run.endedAt >= END_GRACE_MS);
    return merge(late.map((run) => this.#end(run, run.endedAs ?? 'final', run.text + run.tail, at, at)));
  }

  #stored(payload: JsonObject, at: number, isLive: boolean): FrameOutcome {
    const session = this.#sessionOf(payload);
    if (session === undefined) return NOTHING;
    const stored = readStoredMessage(payload, session, at);
    if (stored === undefined) return NOTHING;
    const { sighting: seen, cut } = stored;
    // Of a reply that was cut the run itself knows the whole.
    if (cut !== undefined) return { messages: seen.role === 'assistant' ? [] : [seen], events: [], cut: [cut] };
    if (seen.role !== 'assistant') return { messages: [seen], events: [], cut: [] };
    // 2026.6.11 does not say which run a reply belongs to.
    const runId = stored.runId ?? this.#runs.thatSaid(session.sessionKey, seen.text);
    if (runId === undefined) return { messages: [seen], events: [], cut: [] };
    return { messages: [...this.#told(runId, seen, session, isLive), { ...seen, runId }], events: [], cut: [] };
  }

  #chat(payload: JsonObject, at: number): FrameOutcome {
    const { state } = payload;
    const runId = idOf(payload.runId);
    const session = this.#sessionOf(payload);
    if (runId === undefined || session === undefined) return NOTHING;
    const saidAt = epochMsOf(objectOf(payload.message).timestamp) ?? at;
    if (state === 'delta') return this.#delta(runId, session, payload, saidAt);
    if (state !== 'final' && state !== 'aborted' && state !== 'error') return NOTHING;
    // With an error comes what the gateway says about it: nobody's reply.
    const said = state === 'error' ? undefined : textOf(payload.message);
    const known = this.#runs.get(runId);
    // The same end once more; another end of the same run is told, its model may have been asked again.
    if (known === undefined && this.#runs.ended(runId)?.text === (said ?? '')) return NOTHING;
    const run = known ?? this.#runs.begin(runId, session).run;
    // A `final` without a message ends a run that had nothing to say; what breaks off had said what it had said.
    const text = said ?? (state === 'final' ? '' : run.text + run.tail);
    return this.#end(run, state, text, saidAt, at);
  }

  #delta(runId: string, session: NamedSession, payload: JsonObject, at: number): FrameOutcome {
    const { run, events } = this.#running(runId, session, at);
    const piece = stringOf(payload.deltaText);
    const text = textOf(payload.message) ?? (piece === undefined ? undefined : payload.replace === true ? piece : run.text + piece);
    if (text === undefined) return { ...NOTHING, events };
    run.textSeq = numberOf(payload.seq) ?? run.textSeq;
    return this.#write(run, text, '', at, events);
  }

  #agent(payload: JsonObject, at: number): FrameOutcome {
    const runId = idOf(payload.runId);
    const session = this.#sessionOf(payload);
    if (runId === undefined || session === undefined) return NOTHING;
    const data = objectOf(payload.data);
    const saidAt = epochMsOf(payload.ts) ?? at;
    if (payload.stream === 'assistant') return this.#addition(runId, payload, data, saidAt);
    if (payload.stream !== 'lifecycle') return NOTHING;
    if (data.phase === 'start') return { ...NOTHING, events: this.#running(runId, session, saidAt).events };
    const run = this.#runs.get(runId);
    if (run !== undefined && (data.phase === 'end' || data.phase === 'error')) {
      run.endedAt = at;
      run.endedAs = data.phase === 'error' ? 'error' : 'final';
    }
    return NOTHING;
  }

  /** Only what comes on top of what chats show: NO_REPLY and heartbeats are streamed here too, and shown nowhere. */
  #addition(runId: string, payload: JsonObject, data: JsonObject, at: number): FrameOutcome {
    const run = this.#runs.get(runId);
    const delta = stringOf(data.delta);
    const seq = numberOf(payload.seq);
    if (run === undefined || run.text === '' || delta === undefined || seq === undefined || seq <= run.textSeq) return NOTHING;
    return this.#write(run, run.text, run.tail + delta, at, []);
  }

  #write(run: Run, text: string, tail: string, at: number, events: readonly WitnessEvent[]): FrameOutcome {
    const dropped = this.#runs.write(run, text, tail);
    const rest = untold(run, text + tail);
    const told = [...events, ...missed(dropped, at)];
    if (rest === '' && !run.isOffered) return { ...NOTHING, events: told };
    run.isOffered = true;
    return { messages: [sighting(run, 'partial', rest, at)], events: told, cut: [] };
  }

  #end(run: Run, outcome: EndedRun['outcome'], text: string, saidAt: number, at: number): FrameOutcome {
    const rest = untold(run, text);
    if (rest !== '') run.isOffered = true;
    this.#runs.end(run, outcome, text, saidAt);
    const { agent, sessionKey, runId, isOffered } = run;
    const ended: WitnessEvent = { witness: WITNESS, at, event: 'run-ended', agent, sessionKey, runId, outcome, withText: text !== '' };
    return { messages: isOffered ? [sighting(run, outcome, rest, saidAt)] : [], events: [ended], cut: [] };
  }

  /** What a run said came as a message of its own: the run's text shrinks by it. */
  #told(runId: string, seen: WitnessedMessage, session: NamedSession, isLive: boolean): readonly WitnessedMessage[] {
    const { ref, text, at } = seen;
    const ended = this.#runs.ended(runId);
    const run = this.#runs.get(runId) ?? (isLive && ended === undefined ? this.#runs.begin(runId, session).run : undefined);
    if (run !== undefined) {
      this.#runs.tell(run, ref, text);
      return run.isOffered ? [sighting(run, 'partial', untold(run, run.text + run.tail), at)] : [];
    }
    if (ended === undefined) return [];
    this.#runs.tell(ended, ref, text);
    return ended.isOffered ? [sighting(ended, ended.outcome, untold(ended, ended.text), ended.at)] : [];
  }

  #running(runId: string, session: NamedSession, at: number): { readonly run: Run; readonly events: readonly WitnessEvent[] } {
    const known = this.#runs.get(runId);
    const { run, dropped } = known === undefined ? this.#runs.begin(runId, session) : { run: known, dropped: 0 };
    const { agent, sessionKey } = session;
    const events: WitnessEvent[] = run.isStarted ? [] : [{ witness: WITNESS, at, event: 'run-started', agent, sessionKey, runId }];
    run.isStarted = true;
    return { run, events: [...events, ...missed(dropped, at)] };
  }

  #sessionOf(payload: JsonObject): NamedSession | undefined {
    const key = idOf(payload.sessionKey);
    return key === undefined
      ? undefined
      : nameSession(key, this.#defaults, idOf(payload.agentId) ?? this.#ownerOf(key.trim().toLowerCase()));
  }
}

/** `final` with an empty text: nothing of what was streamed is left to tell. A part that goes on ends no turn. */
function sighting(run: Run | EndedRun, phase: WitnessedMessage['phase'], text: string, at: number): WitnessedMessage {
  const { agent, sessionKey, runId, part } = run;
  const ref = part === 1 ? runId : `${runId}#${part}`;
  return { witness: WITNESS, ref, agent, sessionKey, runId, role: 'assistant', phase, endsRun: phase !== 'partial', at, text };
}

/** Unfinished text that had to be given up counts like frames that never came. */
function missed(frames: number, at: number): readonly WitnessEvent[] {
  return frames === 0 ? [] : [{ witness: WITNESS, at, event: 'missed', frames }];
}

function merge(outcomes: readonly FrameOutcome[]): FrameOutcome {
  if (outcomes.length === 0) return NOTHING;
  return {
    messages: outcomes.flatMap(({ messages }) => messages),
    events: outcomes.flatMap(({ events }) => events),
    cut: outcomes.flatMap(({ cut }) => cut),
  };
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
