import { useState } from 'preact/hooks';
import type { ErrorShape } from '../../main/core/requests.ts';
import { api, errorShape } from '../shared/api.ts';
import { ErrorNotice } from '../shared/notice.tsx';
import { useRequest } from '../shared/use-request.ts';
import { useWords } from '../shared/words.tsx';

/** Asked once, by the very first start, when everything is saved; after that it is in the preferences alone. */
export function AtLogin() {
  const words = useWords();
  const { value: info, reload } = useRequest('app.info', {});
  const [error, setError] = useState<ErrorShape | undefined>(undefined);
  if (info?.firstStart !== true || info.loginItem === 'unsupported') return null;
  const set = (openAtLogin: boolean) => {
    api
      .request('settings.set', { openAtLogin })
      .then(
        () => setError(undefined),
        (reason: unknown) => setError(errorShape(reason)),
      )
      // What the system made of it is what is shown.
      .finally(reload);
  };
  return (
    <>
      <label class="at-login">
        <input type="checkbox" checked={info.loginItem !== 'disabled'} onChange={(event) => set(event.currentTarget.checked)} />
        {words.recovery.atLogin}
      </label>
      {info.loginItem === 'requires-approval' && <p class="dim">{words.preferences.loginApproval}</p>}
      <ErrorNotice error={error} />
    </>
  );
}
