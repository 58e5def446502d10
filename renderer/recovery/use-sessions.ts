import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { ErrorShape, SessionFilter } from '../../main/core/requests.ts';
import type { SessionSummary } from '../../main/core/types.ts';
import { api, errorShape } from '../shared/api.ts';

export interface Sessions {
  readonly items: readonly SessionSummary[] | undefined;
  readonly more: boolean;
  readonly error: ErrorShape | undefined;
  loadMore(): void;
}

interface Loaded {
  readonly items: readonly SessionSummary[];
  /** Cursor of what follows. */
  readonly next: number | undefined;
}

const firstPage = 60;
const mostAtOnce = 200;
const WHOLE_EVERY_MS = 10_000;

/**
 * The conversations, newest first, page by page. A change in the core reads the newest again at once, and all that is shown
 * every 10 s at most: ten thousand rows are many requests, and what changes is nearly always at the top.
 */
export function useSessions(query: SessionFilter, version: number): Sessions {
  const key = JSON.stringify(query);
  const [loaded, setLoaded] = useState<Loaded | undefined>(undefined);
  const [error, setError] = useState<ErrorShape | undefined>(undefined);
  const current = useRef<{ key: string; loaded: Loaded | undefined; wholeAt: number }>({ key, loaded: undefined, wholeAt: 0 });
  const busy = useRef(false);

  const keep = useCallback((next: Loaded) => {
    current.current.loaded = next;
    setLoaded(next);
    setError(undefined);
  }, []);
  const fail = useCallback((reason: unknown) => setError(errorShape(reason)), []);

  useEffect(() => {
    const state = current.current;
    if (state.key !== key) current.current = { key, loaded: undefined, wholeAt: 0 };
    let isCurrent = true;
    const read = (count: number) => {
      readSessions(JSON.parse(key), count).then(
        (fresh) => {
          if (isCurrent) keep(withFresh(fresh, current.current.loaded));
        },
        (reason) => {
          if (isCurrent) fail(reason);
        },
      );
    };
    const shown = () => Math.max(firstPage, current.current.loaded?.items.length ?? 0);
    const readWhole = () => {
      current.current.wholeAt = Date.now();
      read(shown());
    };
    const waitMs = current.current.wholeAt + WHOLE_EVERY_MS - Date.now();
    if (shown() <= mostAtOnce || waitMs <= 0) readWhole();
    else read(mostAtOnce);
    const whole = shown() > mostAtOnce && waitMs > 0 ? setTimeout(readWhole, waitMs) : undefined;
    return () => {
      isCurrent = false;
      clearTimeout(whole);
    };
  }, [key, version, keep, fail]);

  const loadMore = useCallback(() => {
    const next = current.current.loaded?.next;
    if (busy.current || next === undefined) return;
    busy.current = true;
    readPage(JSON.parse(key), mostAtOnce, next)
      .then((page) => {
        const before = current.current;
        if (before.key !== key || before.loaded === undefined) return;
        keep({ items: eachOnce([...before.loaded.items, ...page.items]), next: page.next });
      }, fail)
      .finally(() => {
        busy.current = false;
      });
  }, [key, keep, fail]);

  return { items: loaded?.items, more: loaded?.next !== undefined, error, loadMore };
}

/** The newest as they are now, and after them what was read before. */
function withFresh(fresh: Loaded, before: Loaded | undefined): Loaded {
  if (before === undefined || fresh.next === undefined || fresh.items.length >= before.items.length) return fresh;
  const end = fresh.items.length;
  return { items: eachOnce([...fresh.items, ...before.items.slice(end)]), next: before.next };
}

/** A conversation that goes on moves to the top, and would be listed at its old place as well. */
function eachOnce(items: readonly SessionSummary[]): readonly SessionSummary[] {
  const seen = new Set<number>();
  return items.filter(({ id }) => !seen.has(id) && seen.add(id));
}

async function readSessions(query: SessionFilter, count: number): Promise<Loaded> {
  const items: SessionSummary[] = [];
  let next: number | undefined;
  do {
    const page = await readPage(query, Math.min(mostAtOnce, count - items.length), next);
    items.push(...page.items);
    next = page.next;
  } while (next !== undefined && items.length < count);
  return { items, next };
}

async function readPage(query: SessionFilter, limit: number, cursor: number | undefined): Promise<Loaded> {
  const page = await api.request('sessions', {
    ...query,
    limit,
    ...(cursor === undefined ? {} : { cursor }),
  });
  return { items: page.items, next: page.next };
}
