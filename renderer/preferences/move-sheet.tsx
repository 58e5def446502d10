import type { MovePlan } from '../../main/core/requests.ts';
import { FirstButton } from '../shared/first-button.tsx';
import { ErrorNotice } from '../shared/notice.tsx';
import { useSheet } from '../shared/use-sheet.ts';
import { useWords } from '../shared/words.tsx';
import { useTask } from './use-task.ts';

interface MoveSheetProps {
  readonly plan: MovePlan;
  readonly onMoved: () => void;
  readonly onClose: () => void;
}

/** Says what moving the buffer means, moves it, and says where it is then. */
export function MoveSheet({ plan, onMoved, onClose }: MoveSheetProps) {
  const text = useWords().preferences.storage.place;
  const { state, progress, start } = useTask('moveBuffer', { folder: plan.to }, { task: 'move', onDone: onMoved });
  const busy = state.is === 'running';
  const { dialog, onCancel } = useSheet(busy);
  const close = () => dialog.current?.close();
  return (
    <dialog ref={dialog} class="sheet" aria-labelledby="move-title" onClose={onClose} onCancel={onCancel}>
      {state.is === 'done' ? (
        <div role="status" class="done">
          <h1 id="move-title">{text.done}</h1>
          <p class="path">{text.doneBody(state.result.bytes, state.result.folder)}</p>
          {state.result.leftBehind !== undefined && <p class="path">{text.leftBehind(state.result.leftBehind)}</p>}
        </div>
      ) : (
        <Question plan={plan} />
      )}
      {state.is === 'failed' && <ErrorNotice error={state.error} />}
      <div class="acts">
        <span class="gap">
          <span role="status">{busy ? text.applying : ''}</span>
          {busy && <progress aria-label={text.applying} {...(progress && { value: progress.done, max: progress.total })} />}
        </span>
        {state.is === 'done' ? (
          <FirstButton key="close" label={text.close} disabled={false} onClick={close} />
        ) : (
          <>
            <FirstButton key={String(busy)} label={text.cancel} disabled={busy} onClick={close} />
            <button type="button" class="primary" disabled={busy} onClick={start}>
              {text.apply}
            </button>
          </>
        )}
      </div>
    </dialog>
  );
}

function Question({ plan }: Pick<MoveSheetProps, 'plan'>) {
  const text = useWords().preferences.storage.place;
  return (
    <>
      <h1 id="move-title">{text.title}</h1>
      <dl class="plan">
        <dt>{text.fromLabel}</dt>
        <dd class="path">{plan.from}</dd>
        <dt>{text.toLabel}</dt>
        <dd class="path">{plan.to}</dd>
        <dt>{text.sizeLabel}</dt>
        <dd>{text.sizeOf(plan.bytes, plan.bytesFree)}</dd>
        <dt>{text.meanwhileLabel}</dt>
        <dd>{text.meanwhile}</dd>
      </dl>
    </>
  );
}
