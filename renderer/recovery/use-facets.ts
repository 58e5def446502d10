import { useEffect, useRef, useState } from 'preact/hooks';
import type { SessionFilter } from '../../main/core/requests.ts';
import type { SessionFacets } from '../../main/core/types.ts';
import { useRequest } from '../shared/use-request.ts';

/** Counting ten thousand conversations takes some 20 ms, too much for every commit of a busy gateway. */
const EVERY_MS = 10_000;

const none: SessionFacets = { agents: [], automatic: 0 };

/** What there is to filter by, and how much is automatic; asked at once for another filter, else every 10 s at most. */
export function useFacets(filter: SessionFilter, version: number): SessionFacets {
  const { value } = useRequest('sessionFacets', filter, usePaced(version, EVERY_MS));
  return value ?? none;
}

/** The value, which changes every so often at most, and always in the end. */
function usePaced(value: number, everyMs: number): number {
  const [paced, setPaced] = useState(value);
  const changedAt = useRef(0);
  useEffect(() => {
    if (value === paced) return;
    const waitMs = Math.max(0, changedAt.current + everyMs - Date.now());
    const timer = setTimeout(() => {
      changedAt.current = Date.now();
      setPaced(value);
    }, waitMs);
    return () => clearTimeout(timer);
  }, [value, paced, everyMs]);
  return paced;
}
