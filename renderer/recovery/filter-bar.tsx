import type { Ref } from 'preact';
import { useId, useState } from 'preact/hooks';
import { useWords } from '../shared/words.tsx';
import { activeFilters, activityChoices, cleared, type ListFilter, stateChoices } from './list-filter.ts';

interface FilterBarProps {
  readonly onlyHere: boolean;
  readonly onOnlyHere: (onlyHere: boolean) => void;
  readonly filter: ListFilter;
  readonly onChange: (filter: ListFilter) => void;
  /** Of all conversations. */
  readonly agents: readonly string[];
  readonly button: Ref<HTMLButtonElement>;
  /** What has the focus is about to go. */
  readonly focusButton: () => void;
}

/** Which conversations are listed: all of them or what is only here, and beside that what few people need and nobody should have to see. */
export function FilterBar({ onlyHere, onOnlyHere, filter, onChange, agents, button, focusButton }: FilterBarProps) {
  const text = useWords().recovery.filters;
  const [open, setOpen] = useState(false);
  const panel = useId();
  const active = activeFilters(filter);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !open) return;
    event.preventDefault();
    setOpen(false);
    focusButton();
  };
  return (
    <>
      <div class="filter-bar">
        <Segments onlyHere={onlyHere} onChange={onOnlyHere} />
        <button
          ref={button}
          type="button"
          class="filter"
          aria-label={text.button(active)}
          aria-expanded={open}
          aria-controls={open ? panel : undefined}
          onClick={() => setOpen(!open)}
          onKeyDown={onKeyDown}
        >
          {text.filter} {active > 0 && <span class="badge">{active}</span>}
        </button>
      </div>
      {open && (
        <fieldset id={panel} class="filters" onKeyDown={onKeyDown}>
          <legend class="visually-hidden">{text.label}</legend>
          <FilterFields onlyHere={onlyHere} filter={filter} onChange={onChange} agents={agents} />
          {active > 0 && (
            <button
              type="button"
              class="plain"
              onClick={() => {
                onChange(cleared(filter));
                focusButton();
              }}
            >
              {text.clear}
            </button>
          )}
        </fieldset>
      )}
    </>
  );
}

function Segments({ onlyHere, onChange }: { readonly onlyHere: boolean; readonly onChange: (onlyHere: boolean) => void }) {
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

function FilterFields({ onlyHere, filter, onChange, agents }: Pick<FilterBarProps, 'onlyHere' | 'filter' | 'onChange' | 'agents'>) {
  const text = useWords().recovery.filters;
  const { agent, state, activity, automatic } = filter;
  const offered = agent === undefined || agents.includes(agent) ? agents : [agent, ...agents];
  const without = (name: 'agent' | 'state' | 'activity'): ListFilter => {
    const { [name]: _, ...rest } = filter;
    return rest;
  };
  return (
    <>
      {(offered.length > 1 || agent !== undefined) && (
        <Choice
          label={text.agent}
          any={text.anyAgent}
          value={agent}
          offered={offered}
          named={(name) => name}
          onChange={(next) => onChange(next === undefined ? without('agent') : { ...filter, agent: next })}
        />
      )}
      <Choice
        label={text.state}
        any={text.anyState}
        value={state}
        offered={stateChoices}
        named={(name) => text.states[name]}
        onChange={(next) => onChange(next === undefined ? without('state') : { ...filter, state: next })}
      />
      <Choice
        label={text.activity}
        any={text.anyTime}
        value={activity}
        offered={activityChoices}
        named={(name) => text.activities[name]}
        onChange={(next) => onChange(next === undefined ? without('activity') : { ...filter, activity: next })}
      />
      <label class="automatic">
        <input
          type="checkbox"
          checked={onlyHere || automatic}
          disabled={onlyHere}
          onChange={({ currentTarget }) => onChange({ ...filter, automatic: currentTarget.checked })}
        />
        <span>{text.automatic}</span>
        <small class="dim">{text.automaticHint}</small>
      </label>
    </>
  );
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  /** How no choice is called. */
  readonly any: string;
  readonly value: T | undefined;
  readonly offered: readonly T[];
  readonly named: (value: T) => string;
  readonly onChange: (value: T | undefined) => void;
}

function Choice<T extends string>({ label, any, value, offered, named, onChange }: ChoiceProps<T>) {
  return (
    <label class="choice">
      <span class="dim">{label}</span>
      <select
        value={value === undefined ? 0 : offered.indexOf(value) + 1}
        onChange={({ currentTarget }) => onChange(offered[currentTarget.selectedIndex - 1])}
      >
        <option value={0}>{any}</option>
        {offered.map((each, i) => (
          <option key={each} value={i + 1}>
            {named(each)}
          </option>
        ))}
      </select>
    </label>
  );
}
