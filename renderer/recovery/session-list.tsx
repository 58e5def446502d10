import { useEffect, useState } from 'preact/hooks';
import type { ErrorShape } from '../../main/core/requests.ts';
import type { SessionSummary } from '../../main/core/types.ts';
import type { Format } from '../../main/wording/format.ts';
import { api, errorShape } from '../shared/api.ts';
import { ErrorNotice } from '../shared/notice.tsx';
import { Time } from '../shared/time.tsx';
import { useWords } from '../shared/words.tsx';

interface SessionListProps {
  readonly onlyHere: boolean;
  /** Changes when the core saved something; the first page is asked for again then. */
  readonly version: number;
  readonly selected: number | undefined;
  readonly onSelect: (row: number) => void;
  readonly now: number;
}

const pageSize = 60;

export function SessionList({ onlyHere, version, selected, onSelect, now }: SessionListProps) {
  const words = useWords();
  const { items, more, error, loadMore } = useSessions(onlyHere, version);
  if (items === undefined) return <ErrorNotice error={error} />;
  if (items.length === 0) return <p class="dim empty">{onlyHere ? words.recovery.noneOnlyHere : words.recovery.noConversations}</p>;
  const days = groupByDay(words.format, items, now);
  return (
    <nav aria-label={words.recovery.conversations}>
      <ErrorNotice error={error} />
      {days.map(([day, sessions]) => (
        <section key={day}>
          <h2>{day}</h2>
          <ul>
            {sessions.map((session) => (
              <li key={session.id}>
                <SessionRow session={session} on={session.id === selected} onSelect={onSelect} />
              </li>
            ))}
          </ul>
        </section>
      ))}
      {more && (
        <button type="button" class="plain" onClick={loadMore}>
          {words.recovery.loadMore}
        </button>
      )}
    </nav>
  );
}

interface RowProps {
  readonly session: SessionSummary;
  readonly on: boolean;
  readonly onSelect: (row: number) => void;
}

function SessionRow({ session, on, onSelect }: RowProps) {
  const words = useWords();
  const facts = [session.agent, words.count.messages(session.records)];
  const onlyHere = session.onlyHere > 0 && session.state !== 'restored';
  if (!onlyHere || session.state !== 'lost') facts.push(words.states[session.state].word.toLowerCase());
  if (onlyHere) facts.push(words.recovery.onlyHere(session.onlyHere));
  return (
    <button
      type="button"
      class={`row ${on ? 'on' : ''}`}
      aria-current={on}
      data-session={session.nativeId}
      onClick={() => onSelect(session.id)}
    >
      <span class={onlyHere ? 'glyph only' : 'glyph dim'} aria-hidden="true">
        {onlyHere ? '◆' : session.state === 'live' ? '●' : '○'}
      </span>
      <span class="t" dir="auto" children={session.title} />
      <span class="dim">{session.lastAppendAt !== undefined && <Time at={session.lastAppendAt} />}</span>
      <small class="dim">{facts.join(' · ')}</small>
    </button>
  );
}

interface Listed {
  readonly items: readonly SessionSummary[] | undefined;
  readonly more: boolean;
  readonly error: ErrorShape | undefined;
  loadMore(): void;
}

/** Grows page by page; a change in the core asks for all shown rows again in one request of at most 200. */
function useSessions(onlyHere: boolean, version: number): Listed {
  const [wanted, setWanted] = useState(pageSize);
  const [items, setItems] = useState<readonly SessionSummary[] | undefined>(undefined);
  const [more, setMore] = useState(false);
  const [error, setError] = useState<ErrorShape | undefined>(undefined);
  useEffect(() => {
    let current = true;
    readSessions(onlyHere, wanted).then(
      (page) => {
        if (!current) return;
        setItems(page.items);
        setMore(page.more);
        setError(undefined);
      },
      (reason: unknown) => {
        if (current) setError(errorShape(reason));
      },
    );
    return () => {
      current = false;
    };
  }, [onlyHere, wanted, version]);
  return { items, more, error, loadMore: () => setWanted(wanted + pageSize) };
}

async function readSessions(
  onlyHere: boolean,
  wanted: number,
): Promise<{ readonly items: readonly SessionSummary[]; readonly more: boolean }> {
  const items: SessionSummary[] = [];
  let cursor: number | undefined;
  do {
    const limit = Math.min(200, wanted - items.length);
    const page = await api.request('sessions', {
      limit,
      ...(onlyHere ? { onlyHere } : {}),
      ...(cursor === undefined ? {} : { cursor }),
    });
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== undefined && items.length < wanted);
  return { items, more: cursor !== undefined };
}

function groupByDay(
  format: Format,
  sessions: readonly SessionSummary[],
  now: number,
): readonly (readonly [string, readonly SessionSummary[]])[] {
  const days = new Map<string, SessionSummary[]>();
  for (const session of sessions) {
    const day = format.day(session.lastAppendAt ?? session.firstSeenAt, now);
    const list = days.get(day);
    if (list === undefined) days.set(day, [session]);
    else list.push(session);
  }
  return [...days];
}
