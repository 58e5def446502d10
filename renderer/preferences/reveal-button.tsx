import { useState } from 'preact/hooks';
import type { ErrorShape } from '../../main/core/requests.ts';
import { api, errorShape } from '../shared/api.ts';
import { ErrorNotice } from '../shared/notice.tsx';

interface RevealButtonProps {
  readonly folder: 'buffer' | 'logs';
  readonly label: string;
}

/** Shows one of Clawback's own folders in the system's file manager. */
export function RevealButton({ folder, label }: RevealButtonProps) {
  const [error, setError] = useState<ErrorShape | undefined>(undefined);
  const reveal = () => {
    api.request('folder.reveal', { folder }).then(
      () => setError(undefined),
      (reason: unknown) => setError(errorShape(reason)),
    );
  };
  return (
    <>
      <button type="button" onClick={reveal}>
        {label}
      </button>
      <ErrorNotice error={error} />
    </>
  );
}
