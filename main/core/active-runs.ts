import type { NoticedEvent } from './witness-desk.ts';

/** Which conversations have a turn under way, as far as witnesses tell. */
export class ActiveRuns {
  /** By source, then routing key: ids of runs. */
  readonly #runs = new Map<number, Map<string, Set<string>>>();

  notice(event: NoticedEvent): void {
    // What ran in a gateway ended with it.
    if (event.event === 'gateway-ended') this.#runs.delete(event.sourceId);
    if (event.event === 'run-started') this.#of(event.sourceId, event.sessionKey).add(event.runId);
    if (event.event === 'run-ended') this.#of(event.sourceId, event.sessionKey).delete(event.runId);
  }

  has(sourceId: number, sessionKey: string): boolean {
    return (this.#runs.get(sourceId)?.get(sessionKey.toLowerCase())?.size ?? 0) > 0;
  }

  #of(sourceId: number, sessionKey: string): Set<string> {
    const ofSource = this.#runs.get(sourceId) ?? new Map<string, Set<string>>();
    this.#runs.set(sourceId, ofSource);
    const runs = ofSource.get(sessionKey) ?? new Set<string>();
    ofSource.set(sessionKey, runs);
    return runs;
  }
}
