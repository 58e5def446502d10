import type { Incident, SessionSummary } from '../../main/core/types.ts';
import type { Messages } from '../../main/wording/catalogue.ts';
import { ErrorNotice } from '../shared/notice.tsx';
import { Title } from '../shared/title.tsx';
import { useRequest } from '../shared/use-request.ts';
import { useWords } from '../shared/words.tsx';
import type { RestoreSubject } from './restore-sheet.tsx';
import type { Selection } from './selection.ts';

interface IncidentConversationsProps {
  readonly incident: Incident;
  readonly version: number;
  readonly onSelect: (selection: Selection) => void;
  readonly onRestore: (subject: RestoreSubject) => void;
}

const mostListed = 200;

/** The conversations that an incident of many speaks of, each to be read or put back; nothing for the others. */
export function IncidentConversations({ incident, version, onSelect, onRestore }: IncidentConversationsProps) {
  const words = useWords();
  const { nativeIds, sessions } = incident.evidence;
  const listed = Array.isArray(nativeIds) ? nativeIds.filter((id) => typeof id === 'string').slice(0, mostListed) : [];
  const { value, error } = useRequest('sessions', listed.length === 0 ? undefined : { nativeIds: listed, limit: mostListed }, version);
  const items = value?.items.filter((session) => session.sourceId === incident.sourceId) ?? [];
  const unlisted = typeof sessions === 'number' ? sessions - items.length : 0;
  if (listed.length === 0) return null;
  return (
    <section aria-label={words.recovery.conversations}>
      <ErrorNotice error={error} />
      <ul class="members">
        {items.map((session) => (
          <li key={session.id} data-session={session.nativeId}>
            <button type="button" class="title" onClick={() => onSelect({ is: 'session', row: session.id })}>
              <Title of={session.title} />
              <small class="dim num">
                {session.agent} · {words.count.messages(session.records)}
                {` · ${standing(words, session)}`}
              </small>
            </button>
            {!isBack(session) && (
              <button type="button" onClick={() => onRestore({ incidentId: incident.id, sessionRow: session.id })}>
                {words.recovery.restore}
              </button>
            )}
          </li>
        ))}
      </ul>
      {value !== undefined && unlisted > 0 && <p class="dim">{words.recovery.moreUnderOnlyHere(unlisted)}</p>}
    </section>
  );
}

/** In a conversation of its own, or in the chat that had lost it. */
const isBack = ({ state, onlyHere }: SessionSummary): boolean => state === 'restored' || onlyHere === 0;

function standing(words: Messages, session: SessionSummary): string {
  if (session.state === 'restored') return words.states.restored.word;
  return isBack(session) ? words.recovery.onDiskAgain : words.recovery.onlyHere(session.onlyHere);
}
