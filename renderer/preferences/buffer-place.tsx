import { useState } from 'preact/hooks';
import type { ErrorShape, MovePlan } from '../../main/core/requests.ts';
import type { StorageFacts } from '../../main/core/storage-facts.ts';
import { api, errorShape } from '../shared/api.ts';
import { ErrorNotice } from '../shared/notice.tsx';
import { useWords } from '../shared/words.tsx';
import { MoveSheet } from './move-sheet.tsx';
import { RevealButton } from './reveal-button.tsx';

interface BufferPlaceProps {
  /** Where the buffer is by default. */
  readonly home: string;
  readonly facts: StorageFacts;
  readonly onMoved: () => void;
}

/** Where the buffer is, and the way to somewhere else. */
export function BufferPlace({ home, facts, onMoved }: BufferPlaceProps) {
  const text = useWords().preferences.storage;
  const [plan, setPlan] = useState<MovePlan | undefined>(undefined);
  const [error, setError] = useState<ErrorShape | undefined>(undefined);
  const propose = async (choose: () => Promise<string | null>) => {
    setError(undefined);
    try {
      const folder = await choose();
      if (folder !== null) setPlan(await api.request('planMove', { folder }));
    } catch (reason) {
      setError(errorShape(reason));
    }
  };
  return (
    <>
      <p class="path">{facts.path}</p>
      <div class="action">
        <RevealButton folder="buffer" label={text.reveal} />
        <button type="button" onClick={() => void propose(() => api.request('dialog.moveBuffer', {}))}>
          {text.place.move}
        </button>
        {facts.isElsewhere && (
          <button type="button" onClick={() => void propose(async () => home)}>
            {text.place.moveBack}
          </button>
        )}
      </div>
      <ErrorNotice error={error} />
      {plan !== undefined && <MoveSheet plan={plan} onMoved={onMoved} onClose={() => setPlan(undefined)} />}
    </>
  );
}
