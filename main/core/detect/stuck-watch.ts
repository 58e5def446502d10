import type { Desk } from './desk.ts';
import type { WitnessedRow } from './detection.ts';
import type { Places } from './places.ts';
import type { Noticed } from './run-book.ts';

/** An ACP runner that takes messages and answers none: its agent died, and OpenClaw believes that it still runs. */
export class StuckWatch {
  readonly #desk: Desk;
  readonly #places: Places;

  constructor(desk: Desk, places: Places) {
    this.#desk = desk;
    this.#places = places;
  }

  notice(events: readonly Noticed[], at: number): void {
    for (const event of events) {
      if (event.event === 'acp-wedged') this.#stuck(event, at);
      else if (event.event === 'run-ended') this.#answered(event.sourceId, event.sessionKey, event.at, at);
    }
  }

  /** A reply that another witness saw ends it too. */
  see(rows: readonly WitnessedRow[], at: number): void {
    for (const { sourceId, sessionKey, role, at: saidAt } of rows) {
      if (role === 'assistant' && sessionKey !== undefined) this.#answered(sourceId, sessionKey, saidAt, at);
    }
  }

  /** Nothing that was asked of it is about to be written. */
  has(sourceId: number, sessionKey: string | undefined): boolean {
    return sessionKey !== undefined && this.#open(sourceId, sessionKey) !== undefined;
  }

  #stuck(event: Extract<Noticed, { event: 'acp-wedged' }>, at: number): void {
    const { sourceId, agent, sessionKey, since, waiting, witness } = event;
    const open = this.#open(sourceId, sessionKey)?.draft;
    if (open !== undefined && open.evidence.waiting === waiting) return;
    const nativeId = this.#places.nativeIdOf(sourceId, agent, sessionKey);
    this.#desk.raise(
      {
        kind: 'agent-stuck',
        dedupeKey: open?.dedupeKey ?? `agent-stuck:${agent}:${sessionKey}:s${sourceId}:t${since}`,
        severity: 'warning',
        sourceId,
        agent,
        ...(nativeId === undefined ? {} : { nativeId }),
        messages: 0,
        bytes: 0,
        evidence: { sessionKey, since: open?.evidence.since ?? since, waiting, witnesses: [witness] },
      },
      at,
    );
  }

  #answered(sourceId: number, sessionKey: string, answeredAt: number, at: number): void {
    const open = this.#open(sourceId, sessionKey.toLowerCase());
    if (open === undefined) return;
    const { since } = open.draft.evidence;
    if (typeof since === 'number' && answeredAt >= since) this.#desk.resolve(open.draft.dedupeKey, 'self-healed', at);
  }

  #open(sourceId: number, sessionKey: string) {
    return [...this.#desk.openIncidents()].find(
      ({ draft }) => draft.kind === 'agent-stuck' && draft.sourceId === sourceId && draft.evidence.sessionKey === sessionKey,
    );
  }
}
