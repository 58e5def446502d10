import { useState } from 'preact/hooks';
import type { Incident } from '../../main/core/types.ts';
import { incidentCopy } from '../../main/wording/incident-copy.ts';
import { Time } from '../shared/time.tsx';
import { useWords } from '../shared/words.tsx';
import { SearchResults } from './search-results.tsx';
import type { MessagePlace, Selection } from './selection.ts';
import { SessionList } from './session-list.tsx';

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
  const searching = text.trim() !== '';
  const row = selection?.is === 'session' ? selection.row : undefined;
  const onRow = (next: number, message?: MessagePlace) =>
    onSelect({ is: 'session', row: next, ...(message === undefined ? {} : { message }) });
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
          <Filter onlyHere={onlyHere} onChange={setOnlyHere} />
          <SessionList onlyHere={onlyHere} version={version} selected={row} onSelect={onRow} now={now} />
        </>
      )}
    </aside>
  );
}

/** Arrow keys go through all that can be chosen, from the search field too; what they come to is shown. */
function walk(event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  const from = document.activeElement;
  if (step === 0 || (from instanceof HTMLInputElement && from.type === 'radio')) return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('button.card, button.row')];
  const at = from instanceof HTMLElement ? rows.indexOf(from) : -1;
  const next = at < 0 && step < 0 ? undefined : rows[at + step];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
  next.click();
}

function Filter({ onlyHere, onChange }: { readonly onlyHere: boolean; readonly onChange: (onlyHere: boolean) => void }) {
  const words = useWords();
  return (
    <fieldset class="segments">
      <legend class="visually-hidden">{words.recovery.filterLabel}</legend>
      {[false, true].map((value) => (
        <label key={String(value)} class={value === onlyHere ? 'on' : ''}>
          <input class="visually-hidden" type="radio" name="filter" checked={value === onlyHere} onChange={() => onChange(value)} />
          {value ? words.recovery.filterOnlyHere : words.recovery.filterAll}
        </label>
      ))}
    </fieldset>
  );
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
                {incident.title !== undefined && <span class="t" dir="auto" children={incident.title} />}
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
