import { requireIncident } from './catalog-requests.ts';
import type { Detector } from './detect/detection.ts';
import type { Clock } from './platform/clock.ts';
import type { Recorder } from './recorder.ts';
import type { CoreHandlers } from './requests.ts';
import type { RecoveryRequest, RestoreRequest } from './restore/restoring.ts';
import type { RestoreDesk } from './restore-desk.ts';
import type { Catalog, Journal } from './store/store.ts';

export interface IncidentRequestsDeps {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly detector: Detector;
  readonly recorder: Recorder;
  readonly restores: RestoreDesk;
}

type IncidentMethod = 'acknowledge' | 'dismiss' | 'planRestore' | 'restore' | 'planRecovery' | 'recoverAll' | 'undo';

/** What a person does about an incident. */
export function incidentRequests({
  clock,
  journal,
  detector,
  recorder,
  restores,
}: IncidentRequestsDeps): Pick<CoreHandlers, IncidentMethod> {
  const { catalog } = journal;
  return {
    acknowledge: async ({ incidentId }) => {
      journal.acknowledge(incidentId, clock.now());
      return null;
    },
    dismiss: async ({ incidentId }) => {
      const incident = requireIncident(catalog, incidentId);
      if (incident.resolvedAt === undefined) recorder.commitOutcome(detector.dismissed(incident.dedupeKey, clock.now()));
      return requireIncident(catalog, incident.id);
    },
    planRestore: async (request) => restores.plan(named(catalog, request)),
    restore: async (asked) => restores.restore('planId' in asked ? asked : named(catalog, asked)),
    planRecovery: async (request) => restores.planRecovery(ofIncident(catalog, request)),
    recoverAll: async (request) => restores.recoverAll(ofIncident(catalog, request)),
    undo: ({ restoreId }) => restores.undo(restoreId),
  };
}

function ofIncident(catalog: Catalog, request: RecoveryRequest): RecoveryRequest {
  return { ...request, incidentId: requireIncident(catalog, request.incidentId).id };
}

/** More of them open at once are one mass change. */
const MOST_OPEN = 200;

/** People name an incident by the first characters of its id, or the conversation that it speaks of. */
function named(catalog: Catalog, request: RestoreRequest): RestoreRequest {
  if (request.incidentId !== undefined) return { ...request, incidentId: requireIncident(catalog, request.incidentId).id };
  // A file of one's own puts nothing back.
  if (request.sessionRow === undefined || request.target === 'file') return request;
  const open = catalog.incidents({ all: false, limit: MOST_OPEN });
  const answered = open.find(({ sessionRow, generationId }) => sessionRow === request.sessionRow && generationId !== undefined);
  return answered === undefined ? request : { ...request, incidentId: answered.id };
}
