import type { SessionSummary } from '../../main/core/types.ts';
import type { Format } from '../../main/wording/format.ts';
import { LongList } from '../shared/long-list.tsx';
import { ErrorNotice } from '../shared/notice.tsx';
import { Sentinel } from '../shared/sentinel.tsx';
import { Time } from '../shared/time.tsx';
import { useWords } from '../shared/words.tsx';
import { useSessions } from './use-sessions.ts';

interface SessionListProps {
  readonly onlyHere: boolean;
  /** Changes when the core saved something; the first page is asked for again then. */
  readonly version: number;
  readonly selected: number | undefined;
  readonly onSelect: (row: number) => void;
  readonly now: number;
}

const rowPx = 50;

export function SessionList({ onlyHere, version, selected, onSelect, now }: SessionListProps) {
  const words = useWords();
  const { items, more, error, loadMore } = useSessions(onlyHere, version);
  if (items === undefined) return <ErrorNotice error={error} />;
  if (items.length === 0) return <p class="dim empty">{onlyHere ? words.recovery.noneOnlyHere : words.recovery.noConversations}</p>;
  return (
    <nav aria-label={words.recovery.conversations}>
      <ErrorNotice error={error} />
      <LongList items={items} estimatedPx={rowPx}>
        {(sessions, before) =>
          groupByDay(words.format, sessions, now).map(([day, ofDay]) => (
            <section key={day}>
              {(before === undefined || ofDay[0] !== sessions[0] || dayOf(words.format, before, now) !== day) && <h2>{day}</h2>}
              <ul>
                {ofDay.map((session) => (
                  <li key={session.id}>
                    <SessionRow session={session} on={session.id === selected} onSelect={onSelect} />
                  </li>
                ))}
              </ul>
            </section>
          ))
        }
      </LongList>
      {more && <Sentinel of={items} onVisible={loadMore} />}
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

function groupByDay(
  format: Format,
  sessions: readonly SessionSummary[],
  now: number,
): readonly (readonly [string, readonly SessionSummary[]])[] {
  const days = new Map<string, SessionSummary[]>();
  for (const session of sessions) {
    const day = dayOf(format, session, now);
    const list = days.get(day);
    if (list === undefined) days.set(day, [session]);
    else list.push(session);
  }
  return [...days];
}

const dayOf = (format: Format, { lastAppendAt, firstSeenAt }: SessionSummary, now: number): string =>
  format.day(lastAppendAt ?? firstSeenAt, now);
