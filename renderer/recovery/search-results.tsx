import type { SearchHit } from '../../main/core/types.ts';
import { byCode } from '../../main/wording/by-code.ts';
import { ErrorNotice } from '../shared/notice.tsx';
import { Time } from '../shared/time.tsx';
import { Maskable, Title } from '../shared/title.tsx';
import { useRequest } from '../shared/use-request.ts';
import { useWords } from '../shared/words.tsx';
import { type MessagePlace, type Selection, samePlace } from './selection.ts';

interface SearchResultsProps {
  readonly text: string;
  readonly selection: Selection | undefined;
  readonly onSelect: (row: number, message: MessagePlace) => void;
}

export function SearchResults({ text, selection, onSelect }: SearchResultsProps) {
  const words = useWords();
  const { value, error } = useRequest('search', { text, limit: 50 });
  return (
    <nav aria-label={words.recovery.searchLabel} aria-live="polite">
      <ErrorNotice error={error} />
      {value?.length === 0 && <p class="dim empty">{words.recovery.nothingFound}</p>}
      <ul class="hits">
        {value?.map((hit) => {
          const on = selection?.is === 'session' && samePlace(selection.message, hit);
          return (
            <li key={`${hit.generationId}:${hit.start}`}>
              <button
                type="button"
                class={`row hit ${on ? 'on' : ''}`}
                aria-current={on}
                onClick={() => onSelect(hit.sessionRow, { generationId: hit.generationId, start: hit.start })}
              >
                <Title of={hit.title} />
                <span class="dim">{hit.at !== undefined && <Time at={hit.at} withDay />}</span>
                <Snippet hit={hit} />
              </button>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

/** Matches stand between U+0001 and U+0002; everything is text, whatever it looks like. */
function Snippet({ hit }: { readonly hit: SearchHit }) {
  const words = useWords();
  const parts = hit.snippet.split(/[\u0001\u0002]/);
  const role = byCode(words.recovery.roles, hit.role) ?? hit.role;
  return (
    <small class="dim snippet" dir="auto">
      {words.format.label(role)}
      <Maskable>{parts.map((part, i) => (i % 2 === 1 ? <mark key={`m${i}`}>{part}</mark> : <span key={`t${i}`}>{part}</span>))}</Maskable>
    </small>
  );
}
