import { useEffect, useState } from 'preact/hooks';
import type { CoreStatus } from '../../main/core/types.ts';
import { api } from './api.ts';
import { useRequest } from './use-request.ts';

/** The core's status as it changes; `undefined` until the first answer. */
export function useStatus(): CoreStatus | undefined {
  const first = useRequest('status', {});
  const [pushed, setPushed] = useState<CoreStatus | undefined>(undefined);
  useEffect(() => api.subscribe('status', setPushed), []);
  return pushed ?? first.value;
}

/** Epoch ms, renewed every `everyMs`, so that "2 s ago" stays true. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
