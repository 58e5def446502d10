import { Fragment } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ErrorShape } from '../../main/core/requests.ts';
import type { Incident, SessionSummary } from '../../main/core/types.ts';
import { incidentCopy } from '../../main/wording/incident-copy.ts';
import { isRecoverable, isRestorable } from '../../main/wording/restorable.ts';
import { api, errorShape } from '../shared/api.ts';
import { ErrorNotice } from '../shared/notice.tsx';
import { useRequest } from '../shared/use-request.ts';
import { useWords } from '../shared/words.tsx';
import { ConversationView } from './conversation-view.tsx';
import { IncidentConversations } from './incident-conversations.tsx';
import { RecoverSheet } from './recover-sheet.tsx';
import type { RestoreSubject } from './restore-sheet.tsx';
import type { Selection } from './selection.ts';

interface IncidentViewProps {
  readonly incidentId: string;
  readonly version: number;
  readonly now: number;
  readonly onSelect: (selection: Selection) => void;
  readonly onRestore: (subject: RestoreSubject) => void;
  readonly onForget: (session: SessionSummary) => void;
  readonly onDismissed: () => void;
}

/** What happened in words, what can be done, and the conversation it happened to. */
export function IncidentView({ incidentId, version, now, onSelect, onRestore, onForget, onDismissed }: IncidentViewProps) {
  const { value: incident, error, reload } = useRequest('incident', { id: incidentId }, version);
  useEffect(() => api.subscribe('resolved', reload), [reload]);
  const [recovering, setRecovering] = useState(false);
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
    <IncidentBanner
      incident={incident}
      now={now}
      onRestore={() => (isRecoverable(incident) ? setRecovering(true) : onRestore({ incidentId: incident.id }))}
      onDismiss={dismiss}
    />
  );
  return (
    <>
      <ErrorNotice error={failure} />
      {recovering && <RecoverSheet incidentId={incident.id} onClose={() => setRecovering(false)} />}
      {incident.sessionRow === undefined ? (
        <div class="lone">
          {banner}
          <IncidentConversations incident={incident} version={version} onSelect={onSelect} onRestore={onRestore} />
        </div>
      ) : (
        <ConversationView
          row={incident.sessionRow}
          version={version}
          onSelect={onSelect}
          onRestore={onRestore}
          onForget={onForget}
          banner={banner}
        />
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
  const words = useWords();
  const copy = incidentCopy(words, incident, now);
  const open = incident.resolvedAt === undefined;
  const restored = incident.resolution === 'restored';
  // Put back twice it would be there twice; what was put back is below, with its way back.
  const all = open && isRecoverable(incident);
  const restorable = all || (incident.sessionRow !== undefined && isRestorable(incident) && !restored);
  return (
    <section class={`banner ${incident.severity}`} aria-label={copy.title} data-open={open}>
      <h2>{copy.title}</h2>
      <p>{copy.summary}</p>
      {restored ? (
        <p>
          <strong>{words.states.restored.meaning}</strong>
        </p>
      ) : (
        <p>
          <strong>{copy.safe}</strong>
          {open ? words.format.gap + copy.next : ''}
        </p>
      )}
      {!open && !restored && <p class="dim">{words.incidents.resolutions[incident.resolution ?? 'dismissed']}</p>}
      {(restorable || open) && (
        <div class="acts">
          {restorable && (
            <button type="button" class={open ? 'primary' : ''} onClick={onRestore}>
              {all ? words.recovery.restoreAll : words.recovery.restore}
            </button>
          )}
          {open && (
            <button type="button" onClick={onDismiss}>
              {words.recovery.dismiss}
            </button>
          )}
        </div>
      )}
      <details>
        <summary>{words.recovery.evidence}</summary>
        <Evidence evidence={incident.evidence} />
      </details>
    </section>
  );
}

/** Shown in their places: as conversations, and in the conversation. */
const told = new Set(['nativeIds', 'unheard']);

/** As a list of names and values: it is for whoever looks for the cause, and for a report of a mistake of ours. */
function Evidence({ evidence }: Pick<Incident, 'evidence'>) {
  return (
    <dl class="evidence">
      {Object.entries(evidence)
        .filter(([name]) => !told.has(name))
        .map(([name, value]) => (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd class="path">{evidenceText(name, value)}</dd>
          </Fragment>
        ))}
    </dl>
  );
}

/** Times are the only numbers of this size. */
function evidenceText(name: string, value: unknown): string {
  if (typeof value === 'number' && value > 1e12 && !name.endsWith('Ms')) return new Date(value).toISOString();
  return typeof value === 'string' ? value : JSON.stringify(value);
}
