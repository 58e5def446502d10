import { useRef, useState } from 'preact/hooks';
import type { Incident } from '../../main/core/types.ts';
import { incidentCopy } from '../../main/wording/incident-copy.ts';
import { Time } from '../shared/time.tsx';
import { Title } from '../shared/title.tsx';
import { useWords } from '../shared/words.tsx';
import { FilterBar } from './filter-bar.tsx';
import { activeFilters, cleared, type ListFilter, listQuery } from './list-filter.ts';
import { SearchResults } from './search-results.tsx';
import type { MessagePlace, Selection } from './selection.ts';
import { SessionList } from './session-list.tsx';
import { useFacets } from './use-facets.ts';

interface SidebarProps {
  /** Changes when the core saved or erased something. */
  readonly version: number;
  readonly incidents: readonly Incident[];
  readonly selection: Selection | undefined;
  readonly onSelect: (selection: Selection) => void;
  readonly now: number;
}

export function Sidebar({ version, incidents, selection, onSelect, now }: SidebarProps) {
  const words = useWords();
  const [text, setText] = useState('');
  const [onlyHere, setOnlyHere] = useState(false);
  const [filter, setFilter] = useState<ListFilter>({ automatic: false });
  const filterButton = useRef<HTMLButtonElement>(null);
  const query = listQuery(filter, onlyHere, now);
  const { agents, automatic } = useFacets(query, version);
  const searching = text.trim() !== '';
  const row = selection?.is === 'session' ? selection.row : undefined;
  const onRow = (next: number, message?: MessagePlace) =>
    onSelect({ is: 'session', row: next, ...(message === undefined ? {} : { message }) });
  const change = (next: ListFilter) => {
    setFilter(next);
    // The button that did it goes with what it said, and the focus would go with it.
    filterButton.current?.focus({ preventScroll: true });
  };
  return (
    <aside onKeyDown={walk}>
      <h1 class="visually-hidden">{words.windows.recovery}</h1>
      <search>
        <input
          class="search"
          type="search"
          value={text}
          aria-label={words.recovery.searchLabel}
          placeholder={words.recovery.searchPlaceholder}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </search>
      {searching ? (
        <SearchResults text={text.trim()} selection={selection} onSelect={onRow} />
      ) : (
        <>
          <IncidentList incidents={incidents} selection={selection} onSelect={onSelect} now={now} />
          <FilterBar
            onlyHere={onlyHere}
            onOnlyHere={setOnlyHere}
            filter={filter}
            onChange={setFilter}
            agents={agents}
            button={filterButton}
            focusButton={() => filterButton.current?.focus()}
          />
          <SessionList
            query={query}
            filtered={activeFilters(filter) > 0}
            hidden={query.automatic === false ? automatic : 0}
            version={version}
            selected={row}
            now={now}
            onSelect={onRow}
            onClear={() => change(cleared(filter))}
            onShowAutomatic={() => change({ ...filter, automatic: true })}
          />
        </>
      )}
    </aside>
  );
}

/** Arrow keys go through all that can be chosen, from the search field too; what they come to is shown. */
function walk(event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  const from = document.activeElement;
  if (step === 0 || from instanceof HTMLSelectElement || (from instanceof HTMLInputElement && from.type === 'radio')) return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('button.card, button.row')];
  const at = from instanceof HTMLElement ? rows.indexOf(from) : -1;
  const next = at < 0 && step < 0 ? undefined : rows[at + step];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
  next.click();
}

type IncidentListProps = Pick<SidebarProps, 'incidents' | 'selection' | 'onSelect' | 'now'>;

function IncidentList({ incidents, selection, onSelect, now }: IncidentListProps) {
  const words = useWords();
  if (incidents.length === 0) return null;
  return (
    <section aria-labelledby="needs-you">
      <h2 id="needs-you">{words.recovery.needsYou}</h2>
      <ul>
        {incidents.map((incident) => {
          const copy = incidentCopy(words, incident, now);
          const on = selection?.is === 'incident' && selection.incidentId === incident.id;
          return (
            <li key={incident.id}>
              <button
                type="button"
                class={`card ${incident.severity} ${on ? 'on' : ''}`}
                aria-current={on}
                data-incident={incident.id}
                onClick={() => onSelect({ is: 'incident', incidentId: incident.id })}
              >
                <span class="glyph" aria-hidden="true">
                  {incident.severity === 'loss' ? '◆' : '▲'}
                </span>
                <b>{copy.title}</b>
                {incident.title !== undefined && <Title of={incident.title} />}
                <span class="dim">
                  <Time at={incident.openedAt} withDay /> {incident.agent === undefined ? '' : `· ${incident.agent}`}
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
