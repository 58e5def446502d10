import type { SessionFilter } from '../../main/core/requests.ts';
import type { SessionSummary } from '../../main/core/types.ts';
import type { Format } from '../../main/wording/format.ts';
import { LongList } from '../shared/long-list.tsx';
import { ErrorNotice } from '../shared/notice.tsx';
import { Sentinel } from '../shared/sentinel.tsx';
import { Time } from '../shared/time.tsx';
import { Title } from '../shared/title.tsx';
import { useWords } from '../shared/words.tsx';
import { useSessions } from './use-sessions.ts';

interface SessionListProps {
  readonly query: SessionFilter;
  /** The person narrowed it. */
  readonly filtered: boolean;
  /** Automatic conversations that it leaves out. */
  readonly hidden: number;
  /** Changes when the core saved something; the first page is asked for again then. */
  readonly version: number;
  readonly selected: number | undefined;
  readonly now: number;
  readonly onSelect: (row: number) => void;
  readonly onClear: () => void;
  readonly onShowAutomatic: () => void;
}

const rowPx = 50;

export function SessionList(props: SessionListProps) {
  const { query, version, selected, onSelect, now } = props;
  const words = useWords();
  const { items, more, error, loadMore } = useSessions(query, version);
  if (items === undefined) return <ErrorNotice error={error} />;
  const isOfDay = (session: SessionSummary | undefined, day: string) => session !== undefined && dayOf(words.format, session, now) === day;
  return (
    <>
      {items.length === 0 ? (
        <ErrorNotice error={error} />
      ) : (
        <nav aria-label={words.recovery.conversations}>
          <ErrorNotice error={error} />
          <LongList count={items.length} estimatedPx={rowPx}>
            {(from, to) =>
              groupByDay(words.format, items.slice(from, to), now).map(([day, ofDay]) => (
                <section key={day}>
                  {(ofDay[0] !== items[from] || !isOfDay(items[from - 1], day)) && <h2>{day}</h2>}
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
      )}
      {!more && <LeftOut {...props} empty={items.length === 0} />}
    </>
  );
}

/** Said at the end of the list: why there is nothing, or what is not in it, and the way back. */
function LeftOut({ query, filtered, hidden, empty, onClear, onShowAutomatic }: SessionListProps & { readonly empty: boolean }) {
  const { noneOnlyHere, noConversations, filters } = useWords().recovery;
  const onlyHere = query.onlyHere === true;
  const why = filtered ? filters.nothing : onlyHere ? noneOnlyHere : hidden > 0 ? '' : noConversations;
  // What exists only here must not be missed because of a filter that was forgotten.
  const said = empty ? why : filtered && onlyHere ? filters.matching : '';
  return (
    <div class="left-out dim">
      <div role="status">
        {said !== '' && <p>{said}</p>}
        {hidden > 0 && <p>{filters.hidden(hidden)}</p>}
      </div>
      {said !== '' && filtered && (
        <button type="button" class="plain" onClick={onClear}>
          {filters.clear}
        </button>
      )}
      {hidden > 0 && (
        <button type="button" class="plain" aria-label={filters.automatic} onClick={onShowAutomatic}>
          {filters.show}
        </button>
      )}
    </div>
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
      <Title of={session.title} />
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
