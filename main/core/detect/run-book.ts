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
  readonly #runs = new Map<string, { readonly sessionKey: string; readonly agent: string; activeSince: number | undefined }>();
  readonly #failed = new Map<string, number>();
  readonly #ends = new Map<number, GatewayEnd[]>();
  readonly #signs = new Map<number, Sign[]>();

  constructor(longestRunMs: number) {
    this.#longestRunMs = longestRunMs;
  }

  notice(event: Noticed, at: number): void {
    const { sourceId } = event;
    switch (event.event) {
      case 'run-started':
        this.learn(sourceId, event.runId, event.agent, event.sessionKey, at);
        return;
      case 'run-ended':
        this.learn(sourceId, event.runId, event.agent, event.sessionKey, undefined);
        if (event.outcome === 'error') this.#failed.set(keyOf(sourceId, event.sessionKey), at);
        return;
      case 'gateway-ended': {
        const { clean, closeCode } = event;
        keep(this.#ends, sourceId, { at: Math.min(event.at, at), noticedAt: at, clean, closeCode }, MOST_ENDS);
        this.#stopRuns(sourceId);
        return;
      }
      case 'gateway-up':
        return;
      case 'log-sign':
        keep(this.#signs, sourceId, { sign: event.sign, at: event.at, path: event.path }, MOST_SIGNS);
        return;
      case 'missed':
      case 'acp-wedged':
        return;
    }
  }

  learn(sourceId: number, runId: string, agent: string, sessionKey: string, activeSince: number | undefined): void {
    const key = keyOf(sourceId, runId);
    this.#runs.delete(key);
    this.#runs.set(key, { sessionKey: sessionKey.toLowerCase(), agent, activeSince });
    for (const oldest of this.#runs.keys()) {
      if (this.#runs.size <= MOST_RUNS) break;
      this.#runs.delete(oldest);
    }
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

  /** The first end of the gateway after a time. */
  endedAfter(sourceId: number, at: number): GatewayEnd | undefined {
    return this.#ends.get(sourceId)?.find((end) => end.at >= at - END_SLACK_MS);
  }

  failedAfter(sourceId: number, sessionKey: string, at: number): boolean {
    return (this.#failed.get(keyOf(sourceId, sessionKey)) ?? 0) >= at;
  }

  /** Signs of the log that may speak of what happened to a transcript between two times. */
  signs(sourceId: number, nativeId: string, firstAt: number, lastAt: number): readonly LogSign[] {
    const near = (this.#signs.get(sourceId) ?? []).filter(
      ({ at, path }) => at >= firstAt - SIGN_BEFORE_MS && at <= lastAt + SIGN_AFTER_MS && (path === undefined || path.includes(nativeId)),
    );
    return [...new Set(near.map(({ sign }) => sign))].sort();
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
