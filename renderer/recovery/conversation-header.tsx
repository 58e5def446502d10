import { useState } from 'preact/hooks';
import type { GenerationSummary, SessionSummary } from '../../main/core/types.ts';
import { ErrorNotice } from '../shared/notice.tsx';
import { useWords } from '../shared/words.tsx';
import { ConversationMenu, type Outcome } from './conversation-menu.tsx';
import type { RestoreSubject } from './restore-sheet.tsx';
import { VersionMenu } from './version-menu.tsx';
import { versionsOf } from './versions.ts';

export interface ConversationHeaderProps {
  readonly session: SessionSummary;
  readonly generations: readonly GenerationSummary[];
  /** The file that is read; absent: all of them. */
  readonly version: number | undefined;
  readonly onVersion: (generationId: number | undefined) => void;
  /** Not where an incident above the conversation offers it. */
  readonly offerRestore: boolean;
  readonly onRestore: (subject: RestoreSubject) => void;
  readonly onForget: (session: SessionSummary) => void;
}

/** What a conversation is, and what can be done with it. */
export function ConversationHeader({
  session,
  generations,
  version,
  onVersion,
  offerRestore,
  onRestore,
  onForget,
}: ConversationHeaderProps) {
  const words = useWords();
  const [outcome, setOutcome] = useState<Outcome | undefined>(undefined);
  const here = session.onlyHere > 0 && session.state !== 'restored' ? ` · ${words.recovery.onlyHere(session.onlyHere)}` : '';
  return (
    <header>
      <h1 dir="auto">{session.title}</h1>
      <div class="acts">
        <VersionMenu versions={versionsOf(generations)} chosen={version} onChoose={onVersion} />
        <ConversationMenu
          session={session}
          onDisk={generations.some(({ kind, onDisk }) => kind === 'transcript' && onDisk)}
          {...(version === undefined ? {} : { generationId: version })}
          onOutcome={setOutcome}
          onForget={onForget}
        />
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
      <div role="status">{outcome?.is === 'done' && <p class="dim outcome">{outcome.text}</p>}</div>
      <ErrorNotice error={outcome?.is === 'failed' ? outcome.error : undefined} />
    </header>
  );
}
