import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { ErrorShape } from '../../main/core/requests.ts';
import type { Channel, Requests } from '../../main/ipc/contract.ts';
import { api, errorShape } from './api.ts';

export interface Requested<T> {
  readonly value: T | undefined;
  readonly error: ErrorShape | undefined;
  reload(): void;
}

/**
 * Asks once, and again when the input changes. The last answer stays while a new one is on its way, so that lists do not
 * flicker; an answer that comes after a newer question is dropped. `undefined` as input asks nothing. `version`: changes when
 * the buffer's content did; the same is asked again then.
 */
export function useRequest<K extends Channel>(
  channel: K,
  input: Requests[K]['in'] | undefined,
  version = 0,
): Requested<Requests[K]['out']> {
  const [value, setValue] = useState<Requests[K]['out'] | undefined>(undefined);
  const [error, setError] = useState<ErrorShape | undefined>(undefined);
  const latest = useRef(0);
  const key = JSON.stringify(input);
  const reload = useCallback(() => {
    latest.current += 1;
    const turn = latest.current;
    const current: Requests[K]['in'] | undefined = key === undefined ? undefined : JSON.parse(key);
    if (current === undefined) {
      setValue(undefined);
      setError(undefined);
      return;
    }
    api.request(channel, current).then(
      (answer) => {
        if (turn !== latest.current) return;
        setValue(answer);
        setError(undefined);
      },
      (reason: unknown) => {
        if (turn === latest.current) setError(errorShape(reason));
      },
    );
  }, [channel, key]);
  useEffect(reload, [reload, version]);
  return { value, error, reload };
}
