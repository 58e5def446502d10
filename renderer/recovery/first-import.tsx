import type { CoreStatus } from '../../main/core/types.ts';
import { foundCopy } from '../../main/wording/found-copy.ts';
import { useWords } from '../shared/words.tsx';
import { AtLogin } from './at-login.tsx';

/** While nothing is chosen: what was found when Clawback came, and how much of it is saved. */
export function FirstImport({ status }: { readonly status: CoreStatus | undefined }) {
  const words = useWords();
  const protects = status?.running === true && status.sources.some((source) => source.sessions > 0);
  if (!protects) return <p class="placeholder dim">{words.recovery.choose}</p>;
  const { importing } = status;
  if (importing === undefined || importing.totalBytes === 0) {
    return (
      <div class="welcome">
        <div role="status">
          <h1>{foundCopy(words, status)}</h1>
        </div>
        <p class="dim">{words.recovery.choose}</p>
        <AtLogin />
      </div>
    );
  }
  const { doneBytes, totalBytes } = importing;
  return (
    <div class="welcome">
      <h1>{words.status.importTitle}</h1>
      <p>
        <progress aria-label={words.status.importTitle} max={totalBytes} value={doneBytes} />
      </p>
      <p class="num">{words.status.readSoFar(doneBytes, totalBytes)}</p>
      <p class="dim num">{foundCopy(words, status)}</p>
    </div>
  );
}
