import { useEffect, useState } from 'preact/hooks';
import type { CoreRequests, ErrorShape } from '../../main/core/requests.ts';
import { api, errorShape } from '../shared/api.ts';
import { ErrorNotice } from '../shared/notice.tsx';
import { useRequest } from '../shared/use-request.ts';
import { useSheet } from '../shared/use-sheet.ts';
import { useWords } from '../shared/words.tsx';

interface RecoverSheetProps {
  readonly incidentId: string;
  readonly onClose: () => void;
}

type Receipt = CoreRequests['recoverAll']['out'];

/** Preview, confirmation and result of putting everything back that one incident lost. */
export function RecoverSheet({ incidentId, onClose }: RecoverSheetProps) {
  const words = useWords();
  const text = words.recoverSheet;
  // To press the button is to allow what is shown, also that OpenClaw is stopped for a moment.
  const [request] = useState(() => ({ incidentId, mayRestart: true }));
  const { value: plan, error: planError, reload } = useRequest('planRecovery', request);
  const [receipt, setReceipt] = useState<Receipt | undefined>(undefined);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorShape | undefined>(undefined);
  const { dialog, onCancel } = useSheet(busy);
  useEffect(() => api.subscribe('resolved', reload), [reload]);
  const refusal = plan?.refusal === undefined ? undefined : words.problems.error(plan.refusal);
  const apply = () => {
    setBusy(true);
    setError(undefined);
    api
      .request('recoverAll', request)
      .then(setReceipt, (reason: unknown) => setError(errorShape(reason)))
      .finally(() => setBusy(false));
  };
  const close = () => dialog.current?.close();
  return (
    <dialog ref={dialog} class="sheet" aria-labelledby="recover-title" onClose={onClose} onCancel={onCancel}>
      {receipt !== undefined ? (
        <div role="status" class="done">
          <h1 id="recover-title">{text.done(receipt.restores.length, receipt.messages)}</h1>
          <p>{words.sheet.verifiedRows}</p>
          {receipt.gatewayIsDown === true && <p class="notice">{words.sheet.gatewayIsDown}</p>}
        </div>
      ) : (
        <>
          <h1 id="recover-title">{plan === undefined ? words.sheet.planning : text.title(plan.conversations, plan.messages)}</h1>
          {refusal !== undefined && (
            <div class="notice" role="alert" data-refusal={plan?.refusal?.code}>
              <strong>{words.sheet.cannot}</strong>
              {words.format.gap}
              {words.format.sentences([refusal.message, refusal.hint])}
            </div>
          )}
          {plan !== undefined && refusal === undefined && (
            <dl class="plan">
              <dt>{words.sheet.where}</dt>
              <dd>{text.where}</dd>
              <dt>{words.sheet.how}</dt>
              <dd data-route={plan.route}>{plan.route === 'import-restart' ? words.sheet.byImportWithPause : words.sheet.byImport}</dd>
            </dl>
          )}
        </>
      )}
      <ErrorNotice error={error ?? planError} />
      <div class="acts">
        <span class="gap" role="status">
          {busy ? words.sheet.applying : ''}
        </span>
        {receipt === undefined && (
          <button type="button" disabled={busy} onClick={close}>
            {words.sheet.cancel}
          </button>
        )}
        {receipt === undefined ? (
          <button type="button" class="primary" disabled={busy || plan === undefined || refusal !== undefined} onClick={apply}>
            {words.sheet.apply}
          </button>
        ) : (
          <button type="button" class="primary" onClick={close}>
            {words.sheet.close}
          </button>
        )}
      </div>
    </dialog>
  );
}
