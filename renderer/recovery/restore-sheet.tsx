import { useEffect, useRef } from 'preact/hooks';
import type { RestorePlan, RestoreReceipt, RestoreTarget } from '../../main/core/types.ts';
import { ErrorNotice } from '../shared/notice.tsx';
import { useSheet } from '../shared/use-sheet.ts';
import { useWords } from '../shared/words.tsx';
import { PlanDetails } from './plan-details.tsx';
import { useRestore } from './use-restore.ts';

/** What is to be put back: what an incident lost, or a conversation. */
export type RestoreSubject = { readonly incidentId: string; readonly sessionRow?: number } | { readonly sessionRow: number };

interface RestoreSheetProps {
  readonly subject: RestoreSubject;
  readonly onClose: () => void;
}

/** Preview, confirmation, result and undo of a restore. Nothing happens before the person presses Restore. */
export function RestoreSheet({ subject, onClose }: RestoreSheetProps) {
  const words = useWords();
  const text = words.sheet;
  const { target, canContinue, plan, step, error, choose, look, apply, undo } = useRestore(subject);
  const busy = step.is === 'applying' || step.is === 'undoing';
  const { dialog, onCancel } = useSheet(busy);
  const done = step.is === 'done' || step.is === 'undoing' || step.is === 'undone';
  const refused = plan?.refusal !== undefined;
  const ready = target === 'file' || (plan !== undefined && !refused);
  return (
    <dialog ref={dialog} class="sheet" aria-labelledby="sheet-title" onClose={onClose} onCancel={onCancel}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (done) dialog.current?.close();
          else if (refused) look();
          else if (ready && !busy) apply();
        }}
      >
        {done ? (
          <Done receipt={step.receipt} plan={plan} undone={step.is === 'undone'} />
        ) : (
          <>
            <h1 id="sheet-title">
              {target === 'file' ? text.fileTitle : plan === undefined ? words.recovery.restore : text.title(plan.messages)}
            </h1>
            <TargetChoice target={target} canContinue={canContinue} disabled={busy} onChange={choose} />
            {target !== 'file' &&
              (plan === undefined ? error === undefined && <p class="dim">{text.planning}</p> : <PlanDetails plan={plan} />)}
          </>
        )}
        <ErrorNotice error={error} />
        <div class="acts" data-step={step.is}>
          {step.is === 'done' && step.receipt.sessionId !== undefined && (
            <button type="button" onClick={undo}>
              {text.undo}
            </button>
          )}
          <span class="gap" role="status">
            {step.is === 'applying' ? text.applying : step.is === 'undoing' ? text.undoing : ''}
          </span>
          {!done && (
            <button type="button" disabled={busy} onClick={() => dialog.current?.close()}>
              {text.cancel}
            </button>
          )}
          <PrimaryButton key={step.is} disabled={busy || !(done || refused || ready)}>
            {done ? text.close : refused ? text.retry : target === 'file' ? text.asFile : text.apply}
          </PrimaryButton>
        </div>
      </form>
    </dialog>
  );
}

/** Has the focus as soon as it can be pressed, so that Enter does what the sheet is for. */
function PrimaryButton({ disabled, children }: { readonly disabled: boolean; readonly children: string }) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!disabled) button.current?.focus();
  }, [disabled]);
  return (
    <button ref={button} type="submit" class="primary" disabled={disabled}>
      {children}
    </button>
  );
}

interface TargetChoiceProps {
  readonly target: RestoreTarget | undefined;
  readonly canContinue: boolean;
  readonly disabled: boolean;
  readonly onChange: (target: RestoreTarget) => void;
}

function TargetChoice({ target, canContinue, disabled, onChange }: TargetChoiceProps) {
  const text = useWords().sheet;
  const choices = [
    ...(canContinue ? [{ value: 'same-session', label: text.inPlace, hint: text.inPlaceHint } as const] : []),
    { value: 'new-session', label: text.asNew, hint: text.asNewHint },
    { value: 'file', label: text.asFile, hint: text.asFileHint },
  ] as const;
  return (
    <fieldset class="targets" disabled={disabled}>
      <legend class="visually-hidden">{text.targetLabel}</legend>
      {choices.map(({ value, label, hint }) => (
        <label key={value}>
          <input type="radio" name="target" checked={target === value} onChange={() => onChange(value)} />
          <span>{label}</span>
          <small class="dim">{hint}</small>
        </label>
      ))}
    </fieldset>
  );
}

/** What OpenClaw took in itself is in the one file that it keeps. */
function isDatabase({ path }: RestoreReceipt): boolean {
  return path.endsWith('.sqlite');
}

interface DoneProps {
  readonly receipt: RestoreReceipt;
  readonly plan: RestorePlan | undefined;
  readonly undone: boolean;
}

function Done({ receipt, plan, undone }: DoneProps) {
  const text = useWords().sheet;
  if (undone) return <h1 id="sheet-title">{text.undone}</h1>;
  return (
    <div role="status" class="done">
      <h1 id="sheet-title">{text.done(receipt.messages)}</h1>
      <p>{receipt.already ? text.doneAlready : isDatabase(receipt) ? text.verifiedRows : text.verified}</p>
      {receipt.gatewayIsDown === true && <p class="notice">{text.gatewayIsDown}</p>}
      {plan?.target === 'same-session' && <p>{text.goesOn}</p>}
      {receipt.sessionId !== undefined && plan?.label !== undefined && <p>{text.findIt(plan.label)}</p>}
      <p class="path dim">{receipt.path}</p>
    </div>
  );
}
