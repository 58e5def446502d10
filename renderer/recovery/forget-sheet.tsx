import { useState } from 'preact/hooks';
import type { ErrorShape } from '../../main/core/requests.ts';
import type { ForgetReceipt, SessionSummary } from '../../main/core/types.ts';
import { api, errorShape } from '../shared/api.ts';
import { FirstButton } from '../shared/first-button.tsx';
import { ErrorNotice } from '../shared/notice.tsx';
import { useRequest } from '../shared/use-request.ts';
import { useSheet } from '../shared/use-sheet.ts';
import { useWords } from '../shared/words.tsx';

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
  const setAside = useRequest('storage', {}).value?.setAside;
  const [alsoSetAside, setAlsoSetAside] = useState(false);
  const { dialog, onCancel } = useSheet(busy);
  const forget = () => {
    setBusy(true);
    setError(undefined);
    api
      .request('forget', { sessionRow: session.id, ...(alsoSetAside ? { alsoSetAside } : {}) })
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
      {receipt === undefined && setAside !== undefined && setAside.buffers > 0 && (
        <label class="also">
          <input
            type="checkbox"
            checked={alsoSetAside}
            disabled={busy}
            onChange={({ currentTarget }) => setAlsoSetAside(currentTarget.checked)}
          />
          {text.setAside(setAside.buffers, setAside.bytes)}
        </label>
      )}
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
      {receipt.setAside > 0 && <p>{text.setAsideLeft(receipt.setAside)}</p>}
    </div>
  );
}
