import type { LogSign, WitnessEvent } from '../witness/witness.ts';

export type Noticed = WitnessEvent & { readonly sourceId: number };

export interface GatewayEnd {
  readonly at: number;
  readonly noticedAt: number;
  readonly clean: boolean | undefined;
  readonly closeCode: number | undefined;
}

interface Sign {
  readonly sign: LogSign;
  readonly at: number;
  readonly path: string | undefined;
}

/** 2026.6.11 writes transcripts, 2026.9.6 keeps a database and moves what it finds into it. */
const LAST_OF_FILES = { year: 2026, month: 7 } as const;
const MOST_RUNS = 2_000;
const MOST_SIGNS = 200;
const MOST_ENDS = 50;
/** A sign may come some minutes before the loss that it belongs to: the watchdog looks once a minute. */
const SIGN_BEFORE_MS = 15 * 60_000;
const SIGN_AFTER_MS = 2 * 60_000;
/** Partial text is dated by its last piece, the end of the gateway by when somebody noticed it. */
const END_SLACK_MS = 5_000;

/** What witnesses noticed beside messages, as far as verdicts need it: runs, ends of gateways, signs in the log. */
export class RunBook {
  readonly #longestRunMs: number;
  /** By source and run. */
  readonly #runs = new Map<
    string,
    {
      readonly sessionKey: string;
      readonly agent: string;
      activeSince: number | undefined;
      startedAt: number | undefined;
      end: 'unstarted' | 'ended' | undefined;
    }
  >();
  readonly #ends = new Map<number, GatewayEnd[]>();
  readonly #signs = new Map<number, Sign[]>();
  readonly #versions = new Map<number, string>();

  constructor(longestRunMs: number) {
    this.#longestRunMs = longestRunMs;
  }

  notice(event: Noticed, at: number): void {
    const { sourceId } = event;
    switch (event.event) {
      case 'run-started':
        this.#note(event, { activeSince: at, end: undefined });
        return;
      case 'run-ended': {
        const run = this.#runs.get(keyOf(sourceId, event.runId));
        // A run that fails is told as ended twice.
        const isKnown = run?.activeSince !== undefined || run?.end === 'ended';
        this.#note(event, { activeSince: undefined, end: isKnown ? 'ended' : 'unstarted' });
        return;
      }
      case 'gateway-ended': {
        const { clean, closeCode } = event;
        keep(this.#ends, sourceId, { at: Math.min(event.at, at), noticedAt: at, clean, closeCode }, MOST_ENDS);
        this.#stopRuns(sourceId);
        return;
      }
      case 'gateway-up':
        if (event.version !== undefined) this.#versions.set(sourceId, event.version);
        // What an earlier run of ours heard of an earlier process: nobody saw how that one ended.
        if (event.startedAt !== undefined) {
          keep(this.#ends, sourceId, { at: event.startedAt, noticedAt: at, clean: undefined, closeCode: undefined }, MOST_ENDS);
        }
        return;
      case 'log-sign':
        keep(this.#signs, sourceId, { sign: event.sign, at: event.at, path: event.path }, MOST_SIGNS);
        return;
      case 'missed':
      case 'acp-wedged':
        return;
    }
  }

  /** From a message that names its run and its conversation. */
  learn(run: { readonly sourceId: number; readonly runId: string; readonly agent: string; readonly sessionKey: string }): void {
    if (this.#runs.has(keyOf(run.sourceId, run.runId))) return;
    this.#note(run, { activeSince: undefined, end: undefined });
  }

  /** Which conversation a run belongs to. A hook that hears a message arrive on 2026.3.13 knows nothing but the run. */
  conversationOf(sourceId: number, runId: string): { readonly sessionKey: string; readonly agent: string } | undefined {
    return this.#runs.get(keyOf(sourceId, runId));
  }

  isActive(sourceId: number, sessionKey: string, now: number): boolean {
    const prefix = keyOf(sourceId, '');
    for (const [key, run] of this.#runs) {
      if (run.activeSince === undefined || run.sessionKey !== sessionKey || !key.startsWith(prefix)) continue;
      // Its end was missed: OpenClaw itself ends a run before that.
      if (now - run.activeSince <= this.#longestRunMs) return true;
    }
    return false;
  }

  /** The first end of the gateway after a time. One from before the clock was set back says nothing. */
  endedAfter(sourceId: number, at: number, now: number): GatewayEnd | undefined {
    const after = (this.#ends.get(sourceId) ?? []).filter((end) => end.noticedAt <= now && end.at >= at - END_SLACK_MS);
    const [first] = after;
    if (first === undefined) return undefined;
    // The stream knows how it was closed, the recorder that the gateway was told to stop: of the same end each says its part.
    const same = after.filter((end) => Math.abs(end.at - first.at) <= END_SLACK_MS);
    const clean = same.find((end) => end.clean !== undefined)?.clean;
    const closeCode = same.find((end) => end.closeCode !== undefined)?.closeCode;
    return { ...first, clean, closeCode };
  }

  /** It ended and never began: no model was asked, OpenClaw itself answered a command. */
  isAnswerToCommand(sourceId: number, runId: string): boolean {
    return this.#runs.get(keyOf(sourceId, runId))?.end === 'unstarted';
  }

  /** `undefined`: nobody saw it begin. */
  startOf(sourceId: number, runId: string | undefined): number | undefined {
    return runId === undefined ? undefined : this.#runs.get(keyOf(sourceId, runId))?.startedAt;
  }

  /** The gateway keeps conversations in a database, which no transcript can prove or disprove. */
  keepsNoFiles(sourceId: number): boolean {
    const [, year, month] = /^(\d{4})\.(\d{1,2})\b/.exec(this.#versions.get(sourceId) ?? '') ?? [];
    return Number(year) > LAST_OF_FILES.year || (Number(year) === LAST_OF_FILES.year && Number(month) > LAST_OF_FILES.month);
  }

  /** Signs of the log that may speak of what happened to a transcript between two times. */
  signs(sourceId: number, nativeId: string, firstAt: number, lastAt: number): readonly LogSign[] {
    const near = (this.#signs.get(sourceId) ?? []).filter(
      ({ at, path }) => at >= firstAt - SIGN_BEFORE_MS && at <= lastAt + SIGN_AFTER_MS && (path === undefined || path.includes(nativeId)),
    );
    return [...new Set(near.map(({ sign }) => sign))].sort();
  }

  #note(
    {
      sourceId,
      runId,
      agent,
      sessionKey,
    }: { readonly sourceId: number; readonly runId: string; readonly agent: string; readonly sessionKey: string },
    state: { readonly activeSince: number | undefined; readonly end: 'unstarted' | 'ended' | undefined },
  ): void {
    const key = keyOf(sourceId, runId);
    const startedAt = state.activeSince ?? this.#runs.get(key)?.startedAt;
    this.#runs.delete(key);
    this.#runs.set(key, { sessionKey: sessionKey.toLowerCase(), agent, startedAt, ...state });
    for (const oldest of this.#runs.keys()) {
      if (this.#runs.size <= MOST_RUNS) break;
      this.#runs.delete(oldest);
    }
  }

  #stopRuns(sourceId: number): void {
    const prefix = keyOf(sourceId, '');
    for (const [key, run] of this.#runs) if (key.startsWith(prefix)) run.activeSince = undefined;
  }
}

function keyOf(sourceId: number, id: string): string {
  return `${sourceId}\u0000${id}`;
}

function keep<T>(lists: Map<number, T[]>, sourceId: number, item: T, most: number): void {
  const list = lists.get(sourceId) ?? [];
  list.push(item);
  if (list.length > most) list.splice(0, list.length - most);
  lists.set(sourceId, list);
}
