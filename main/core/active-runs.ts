import { defaultPolicy } from './detect/detection.ts';
import type { NoticedEvent } from './witness-desk.ts';

/** OpenClaw itself ends a run before that; the end of one that seems to last longer was missed, e.g. while nobody listened. */
const LONGEST_RUN_MS = defaultPolicy.lockHeldMs;

/** Which conversations have a turn under way, as far as witnesses tell. `now`: monotonic ms. */
export class ActiveRuns {
  /** By source, then routing key: when each run began. Nothing is kept of a conversation without one. */
  readonly #runs = new Map<number, Map<string, Map<string, number>>>();

  notice(event: NoticedEvent, now: number): void {
    // What ran in a gateway ended with it.
    if (event.event === 'gateway-ended') this.#runs.delete(event.sourceId);
    if (event.event === 'run-started') this.#begin(event, now);
    if (event.event === 'run-ended') this.#end(event);
  }

  has(sourceId: number, sessionKey: string, now: number): boolean {
    const runs = this.#runs.get(sourceId)?.get(sessionKey.toLowerCase());
    return [...(runs?.values() ?? [])].some((since) => now - since <= LONGEST_RUN_MS);
  }

  #begin({ sourceId, sessionKey, runId }: NoticedEvent & { readonly event: 'run-started' }, now: number): void {
    const ofSource = this.#runs.get(sourceId) ?? new Map<string, Map<string, number>>();
    this.#runs.set(sourceId, ofSource);
    for (const [key, runs] of ofSource) {
      for (const [id, since] of runs) if (now - since > LONGEST_RUN_MS) runs.delete(id);
      if (runs.size === 0) ofSource.delete(key);
    }
    const runs = ofSource.get(sessionKey) ?? new Map<string, number>();
    ofSource.set(sessionKey, runs);
    runs.set(runId, now);
  }

  #end({ sourceId, sessionKey, runId }: NoticedEvent & { readonly event: 'run-ended' }): void {
    const ofSource = this.#runs.get(sourceId);
    const runs = ofSource?.get(sessionKey);
    runs?.delete(runId);
    if (runs?.size === 0) ofSource?.delete(sessionKey);
  }
}
