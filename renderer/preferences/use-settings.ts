import { useCallback, useEffect, useState } from 'preact/hooks';
import type { ErrorShape } from '../../main/core/requests.ts';
import type { Settings } from '../../main/ipc/contract.ts';
import { api, errorShape } from '../shared/api.ts';
import { useRequest } from '../shared/use-request.ts';

export interface SettingsInUse {
  readonly settings: Settings | undefined;
  /** Why the last change, or the first question, failed; another object each time. */
  readonly error: ErrorShape | undefined;
  /** True once it is stored. */
  change(patch: Partial<Settings>): Promise<boolean>;
}

/** The settings as they are stored, wherever they were changed. */
export function useSettings(): SettingsInUse {
  const first = useRequest('settings.get', {});
  const [changed, setChanged] = useState<Settings | undefined>(undefined);
  const [failure, setFailure] = useState<ErrorShape | undefined>(undefined);
  useEffect(() => api.subscribe('settings.changed', setChanged), []);
  const change = useCallback(async (patch: Partial<Settings>) => {
    try {
      setChanged(await api.request('settings.set', patch));
      setFailure(undefined);
      return true;
    } catch (reason) {
      setFailure(errorShape(reason));
      return false;
    }
  }, []);
  return { settings: changed ?? first.value, error: failure ?? first.error, change };
}
