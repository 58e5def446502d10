import { FirstButton } from '../shared/first-button.tsx';
import { ErrorNotice } from '../shared/notice.tsx';
import { useSheet } from '../shared/use-sheet.ts';
import { useWords } from '../shared/words.tsx';
import { useTask } from './use-task.ts';

/** Asks before an empty buffer takes the place of one that cannot be reached. */
export function AnewSheet({ onClose }: { readonly onClose: () => void }) {
  const text = useWords().preferences.storage.place;
  const { dialog, onCancel } = useSheet(false);
  const close = () => dialog.current?.close();
  const { state, start } = useTask('storage.anew', {}, { onDone: close });
  return (
    <dialog ref={dialog} class="sheet" aria-labelledby="anew-title" onClose={onClose} onCancel={onCancel}>
      <h1 id="anew-title">{text.anewTitle}</h1>
      <p>{text.anewBody}</p>
      {state.is === 'failed' && <ErrorNotice error={state.error} />}
      <div class="acts">
        <span class="gap" />
        <FirstButton label={text.cancel} disabled={false} onClick={close} />
        <button type="button" class="destructive" onClick={start}>
          {text.anewApply}
        </button>
      </div>
    </dialog>
  );
}
