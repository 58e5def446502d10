import { useEffect, useState } from 'preact/hooks';
import type { ErrorShape } from '../../main/core/requests.ts';
import type { RestorePlan, RestoreReceipt, RestoreTarget } from '../../main/core/types.ts';
import { api, errorShape } from '../shared/api.ts';
import type { RestoreSubject } from './restore-sheet.tsx';

export type RestoreStep =
  | { readonly is: 'preview' }
  | { readonly is: 'applying' }
  | { readonly is: 'done' | 'undoing' | 'undone'; readonly receipt: RestoreReceipt };

export interface RestoreFlow {
  readonly plan: RestorePlan | undefined;
  readonly step: RestoreStep;
  readonly error: ErrorShape | undefined;
  /** Looks again at what a restore would do: what stood in the way may be gone. */
  look(): void;
  apply(): void;
  undo(): void;
}

/** Plans at once, and again for another target; a file is asked for only when the person goes on. */
export function useRestore(subject: RestoreSubject, target: RestoreTarget): RestoreFlow {
  const [plan, setPlan] = useState<RestorePlan | undefined>(undefined);
  const [step, setStep] = useState<RestoreStep>({ is: 'preview' });
  const [error, setError] = useState<ErrorShape | undefined>(undefined);
  const [looks, setLooks] = useState(0);

  useEffect(() => {
    let current = true;
    setError(undefined);
    if (target === 'file') setPlan(undefined);
    if (target === 'new-session') {
      api.request('planRestore', { ...subject, target }).then(
        (next) => {
          if (current) setPlan(next);
        },
        (reason: unknown) => {
          if (current) setError(errorShape(reason));
        },
      );
    }
    return () => {
      current = false;
    };
  }, [subject, target, looks]);

  const apply = async () => {
    setError(undefined);
    setStep({ is: 'applying' });
    try {
      // By its plan: what is done is what was shown.
      const receipt =
        target === 'file' || plan === undefined ? await restoreToFile(subject) : await api.request('restore', { planId: plan.planId });
      setStep(receipt === undefined ? { is: 'preview' } : { is: 'done', receipt });
    } catch (reason) {
      setStep({ is: 'preview' });
      setError(errorShape(reason));
    }
  };
  const undo = async () => {
    if (step.is !== 'done') return;
    const { receipt } = step;
    setError(undefined);
    setStep({ is: 'undoing', receipt });
    try {
      await api.request('undo', { restoreId: receipt.restoreId });
      setStep({ is: 'undone', receipt });
    } catch (reason) {
      setStep({ is: 'done', receipt });
      setError(errorShape(reason));
    }
  };
  return { plan, step, error, look: () => setLooks(looks + 1), apply: () => void apply(), undo: () => void undo() };
}

async function restoreToFile(subject: RestoreSubject): Promise<RestoreReceipt | undefined> {
  const output = await api.request('dialog.saveFile', { suggestedName: 'conversation.jsonl' });
  return output === null ? undefined : api.request('restore', { ...subject, target: 'file', output });
}
