import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { ErrorShape } from '../../main/core/requests.ts';
import type { MessageView, Page } from '../../main/core/types.ts';
import { api, errorShape } from '../shared/api.ts';
import { type MessagePlace, samePlace } from './selection.ts';

export interface Messages {
  readonly items: readonly MessageView[] | undefined;
  readonly error: ErrorShape | undefined;
  /** More of the conversation follows. */
  readonly more: boolean;
  loadMore(): void;
}

const pageSize = 100;

/**
 * The conversation page by page. A change of it (`content`) reads the shown pages again, because a loss changes
 * messages that were read long ago: they are only here from then on. Up to `found` all is read at once.
 */
export function useMessages(sessionRow: number, content: string, found: MessagePlace | undefined): Messages {
  const [pages, setPages] = useState<readonly Page<MessageView>[] | undefined>(undefined);
  const [error, setError] = useState<ErrorShape | undefined>(undefined);
  const busy = useRef(false);
  const shown = useRef(1);

  const read = useCallback(
    (count: number, upTo: MessagePlace | undefined) => {
      busy.current = true;
      readPages(sessionRow, count, upTo)
        .then(
          (next) => {
            shown.current = next.length;
            setPages(next);
            setError(undefined);
          },
          (reason: unknown) => setError(errorShape(reason)),
        )
        .finally(() => {
          busy.current = false;
        });
    },
    [sessionRow],
  );
  useEffect(() => {
    if (content !== '') read(shown.current, found);
  }, [read, content, found]);

  const next = pages?.at(-1)?.next;
  const loadMore = useCallback(() => {
    if (busy.current || next === undefined) return;
    busy.current = true;
    readPage(sessionRow, next)
      .then(
        (loaded) => {
          shown.current += 1;
          setPages((before) => [...(before ?? []), loaded]);
        },
        (reason: unknown) => setError(errorShape(reason)),
      )
      .finally(() => {
        busy.current = false;
      });
  }, [sessionRow, next]);

  return { items: pages?.flatMap((loaded) => loaded.items), error, more: next !== undefined, loadMore };
}

async function readPages(sessionRow: number, count: number, upTo: MessagePlace | undefined): Promise<readonly Page<MessageView>[]> {
  const pages: Page<MessageView>[] = [];
  let cursor: number | undefined;
  let reached = upTo === undefined;
  do {
    const loaded = await readPage(sessionRow, cursor);
    pages.push(loaded);
    cursor = loaded.next;
    reached ||= loaded.items.some((message) => samePlace(message, upTo));
  } while (cursor !== undefined && (pages.length < count || !reached));
  return pages;
}

function readPage(sessionRow: number, cursor: number | undefined): Promise<Page<MessageView>> {
  return api.request('messages', { sessionRow, limit: pageSize, ...(cursor === undefined ? {} : { cursor }) });
}
