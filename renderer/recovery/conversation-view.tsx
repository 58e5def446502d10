import type { ComponentChildren } from 'preact';
import type { SessionSummary } from '../../main/core/types.ts';
import { ErrorNotice } from '../shared/notice.tsx';
import { Sentinel } from '../shared/sentinel.tsx';
import { useRequest } from '../shared/use-request.ts';
import { useWords } from '../shared/words.tsx';
import { ConversationHeader } from './conversation-header.tsx';
import type { RestoreSubject } from './restore-sheet.tsx';
import type { MessagePlace } from './selection.ts';
import { StandingRestores } from './standing-restores.tsx';
import { Timeline } from './timeline.tsx';
import { type Content, useMessages } from './use-messages.ts';

interface ConversationViewProps {
  readonly row: number;
  readonly version: number;
  readonly onRestore: (subject: RestoreSubject) => void;
  readonly onForget: (session: SessionSummary) => void;
  /** The incident this conversation is shown for. */
  readonly banner?: ComponentChildren;
  /** The message that was searched for: scrolled to and marked. */
  readonly found?: MessagePlace;
}

export function ConversationView({ row, version, onRestore, onForget, banner, found }: ConversationViewProps) {
  const words = useWords();
  const { value, error } = useRequest('session', { row }, version);
  const messages = useMessages(row, contentOf(value?.session), found);
  const session = value?.session;
  return (
    <article>
      {value !== undefined && (
        <ConversationHeader
          session={value.session}
          generations={value.generations}
          offerRestore={banner === undefined}
          onRestore={onRestore}
          onForget={onForget}
        />
      )}
      <div class="timeline">
        {banner}
        {session !== undefined && <StandingRestores sessionRow={session.id} version={version} />}
        <ErrorNotice error={error ?? messages.error} />
        {messages.items === undefined ? (
          <p class="dim">{words.recovery.loading}</p>
        ) : (
          <Timeline messages={messages.items} putBack={session?.state === 'restored'} found={found} />
        )}
        {messages.more && <Sentinel of={messages.items} onVisible={messages.loadMore} />}
      </div>
    </article>
  );
}

/** Changes when the conversation did, and not with every capture of another one. */
function contentOf(session: SessionSummary | undefined): Content | undefined {
  if (session === undefined) return undefined;
  const { bytes, records, onlyHere, generations, state } = session;
  return { end: [bytes, records].join(), whole: [onlyHere, generations, state].join() };
}
