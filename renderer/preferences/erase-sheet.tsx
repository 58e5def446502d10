import { useEffect, useRef, useState } from 'preact/hooks';
import type { StorageFacts } from '../../main/core/storage-facts.ts';
import { FirstButton } from '../shared/first-button.tsx';
import { ErrorNotice } from '../shared/notice.tsx';
import { useSheet } from '../shared/use-sheet.ts';
import { useWords } from '../shared/words.tsx';
import { useTask } from './use-task.ts';

interface EraseSheetProps {
  readonly facts: StorageFacts;
  readonly onErased: () => void;
  readonly onClose: () => void;
}

/** Says what goes when everything is erased, and does so only for somebody who types the word. */
export function EraseSheet({ facts, onErased, onClose }: EraseSheetProps) {
  const text = useWords().preferences.storage.erasing;
  const [typed, setTyped] = useState('');
  // What is asked for was there when it was asked; afterwards there is less.
  const [asked] = useState(facts);
  const { state, start } = useTask('eraseAll', {}, { onDone: onErased });
  const busy = state.is === 'running';
  const { dialog, onCancel } = useSheet(busy);
  const close = () => dialog.current?.close();
  const isTyped = typed.trim().toLowerCase() === text.word;
  const erase = (event: Event) => {
    event.preventDefault();
    if (isTyped && !busy) start();
  };
  return (
    <dialog ref={dialog} class="sheet" aria-labelledby="erase-title" onClose={onClose} onCancel={onCancel}>
      {state.is === 'done' ? (
        <>
          <div role="status" class="done">
            <h1 id="erase-title">{text.done}</h1>
            <p>{text.doneBody(state.result.bytes)}</p>
          </div>
          <div class="acts">
            <span class="gap" />
            <FirstButton label={text.close} disabled={false} onClick={close} />
          </div>
        </>
      ) : (
        <form onSubmit={erase}>
          <Question facts={asked} />
          <Word typed={typed} disabled={busy} onType={setTyped} />
          {state.is === 'failed' && <ErrorNotice error={state.error} />}
          <div class="acts">
            <span class="gap" role="status">
              {busy ? text.applying : ''}
            </span>
            <button type="button" disabled={busy} onClick={close}>
              {text.cancel}
            </button>
            <button type="submit" class="destructive" disabled={busy || !isTyped}>
              {text.apply}
            </button>
          </div>
        </form>
      )}
    </dialog>
  );
}

interface WordProps {
  readonly typed: string;
  readonly disabled: boolean;
  readonly onType: (typed: string) => void;
}

function Word({ typed, disabled, onType }: WordProps) {
  const text = useWords().preferences.storage.erasing;
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  return (
    <label class="typed">
      {text.type(text.word)}
      <input
        ref={input}
        type="text"
        autocomplete="off"
        spellcheck={false}
        value={typed}
        disabled={disabled}
        onInput={({ currentTarget }) => onType(currentTarget.value)}
      />
    </label>
  );
}

function Question({ facts }: Pick<EraseSheetProps, 'facts'>) {
  const { format, preferences } = useWords();
  const { erasing: text, eraseOnlyHere } = preferences.storage;
  const { bytes, conversations, onlyHere, setAside } = facts;
  return (
    <>
      <h1 id="erase-title">{text.title}</h1>
      <dl class="plan">
        <dt>{text.goesLabel}</dt>
        <dd>
          <p>{text.goes(bytes, conversations)}</p>
          {onlyHere.conversations > 0 && <p class="grave">{eraseOnlyHere(onlyHere.conversations, onlyHere.messages)}</p>}
        </dd>
        <dt>{text.alsoLabel}</dt>
        <dd>{format.sentences([text.also, setAside.buffers === 0 ? undefined : text.setAside(setAside.buffers, setAside.bytes)])}</dd>
        <dt>{text.staysLabel}</dt>
        <dd>{text.stays}</dd>
        <dt>{text.afterLabel}</dt>
        <dd>{text.after}</dd>
      </dl>
    </>
  );
}
