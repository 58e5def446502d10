import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { ErrorShape } from '../../main/core/requests.ts';
import type { SessionSummary } from '../../main/core/types.ts';
import { api, errorShape } from '../shared/api.ts';
import { ErrorNotice } from '../shared/notice.tsx';
import { Sentinel } from '../shared/sentinel.tsx';
import { useRequest } from '../shared/use-request.ts';
import { useWords } from '../shared/words.tsx';
import type { RestoreSubject } from './restore-sheet.tsx';
import type { MessagePlace } from './selection.ts';
import { StandingRestores } from './standing-restores.tsx';
import { Timeline } from './timeline.tsx';
import { type Content, useMessages } from './use-messages.ts';

interface ConversationViewProps {
  readonly row: number;
  readonly version: number;
  readonly onRestore: (subject: RestoreSubject) => void;
  /** The incident this conversation is shown for. */
  readonly banner?: ComponentChildren;
  /** The message that was searched for: scrolled to and marked. */
  readonly found?: MessagePlace;
}

export function ConversationView({ row, version, onRestore, banner, found }: ConversationViewProps) {
  const words = useWords();
  const { value, error } = useRequest('session', { row }, version);
  const messages = useMessages(row, contentOf(value?.session), found);
  const session = value?.session;
  return (
    <article>
      {session !== undefined && <Header session={session} onRestore={onRestore} offerRestore={banner === undefined} />}
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

interface HeaderProps {
  readonly session: SessionSummary;
  readonly onRestore: (subject: RestoreSubject) => void;
  readonly offerRestore: boolean;
}

function Header({ session, onRestore, offerRestore }: HeaderProps) {
  const words = useWords();
  const [exported, setExported] = useState<string | undefined>(undefined);
  const [error, setError] = useState<ErrorShape | undefined>(undefined);
  const exportTo = () => {
    exportSession(session).then(
      (path) => {
        setExported(path);
        setError(undefined);
      },
      (reason: unknown) => setError(errorShape(reason)),
    );
  };
  const here = session.onlyHere > 0 && session.state !== 'restored' ? ` · ${words.recovery.onlyHere(session.onlyHere)}` : '';
  return (
    <header>
      <h1 dir="auto">{session.title}</h1>
      <div class="acts">
        <button type="button" onClick={exportTo}>
          {words.recovery.export}
        </button>
        {offerRestore && (
          <button type="button" class={here === '' ? '' : 'primary'} onClick={() => onRestore({ sessionRow: session.id })}>
            {words.recovery.restore}
          </button>
        )}
      </div>
      <p class="dim num" title={words.states[session.state].meaning}>
        {session.sessionKey ?? session.agent} · {words.count.messages(session.records)}
        {here}
        {here !== '' && session.state === 'lost' ? '' : ` · ${words.states[session.state].word}`}
      </p>
      <div role="status">{exported !== undefined && <p class="dim path">{words.recovery.exported(exported)}</p>}</div>
      <ErrorNotice error={error} />
    </header>
  );
}

/** Every captured byte of the most complete incarnation, in a file the person chose; `undefined` when cancelled. */
async function exportSession(session: SessionSummary): Promise<string | undefined> {
  const output = await api.request('dialog.saveFile', { suggestedName: `${session.nativeId}.jsonl` });
  if (output === null) return undefined;
  const receipt = await api.request('restore', { sessionRow: session.id, target: 'file', output });
  return receipt.path;
}
