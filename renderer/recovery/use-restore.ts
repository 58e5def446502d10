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
  /** What the person chose, else the best that can be done; `undefined` until that is known. */
  readonly target: RestoreTarget | undefined;
  /** Into the chat that lost it, which has no transcript; waiting for a turn of it to end at most. */
  readonly canContinue: boolean;
  readonly plan: RestorePlan | undefined;
  readonly step: RestoreStep;
  readonly error: ErrorShape | undefined;
  choose(target: RestoreTarget): void;
  /** Looks again at what a restore would do: what stood in the way may be gone. */
  look(): void;
  apply(): void;
  undo(): void;
}

const BUSY_LOOK_MS = 2_000;

/** Plans at once, and again for another target or while the chat is busy; a file is asked for only when the person goes on. */
export function useRestore(subject: RestoreSubject): RestoreFlow {
  const [chosen, setChosen] = useState<RestoreTarget | undefined>(undefined);
  const [inPlace, setInPlace] = useState<RestorePlan | 'impossible' | undefined>(undefined);
  const [beside, setBeside] = useState<RestorePlan | undefined>(undefined);
  const [step, setStep] = useState<RestoreStep>({ is: 'preview' });
  const [error, setError] = useState<ErrorShape | undefined>(undefined);
  const [looks, setLooks] = useState(0);
  const canContinue = typeof inPlace === 'object';
  const best = inPlace === undefined ? undefined : canContinue && inPlace.refusal === undefined ? 'same-session' : 'new-session';
  // What the person chose may become impossible while they look at it.
  const target = chosen === 'same-session' && inPlace === 'impossible' ? 'new-session' : (chosen ?? best);

  useEffect(
    () =>
      whileCurrent(planInPlace(subject), setInPlace, (reason) => {
        setInPlace('impossible');
        setError(reason);
      }),
    [subject, looks],
  );
  useEffect(() => {
    if (target !== 'new-session') return;
    // To press Restore is to allow what is shown, also that OpenClaw is stopped for a moment.
    return whileCurrent(api.request('planRestore', { ...subject, target, mayRestart: true }), setBeside, setError);
  }, [subject, target, looks]);

  const plan = target === 'new-session' ? beside : target === 'same-session' && canContinue ? inPlace : undefined;
  // A chat gets quiet by itself: nobody should have to press a button to find out.
  useEffect(() => {
    if (step.is !== 'preview' || plan?.refusal?.code !== 'session-busy') return;
    const again = setTimeout(() => setLooks((before) => before + 1), BUSY_LOOK_MS);
    return () => clearTimeout(again);
  }, [plan, step]);
  const apply = async () => {
    setError(undefined);
    setStep({ is: 'applying' });
    try {
      // By its plan: what is done is what was shown.
      const receipt = plan === undefined ? await restoreToFile(subject) : await api.request('restore', { planId: plan.planId });
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
  return {
    target,
    canContinue,
    plan,
    step,
    error,
    choose: (next) => {
      setError(undefined);
      setChosen(next);
    },
    look: () => {
      setError(undefined);
      setLooks(looks + 1);
    },
    apply: () => void apply(),
    undo: () => void undo(),
  };
}

/** What comes for a question that is no longer asked is dropped. */
function whileCurrent<T>(work: Promise<T>, done: (value: T) => void, failed: (error: ErrorShape) => void): () => void {
  let current = true;
  work.then(
    (value) => {
      if (current) done(value);
    },
    (reason: unknown) => {
      if (current) failed(errorShape(reason));
    },
  );
  return () => {
    current = false;
  };
}

/** A plan reads all that it would write; one that can only be refused is not asked for. */
async function planInPlace(subject: RestoreSubject): Promise<RestorePlan | 'impossible'> {
  const row =
    subject.sessionRow ?? ('incidentId' in subject ? (await api.request('incident', { id: subject.incidentId })).sessionRow : undefined);
  if (row === undefined) return 'impossible';
  const { generations } = await api.request('session', { row });
  if (generations.some(({ kind, onDisk, closedAs }) => kind === 'transcript' && onDisk && closedAs === undefined)) return 'impossible';
  const plan = await api.request('planRestore', { ...subject, target: 'same-session' });
  return plan.refusal === undefined || plan.refusal.code === 'session-busy' ? plan : 'impossible';
}

async function restoreToFile(subject: RestoreSubject): Promise<RestoreReceipt | undefined> {
  const output = await api.request('dialog.saveFile', { suggestedName: 'conversation.jsonl' });
  return output === null ? undefined : api.request('restore', { ...subject, target: 'file', output });
}
