import { useEffect, useRef, useState } from 'preact/hooks';
import type { ErrorShape } from '../../main/core/requests.ts';
import type { ForgetReceipt, SessionSummary } from '../../main/core/types.ts';
import { api, errorShape } from '../shared/api.ts';
import { ErrorNotice } from '../shared/notice.tsx';
import { useWords } from '../shared/words.tsx';
import { useSheet } from './use-sheet.ts';

interface ForgetSheetProps {
  readonly session: SessionSummary;
  /** It is gone: nothing may show it any more. */
  readonly onForgotten: () => void;
  readonly onClose: () => void;
}

/** Asks before a conversation is erased, and says what was. */
export function ForgetSheet({ session, onForgotten, onClose }: ForgetSheetProps) {
  const words = useWords();
  const text = words.forgetting;
  const [receipt, setReceipt] = useState<ForgetReceipt | undefined>(undefined);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorShape | undefined>(undefined);
  const { dialog, onCancel } = useSheet(busy);
  const forget = () => {
    setBusy(true);
    setError(undefined);
    api
      .request('forget', { sessionRow: session.id })
      .then(
        (erased) => {
          setReceipt(erased);
          onForgotten();
        },
        (reason: unknown) => setError(errorShape(reason)),
      )
      .finally(() => setBusy(false));
  };
  const close = () => dialog.current?.close();
  return (
    <dialog ref={dialog} class="sheet" aria-labelledby="forget-title" onClose={onClose} onCancel={onCancel}>
      {receipt === undefined ? <Question session={session} /> : <Done receipt={receipt} />}
      <ErrorNotice error={error} />
      <div class="acts">
        <span class="gap" role="status">
          {busy ? text.applying : ''}
        </span>
        {receipt === undefined ? (
          <>
            <FirstButton key={String(busy)} label={text.cancel} disabled={busy} onClick={close} />
            <button type="button" class="destructive" disabled={busy} onClick={forget}>
              {text.apply}
            </button>
          </>
        ) : (
          <FirstButton key="close" label={text.close} disabled={false} onClick={close} />
        )}
      </div>
    </dialog>
  );
}

interface FirstButtonProps {
  readonly label: string;
  readonly disabled: boolean;
  readonly onClick: () => void;
}

/** Has the focus: Enter, pressed without a thought, erases nothing. */
function FirstButton({ label, disabled, onClick }: FirstButtonProps) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), []);
  return (
    <button ref={button} type="button" disabled={disabled} onClick={onClick}>
      {label}
    </button>
  );
}

function Question({ session }: Pick<ForgetSheetProps, 'session'>) {
  const words = useWords();
  const text = words.forgetting;
  const onlyHere = session.state === 'restored' ? 0 : session.onlyHere;
  return (
    <>
      <h1 id="forget-title">{text.title}</h1>
      <p class="subject" dir="auto">
        {session.title}
      </p>
      <dl class="plan">
        <dt>{text.erasedLabel}</dt>
        <dd class={onlyHere > 0 ? 'grave' : ''}>{text.erased(session.records, onlyHere)}</dd>
        <dt>{text.staysLabel}</dt>
        <dd>{text.stays}</dd>
        <dt>{text.fromNowOnLabel}</dt>
        <dd>{text.fromNowOn}</dd>
      </dl>
    </>
  );
}

function Done({ receipt }: { readonly receipt: ForgetReceipt }) {
  const text = useWords().forgetting;
  return (
    <div role="status" class="done">
      <h1 id="forget-title">{text.done}</h1>
      <p>{text.doneBody(receipt.messages, receipt.bytes)}</p>
      {receipt.stillOnDisk && <p>{text.stillOnDisk}</p>}
    </div>
  );
}
