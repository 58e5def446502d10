import type {
  Outcome,
  RememberedIncident,
  RememberedSession,
  SessionFacts,
  SessionRef,
  Transition,
} from '../../../main/core/detect/detection.ts';
import { carriedBy } from '../../../main/core/detect/unsaved-incident.ts';
import type { IncidentDraft, Resolution, SessionState } from '../../../main/core/types.ts';

export interface KeptIncident {
  draft: IncidentDraft;
  readonly openedAt: number;
  resolution: Resolution | undefined;
  timesWritten: number;
}

interface KeptState {
  readonly session: SessionRef;
  readonly state: SessionState;
  readonly since: number;
  readonly deadlineAt: number | undefined;
  readonly cause: string;
}

/** What the buffer keeps of detection: one incident per dedupe key for ever, and the newest state of each conversation. */
export class KeptJournal {
  readonly transitions: Transition[] = [];
  readonly incidents = new Map<string, KeptIncident>();
  readonly states = new Map<string, KeptState>();
  readonly facts = new Map<string, Omit<SessionFacts, 'session'>>();

  keep(outcome: Outcome, now: number): void {
    for (const transition of outcome.transitions) {
      this.transitions.push(transition);
      const { session, to, at, deadlineAt, cause } = transition;
      this.states.set(session.nativeId, { session, state: to, since: at, deadlineAt, cause });
    }
    for (const { session, ...facts } of outcome.sessions)
      this.facts.set(session.nativeId, { ...this.facts.get(session.nativeId), ...facts });
    for (const draft of outcome.drafts) this.#write(draft, now);
    for (const { dedupeKey, as } of outcome.resolved) {
      const known = this.incidents.get(dedupeKey);
      if (known !== undefined && known.resolution === undefined) known.resolution = as;
    }
  }

  rememberedSessions(): readonly RememberedSession[] {
    return [...this.states].map(([nativeId, { session, state, since, deadlineAt, cause }]) => {
      const { routingKey } = this.facts.get(nativeId) ?? {};
      return {
        session,
        sessionId: nativeId,
        state,
        stateSince: since,
        stateCause: cause,
        reported: this.#reported(nativeId),
        ...(deadlineAt === undefined ? {} : { deadlineAt }),
        ...(routingKey === undefined ? {} : { routingKey }),
      };
    });
  }

  rememberedIncidents(): readonly RememberedIncident[] {
    return [...this.incidents.values()]
      .filter(({ resolution }) => resolution === undefined)
      .map(({ draft, openedAt }) => ({ dedupeKey: draft.dedupeKey, draft, openedAt }));
  }

  #write(draft: IncidentDraft, now: number): void {
    const known = this.incidents.get(draft.dedupeKey);
    if (known === undefined) this.incidents.set(draft.dedupeKey, { draft, openedAt: now, resolution: draft.resolution, timesWritten: 1 });
    else if (known.resolution === undefined) {
      known.draft = draft;
      known.timesWritten += 1;
    }
  }

  #reported(nativeId: string): number {
    return [...this.incidents.values()]
      .filter(({ draft, resolution }) => draft.severity === 'loss' && draft.nativeId === nativeId && resolution !== 'self-healed')
      .reduce((sum, { draft }) => sum + draft.messages - carriedBy(draft), 0);
  }
}
