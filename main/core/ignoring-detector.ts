import type { Detector, Evidence, Observation, Outcome, SessionRef } from './detect/detection.ts';
import type { IgnoreBook } from './ignore-book.ts';
import type { IncidentDraft } from './types.ts';

/** Detection that says nothing of conversations that are passed over, whatever it still remembers of them. */
export function ignoringDetector(detector: Detector, book: IgnoreBook): Detector {
  const isIgnored = (session: SessionRef) => book.isIgnored(session.sourceId, session);
  const quiet = (outcome: Outcome): Outcome => (book.isIdle ? outcome : withoutIgnored(outcome, isIgnored, book));
  return {
    adopt: (directory, generations) => detector.adopt(directory, generations),
    observe: (observation: Observation) => quiet(detector.observe(observation)),
    decide: (at: number, evidence: Evidence) => quiet(detector.decide(at, evidence)),
    // What a person does is answered.
    restored: (...told) => detector.restored(...told),
    withdrawn: (...told) => detector.withdrawn(...told),
    dismissed: (...told) => detector.dismissed(...told),
    get nextDeadlineAt() {
      return detector.nextDeadlineAt;
    },
  };
}

function withoutIgnored(outcome: Outcome, isIgnored: (session: SessionRef) => boolean, book: IgnoreBook): Outcome {
  const { verdicts } = outcome;
  return {
    ...outcome,
    transitions: outcome.transitions
      .filter(({ session }) => !isIgnored(session))
      .map(({ successor, ...rest }) => (successor === undefined || isIgnored(successor) ? rest : { ...rest, successor })),
    sessions: outcome.sessions.filter(({ session }) => !isIgnored(session)),
    drafts: outcome.drafts.filter((draft) => !concernsIgnored(draft, isIgnored, book)).map((draft) => withoutNames(draft, isIgnored)),
    ...(verdicts === undefined
      ? {}
      : {
          verdicts: verdicts.map((verdict) =>
            verdict.is === 'unpersisted' && isIgnored(verdict.session) ? { id: verdict.id, is: 'void' as const } : verdict,
          ),
        }),
  };
}

function concernsIgnored({ sourceId, agent, nativeId }: IncidentDraft, isIgnored: (session: SessionRef) => boolean, book: IgnoreBook) {
  if (agent === undefined) return false;
  return nativeId === undefined ? book.matchesAgent(agent) : isIgnored({ sourceId, agent, nativeId });
}

/** An incident of many names them. */
function withoutNames(draft: IncidentDraft, isIgnored: (session: SessionRef) => boolean): IncidentDraft {
  const { sourceId, agent, evidence } = draft;
  const { nativeIds } = evidence;
  if (agent === undefined || !Array.isArray(nativeIds)) return draft;
  const kept = nativeIds.filter((nativeId) => typeof nativeId !== 'string' || !isIgnored({ sourceId, agent, nativeId }));
  return kept.length === nativeIds.length ? draft : { ...draft, evidence: { ...evidence, nativeIds: kept } };
}
