import type { SearchHit } from '../../main/core/types.ts';
import { ErrorNotice } from '../shared/notice.tsx';
import { Time } from '../shared/time.tsx';
import { useRequest } from '../shared/use-request.ts';
import { words } from '../shared/words.ts';

interface SearchResultsProps {
  readonly text: string;
  readonly selected: number | undefined;
  readonly onSelect: (row: number) => void;
}

export function SearchResults({ text, selected, onSelect }: SearchResultsProps) {
  const { value, error } = useRequest('search', { text, limit: 50 });
  return (
    <nav aria-label={words.recovery.searchLabel} aria-live="polite">
      <ErrorNotice error={error} />
      {value?.length === 0 && <p class="dim empty">{words.recovery.nothingFound}</p>}
      <ul class="hits">
        {value?.map((hit) => (
          <li key={`${hit.generationId}:${hit.start}`}>
            <button
              type="button"
              class={`row hit ${hit.sessionRow === selected ? 'on' : ''}`}
              aria-current={hit.sessionRow === selected}
              onClick={() => onSelect(hit.sessionRow)}
            >
              <span class="t" dir="auto" children={hit.title} />
              <span class="dim">{hit.at !== undefined && <Time at={hit.at} withDay />}</span>
              <Snippet hit={hit} />
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** Matches stand between U+0001 and U+0002; everything is text, whatever it looks like. */
function Snippet({ hit }: { readonly hit: SearchHit }) {
  const parts = hit.snippet.split(/[\u0001\u0002]/);
  const role = words.roles[hit.role] ?? hit.role;
  return (
    <small class="dim snippet" dir="auto">
      {role}: {parts.map((part, i) => (i % 2 === 1 ? <mark key={`m${i}`}>{part}</mark> : <span key={`t${i}`}>{part}</span>))}
    </small>
  );
}
