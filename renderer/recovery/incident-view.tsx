import { useEffect, useState } from 'preact/hooks';
import type { ErrorShape } from '../../main/core/requests.ts';
import type { Incident } from '../../main/core/types.ts';
import { incidentCopy } from '../../main/wording/incident-copy.ts';
import { isRestorable } from '../../main/wording/restorable.ts';
import { resolutionWords } from '../../main/wording/state-copy.ts';
import { api, errorShape } from '../shared/api.ts';
import { ErrorNotice } from '../shared/notice.tsx';
import { useRequest } from '../shared/use-request.ts';
import { words } from '../shared/words.ts';
import { ConversationView } from './conversation-view.tsx';
import type { RestoreSubject } from './restore-sheet.tsx';

interface IncidentViewProps {
  readonly incidentId: string;
  readonly version: number;
  readonly now: number;
  readonly onRestore: (subject: RestoreSubject) => void;
  readonly onDismissed: () => void;
}

/** What happened in words, what can be done, and the conversation it happened to. */
export function IncidentView({ incidentId, version, now, onRestore, onDismissed }: IncidentViewProps) {
  const { value: incident, error, reload } = useRequest('incident', { id: incidentId }, version);
  useEffect(() => api.subscribe('resolved', reload), [reload]);
  const [failure, setFailure] = useState<ErrorShape | undefined>(undefined);
  if (incident === undefined) return <ErrorNotice error={error} />;
  const dismiss = () => {
    api.request('dismiss', { incidentId: incident.id }).then(
      () => {
        onDismissed();
        reload();
      },
      (reason: unknown) => setFailure(errorShape(reason)),
    );
  };
  const banner = (
    <IncidentBanner incident={incident} now={now} onRestore={() => onRestore({ incidentId: incident.id })} onDismiss={dismiss} />
  );
  return (
    <>
      <ErrorNotice error={failure} />
      {incident.sessionRow === undefined ? (
        <div class="lone">{banner}</div>
      ) : (
        <ConversationView row={incident.sessionRow} version={version} onRestore={onRestore} banner={banner} />
      )}
    </>
  );
}

interface BannerProps {
  readonly incident: Incident;
  readonly now: number;
  readonly onRestore: () => void;
  readonly onDismiss: () => void;
}

function IncidentBanner({ incident, now, onRestore, onDismiss }: BannerProps) {
  const copy = incidentCopy(incident, now);
  const open = incident.resolvedAt === undefined;
  const restorable = incident.sessionRow !== undefined && isRestorable(incident);
  return (
    <section class={`banner ${incident.severity}`} aria-label={copy.title} data-open={open}>
      <h2>{copy.title}</h2>
      <p>{copy.summary}</p>
      <p>
        <strong>{copy.safe}</strong> {open ? copy.next : ''}
      </p>
      {!open && <p class="dim">{resolutionWords[incident.resolution ?? 'dismissed']}</p>}
      <div class="acts">
        {restorable && (
          <button type="button" class={open ? 'primary' : ''} onClick={onRestore}>
            {words.recovery.restore}
          </button>
        )}
        {open && (
          <button type="button" onClick={onDismiss}>
            {words.recovery.dismiss}
          </button>
        )}
      </div>
      <details>
        <summary>{words.recovery.evidence}</summary>
        <pre class="path">{JSON.stringify(incident.evidence, null, 2)}</pre>
      </details>
    </section>
  );
}
