import { useState } from 'preact/hooks';
import type { ErrorShape } from '../../main/core/requests.ts';
import { api, errorShape } from '../shared/api.ts';
import { ErrorNotice } from '../shared/notice.tsx';
import { addSource } from '../shared/sources.ts';
import { useRequest } from '../shared/use-request.ts';
import { useWords } from '../shared/words.tsx';

/** To be typed as it is, in every language. */
const demoCommand = 'npm run demo';

export function NoOpenClaw() {
  const words = useWords();
  const settings = useRequest('settings.get', {}).value;
  const [error, setError] = useState<ErrorShape | undefined>(undefined);
  const add = () => {
    addSource(api).then(
      () => setError(undefined),
      (reason: unknown) => setError(errorShape(reason)),
    );
  };
  if (settings === undefined) return null;
  if (settings.sources.some((source) => !source.enabled)) {
    return (
      <div class="welcome">
        <h1>{words.noOpenClaw.offTitle}</h1>
        <p>{words.noOpenClaw.offBody}</p>
        <p>
          <button type="button" onClick={() => void api.request('window.open', { window: 'preferences' })}>
            {words.recovery.preferences}
          </button>
        </p>
      </div>
    );
  }
  return (
    <div class="welcome">
      <h1>{words.noOpenClaw.title}</h1>
      <p>{words.noOpenClaw.body}</p>
      <p>
        <button type="button" onClick={add}>
          {words.noOpenClaw.add}
        </button>
      </p>
      <p class="dim">{words.noOpenClaw.demo}</p>
      <p>
        <code class="path">{demoCommand}</code>
      </p>
      <ErrorNotice error={error} />
    </div>
  );
}
