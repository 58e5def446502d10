import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ErrorShape } from '../../main/core/requests.ts';
import type { MarkedMessage } from '../../main/core/timeline-marks.ts';
import type { Page } from '../../main/core/types.ts';
import { api, errorShape } from '../shared/api.ts';
import { type MessagePlace, samePlace } from './selection.ts';

export interface Messages {
  readonly items: readonly MarkedMessage[] | undefined;
  readonly error: ErrorShape | undefined;
  /** More of the conversation follows. */
  readonly more: boolean;
  loadMore(): void;
}

/** Soon there, and then as many as one request may ask for. */
const firstPage = 100;
const nextPages = 200;

interface Shown {
  readonly cursor: number | undefined;
  readonly page: Page<MarkedMessage>;
}

/** What a conversation consists of now. */
export interface Content {
  /** Changes with every line of it. */
  readonly end: string;
  /** Changes when messages that were read long ago are no longer what they were: only here, or back. */
  readonly whole: string;
}

/**
 * The conversation page by page. What is added to it reads its last page again, a loss all that is shown. Up to `found` all
 * is read at once. `generationId`: of one file alone, and the same one as long as the component lives.
 */
export function useMessages(
  sessionRow: number,
  generationId: number | undefined,
  content: Content | undefined,
  found: MessagePlace | undefined,
): Messages {
  const [shown, setShown] = useState<readonly Shown[] | undefined>(undefined);
  const [error, setError] = useState<ErrorShape | undefined>(undefined);
  const latest = useRef<readonly Shown[]>([]);
  const read = useRef<{ readonly whole: string; readonly found: MessagePlace | undefined } | undefined>(undefined);
  const turn = useRef(0);
  const busy = useRef(false);

  /** One at a time: a later reading of what is shown counts, a page that comes after it would leave a gap. */
  const run = useCallback((work: () => Promise<readonly Shown[]>) => {
    turn.current += 1;
    const mine = turn.current;
    busy.current = true;
    work()
      .then(
        (next) => {
          if (mine !== turn.current) return;
          latest.current = next;
          setShown(next);
          setError(undefined);
        },
        (reason: unknown) => {
          if (mine === turn.current) setError(errorShape(reason));
        },
      )
      .finally(() => {
        if (mine === turn.current) busy.current = false;
      });
  }, []);

  const source = useMemo(() => (generationId === undefined ? { sessionRow } : { sessionRow, generationId }), [sessionRow, generationId]);
  const end = content?.end;
  const whole = content?.whole;
  useEffect(() => {
    if (end === undefined || whole === undefined) return;
    const isSame = read.current?.whole === whole && samePlace(read.current.found, found);
    read.current = { whole, found };
    const before = latest.current;
    const last = before.at(-1);
    if (!isSame || last === undefined) run(() => readPages(source, before.length, found));
    else if (last.page.next === undefined)
      run(async () => [...before.slice(0, -1), ...(await readPages(source, 1, undefined, last.cursor))]);
  }, [run, source, end, whole, found]);

  const next = shown?.at(-1)?.page.next;
  const loadMore = useCallback(() => {
    const before = latest.current;
    const cursor = before.at(-1)?.page.next;
    if (busy.current || cursor === undefined) return;
    run(async () => [...before, ...(await readPages(source, 1, undefined, cursor))]);
  }, [run, source]);

  const items = useMemo(() => shown?.flatMap(({ page }) => page.items), [shown]);
  return { items, error, more: next !== undefined, loadMore };
}

/** At least so many pages, and all up to a message. */
async function readPages(
  source: { readonly sessionRow: number; readonly generationId?: number },
  count: number,
  upTo: MessagePlace | undefined,
  from: number | undefined = undefined,
): Promise<readonly Shown[]> {
  const pages: Shown[] = [];
  let cursor = from;
  let reached = upTo === undefined;
  do {
    const page = await api.request('messages', {
      ...source,
      ...(cursor === undefined ? { limit: firstPage } : { cursor, limit: nextPages }),
    });
    pages.push({ cursor, page });
    cursor = page.next;
    reached ||= page.items.some((message) => samePlace(message, upTo));
  } while (cursor !== undefined && (pages.length < count || !reached));
  return pages;
}
