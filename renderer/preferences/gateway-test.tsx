import { useState } from 'preact/hooks';
import type { ErrorShape } from '../../main/core/requests.ts';
import type { Requests } from '../../main/ipc/contract.ts';
import { witnessState } from '../../main/wording/witness-copy.ts';
import { api, errorShape } from '../shared/api.ts';
import { ErrorNotice } from '../shared/notice.tsx';
import { useWords } from '../shared/words.tsx';

type Answer = Requests['testGateway']['out'];

/** Asks the gateway of one source now, and says how listening to it goes. */
export function GatewayTest({ root, now }: { readonly root: string; readonly now: number }) {
  const words = useWords();
  const text = words.preferences.gateway;
  const [asking, setAsking] = useState(false);
  const [answer, setAnswer] = useState<Answer | undefined>(undefined);
  const [error, setError] = useState<ErrorShape | undefined>(undefined);
  const ask = async () => {
    setAsking(true);
    setError(undefined);
    try {
      setAnswer(await api.request('testGateway', { root }));
    } catch (reason) {
      setError(errorShape(reason));
    } finally {
      setAsking(false);
    }
  };
  return (
    <>
      <div class="action">
        <button type="button" aria-label={text.testOf(root)} disabled={asking} onClick={() => void ask()}>
          {text.test}
        </button>
        <span role="status">
          {asking
            ? text.testing
            : answer !== undefined &&
              words.format.sentences([text[answer.gateway], answer.stream && text.stream(witnessState(words, answer.stream, now))])}
        </span>
      </div>
      <ErrorNotice error={error} />
    </>
  );
}
