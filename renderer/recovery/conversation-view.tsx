import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { GenerationSummary, SessionSummary } from '../../main/core/types.ts';
import { ErrorNotice } from '../shared/notice.tsx';
import { Sentinel } from '../shared/sentinel.tsx';
import { useRequest } from '../shared/use-request.ts';
import { useWords } from '../shared/words.tsx';
import { ConversationHeader } from './conversation-header.tsx';
import type { RestoreSubject } from './restore-sheet.tsx';
import type { MessagePlace, Selection } from './selection.ts';
import { StandingRestores } from './standing-restores.tsx';
import { Timeline } from './timeline.tsx';
import { type Content, useMessages } from './use-messages.ts';

interface ConversationViewProps {
  readonly row: number;
  readonly version: number;
  readonly onSelect: (selection: Selection) => void;
  readonly onRestore: (subject: RestoreSubject) => void;
  readonly onForget: (session: SessionSummary) => void;
  /** The incident this conversation is shown for. */
  readonly banner?: ComponentChildren;
  /** The message that was searched for: scrolled to and marked. */
  readonly found?: MessagePlace;
}

/** One of its files, chosen while this hit was shown. */
interface Choice {
  readonly generationId: number;
  readonly before: MessagePlace | undefined;
}

export function ConversationView({ row, version, onSelect, onRestore, onForget, banner, found }: ConversationViewProps) {
  const words = useWords();
  const { value, error } = useRequest('session', { row }, version);
  const [choice, setChoice] = useState<Choice | undefined>(undefined);
  // A hit is shown in the conversation as a whole, whichever file was read before.
  const generationId = choice !== undefined && choice.before === found ? choice.generationId : undefined;
  return (
    <article>
      {value !== undefined && (
        <ConversationHeader
          session={value.session}
          generations={value.generations}
          version={generationId}
          onVersion={(next) => setChoice(next === undefined ? undefined : { generationId: next, before: found })}
          offerRestore={banner === undefined}
          onRestore={onRestore}
          onForget={onForget}
        />
      )}
      <div class="timeline">
        {banner}
        {value !== undefined && <StandingRestores sessionRow={value.session.id} version={version} />}
        <ErrorNotice error={error} />
        {value === undefined ? (
          <p class="dim">{words.recovery.loading}</p>
        ) : (
          <Reading
            key={generationId}
            session={value.session}
            generations={value.generations}
            generationId={generationId}
            found={generationId === undefined ? found : undefined}
            onSelect={onSelect}
          />
        )}
      </div>
    </article>
  );
}

interface ReadingProps {
  readonly session: SessionSummary;
  readonly generations: readonly GenerationSummary[];
  readonly generationId: number | undefined;
  readonly found: MessagePlace | undefined;
  readonly onSelect: (selection: Selection) => void;
}

/** What was said, and the ways to the conversations before and after it. */
function Reading({ session, generations, generationId, found, onSelect }: ReadingProps) {
  const words = useWords();
  const { items, error, more, loadMore } = useMessages(session.id, generationId, contentOf(session), found);
  const { continues, continuedBy } = session;
  return (
    <>
      <ErrorNotice error={error} />
      {items === undefined ? (
        <p class="dim">{words.recovery.loading}</p>
      ) : (
        <>
          {continues !== undefined && <Neighbour row={continues} label={words.conversation.continues} onSelect={onSelect} />}
          <Timeline messages={items} generations={generations} putBack={session.state === 'restored'} found={found} />
          {continuedBy !== undefined && !more && <Neighbour row={continuedBy} label={words.conversation.continuedBy} onSelect={onSelect} />}
        </>
      )}
      {more && <Sentinel of={items} onVisible={loadMore} />}
    </>
  );
}

type NeighbourProps = Pick<ReadingProps, 'onSelect'> & { readonly row: number; readonly label: string };

function Neighbour({ row, label, onSelect }: NeighbourProps) {
  return (
    <p class="mark">
      <button type="button" class="plain" onClick={() => onSelect({ is: 'session', row })}>
        {label}
      </button>
    </p>
  );
}

/** Changes when the conversation did, and not with every capture of another one. */
function contentOf(session: SessionSummary): Content {
  const { bytes, records, onlyHere, generations, state } = session;
  return { end: [bytes, records].join(), whole: [onlyHere, generations, state].join() };
}
