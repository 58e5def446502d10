import { useState } from 'preact/hooks';
import type { ErrorShape } from '../../main/core/requests.ts';
import type { RestoreSummary } from '../../main/core/types.ts';
import { api, errorShape } from '../shared/api.ts';
import { ErrorNotice } from '../shared/notice.tsx';
import { Time } from '../shared/time.tsx';
import { useRequest } from '../shared/use-request.ts';
import { useWords } from '../shared/words.tsx';

/** What was put back from this conversation and still stands, each with its way back. */
export function StandingRestores({ sessionRow, version }: { readonly sessionRow: number; readonly version: number }) {
  const words = useWords();
  const { value, reload } = useRequest('restores', {}, version);
  const [error, setError] = useState<ErrorShape | undefined>(undefined);
  const standing = (value ?? []).filter((restore) => restore.sessionRow === sessionRow && isStanding(restore));
  const undo = (restoreId: string) => {
    api.request('undo', { restoreId }).then(
      () => {
        setError(undefined);
        reload();
      },
      (reason: unknown) => setError(errorShape(reason)),
    );
  };
  return (
    <>
      {standing.map((restore) => (
        <p key={restore.id} class="restored">
          <span>
            {words.recovery.restoredAt} <Time at={restore.startedAt} withDay />
          </span>
          <span class="path">{restore.path}</span>
          <button type="button" onClick={() => undo(restore.id)}>
            {words.recovery.undo}
          </button>
        </p>
      ))}
      <ErrorNotice error={error} />
    </>
  );
}

/** An exported file is the person's own; taking it away again is not offered. */
const isStanding = (restore: RestoreSummary): boolean => restore.phase === 'verified' && restore.target !== 'file';
