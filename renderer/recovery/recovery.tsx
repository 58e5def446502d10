import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import type { CoreProblem, CoreStatus, Incident, SessionSummary } from '../../main/core/types.ts';
import { api } from '../shared/api.ts';
import { useRequest } from '../shared/use-request.ts';
import { useNow, useStatus } from '../shared/use-status.ts';
import { useWords } from '../shared/words.tsx';
import { ConversationView } from './conversation-view.tsx';
import { FirstImport } from './first-import.tsx';
import { ForgetSheet } from './forget-sheet.tsx';
import { IncidentView } from './incident-view.tsx';
import { NoOpenClaw } from './no-openclaw.tsx';
import { RestoreSheet, type RestoreSubject } from './restore-sheet.tsx';
import { type Selection, sameSelection, selectionFromFragment } from './selection.ts';
import { Sidebar } from './sidebar.tsx';
import { StatusBar } from './status-bar.tsx';

/** The recovery window. Once everything was erased it begins anew: its conversations and incidents are no more, their numbers are others'. */
export function Recovery() {
  const status = useStatus();
  const erasures = useErasures(status);
  return <Panes key={erasures} status={status} fragment={erasures === 0 ? location.hash : ''} />;
}

/** How often everything was erased since the window is open. */
function useErasures(status: CoreStatus | undefined): number {
  const [erasures, setErasures] = useState(0);
  const isErasing = status?.work === 'erasing';
  useEffect(() => {
    if (!isErasing) return undefined;
    return () => setErasures((before) => before + 1);
  }, [isErasing]);
  return erasures;
}

interface PanesProps {
  readonly status: CoreStatus | undefined;
  readonly fragment: string;
}

/** What needs the person and all conversations on the left, one of them on the right. */
function Panes({ status, fragment }: PanesProps) {
  const words = useWords();
  const now = useNow(1000);
  const [start] = useState(() => selectionFromFragment(fragment));
  const [selection, setSelection] = useState<Selection | undefined>(start?.selection);
  const [restoring, setRestoring] = useState<RestoreSubject | undefined>(start?.restore);
  const [forgetting, setForgetting] = useState<SessionSummary | undefined>(undefined);
  const [forgotten, setForgotten] = useState(0);
  const { incidents, reload } = useOpenIncidents();
  const newest = incidents[0]?.id;
  useEffect(() => {
    // Nobody should have to look for what needs them. What is being read stays.
    if (newest !== undefined) setSelection((chosen) => chosen ?? { is: 'incident', incidentId: newest });
  }, [newest]);

  const selectIncident = useCallback((incidentId: string, restore: boolean) => {
    setSelection({ is: 'incident', incidentId });
    setRestoring(restore ? { incidentId } : undefined);
  }, []);
  useEffect(
    () => api.subscribe('incident.selected', ({ incidentId, restore }) => selectIncident(incidentId, restore === true)),
    [selectIncident],
  );
  useEffect(
    () =>
      api.subscribe('conversation.selected', ({ sessionRow }) => {
        setSelection({ is: 'session', row: sessionRow });
        setRestoring(undefined);
      }),
    [],
  );
  const select = useCallback((next: Selection) => setSelection((before) => (sameSelection(before, next) ? before : next)), []);

  const actions = useMemo(() => ({ onSelect: select, onRestore: setRestoring, onForget: setForgetting }), [select]);

  const onForgotten = useCallback(() => {
    setSelection(undefined);
    setForgotten((before) => before + 1);
    reload();
  }, [reload]);

  const version = (status?.lastCommitAt ?? 0) + forgotten;
  const empty = status?.running === true && status.sources.length === 0 && status.importing === undefined;
  return (
    <>
      <div class="panes">
        <Sidebar version={version} incidents={incidents} selection={selection} onSelect={select} now={now} />
        <main aria-label={words.recovery.conversations}>
          <Detail selection={selection} empty={empty} status={status} version={version} now={now} actions={actions} onDismissed={reload} />
        </main>
      </div>
      <StatusBar status={status} waiting={incidents.length} now={now} />
      {forgetting !== undefined && <ForgetSheet session={forgetting} onForgotten={onForgotten} onClose={() => setForgetting(undefined)} />}
      {restoring !== undefined && <RestoreSheet subject={restoring} onClose={() => setRestoring(undefined)} />}
    </>
  );
}

/** What the right side asks of the window. */
interface Actions {
  readonly onSelect: (selection: Selection) => void;
  readonly onRestore: (subject: RestoreSubject) => void;
  readonly onForget: (session: SessionSummary) => void;
}

interface DetailProps {
  readonly selection: Selection | undefined;
  readonly empty: boolean;
  readonly status: ReturnType<typeof useStatus>;
  /** Changes when the core saved or erased something. */
  readonly version: number;
  readonly now: number;
  readonly actions: Actions;
  readonly onDismissed: () => void;
}

function Detail({ selection, empty, status, version, now, actions, onDismissed }: DetailProps) {
  if (selection === undefined) {
    if (empty) return <NoOpenClaw />;
    if (status?.running === false && status.problem !== undefined) return <NoRecorder problem={status.problem} />;
    return <FirstImport status={status} />;
  }
  if (selection.is === 'incident') {
    return (
      <IncidentView
        key={selection.incidentId}
        incidentId={selection.incidentId}
        version={version}
        now={now}
        onDismissed={onDismissed}
        {...actions}
      />
    );
  }
  const { row, message } = selection;
  return <ConversationView key={row} row={row} version={version} {...actions} {...(message === undefined ? {} : { found: message })} />;
}

/** Nothing can be listed while no recorder runs; an empty window would look as if there were nothing. */
function NoRecorder({ problem }: { readonly problem: CoreProblem }) {
  const words = useWords();
  const { message, hint } = words.problems.error(problem);
  return (
    <div class="welcome" role="alert">
      <h1>{words.recovery.notRecording}</h1>
      <p>{message}</p>
      {hint !== '' && <p>{hint}</p>}
    </div>
  );
}

/** Open incidents, newest first, kept current by events. */
function useOpenIncidents(): { readonly incidents: readonly Incident[]; readonly reload: () => void } {
  const { value, reload } = useRequest('incidents', { all: false, limit: 100 });
  useEffect(() => {
    const leave = [api.subscribe('incident', reload), api.subscribe('resolved', reload)];
    return () => {
      for (const unsubscribe of leave) unsubscribe();
    };
  }, [reload]);
  return { incidents: value ?? [], reload };
}
