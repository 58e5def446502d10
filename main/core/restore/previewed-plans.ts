import type { Clock } from '../platform/clock.ts';
import { CoreError } from '../platform/errors.ts';
import type { RestorePlan } from '../types.ts';
import type { RestoreRequest } from './restoring.ts';

export interface PreviewedPlan {
  readonly plan: RestorePlan;
  readonly request: RestoreRequest;
}

/** A preview is looked at for minutes; what it says of the disk is checked again when it is carried out. */
const keptMs = 30 * 60_000;
const mostPlans = 32;

/** The plans that were shown to somebody, so that what is done is what was shown, to the name of the file. */
export class PreviewedPlans {
  readonly #clock: Clock;
  readonly #plans = new Map<string, PreviewedPlan & { readonly until: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  keep(plan: RestorePlan, request: RestoreRequest): void {
    const now = this.#clock.monotonic();
    for (const [planId, { until }] of this.#plans) if (until <= now) this.#plans.delete(planId);
    const [oldest] = this.#plans.keys();
    if (this.#plans.size >= mostPlans && oldest !== undefined) this.#plans.delete(oldest);
    this.#plans.set(plan.planId, { plan, request, until: now + keptMs });
  }

  /** Throws CoreError `not-found` for a plan that was never made here, or too long ago. */
  require(planId: string): PreviewedPlan {
    const kept = this.#plans.get(planId);
    if (kept !== undefined && kept.until > this.#clock.monotonic()) return kept;
    throw new CoreError('not-found', 'this preview is no longer known', 'Close it, and open Restore… again.');
  }
}
