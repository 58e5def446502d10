import { useState } from 'preact/hooks';
import type { ErrorShape } from '../../main/core/requests.ts';
import type { Requests } from '../../main/ipc/contract.ts';
import { api, errorShape } from '../shared/api.ts';
import { ErrorNotice } from '../shared/notice.tsx';
import { useWords } from '../shared/words.tsx';

type Action = Requests['planRecorder']['in']['action'];

type Stage =
  | { readonly is: 'idle' }
  | { readonly is: 'planned'; readonly action: Action; readonly plan: Requests['planRecorder']['out'] }
  | { readonly is: 'done'; readonly action: Action; readonly result: Requests['applyRecorder']['out'] };

interface RecorderSetupProps {
  readonly root: string;
  /** What is offered. */
  readonly action: Action;
}

/** Puts the recorder into OpenClaw's configuration, or takes it out; the lines that change are seen before anything is touched. */
export function RecorderSetup({ root, action }: RecorderSetupProps) {
  const { preferences } = useWords();
  const text = preferences.recorder;
  const [stage, setStage] = useState<Stage>({ is: 'idle' });
  const [error, setError] = useState<ErrorShape | undefined>(undefined);
  const attempt = async (next: () => Promise<Stage>) => {
    setError(undefined);
    try {
      setStage(await next());
    } catch (reason) {
      setStage({ is: 'idle' });
      setError(errorShape(reason));
    }
  };
  const plan = () => attempt(async () => ({ is: 'planned', action, plan: await api.request('planRecorder', { root, action }) }));
  return (
    <div>
      {stage.is !== 'planned' && (
        <button type="button" class="plain" onClick={() => void plan()}>
          {text[action]}
        </button>
      )}
      {stage.is === 'planned' && (
        <Change
          action={stage.action}
          plan={stage.plan}
          onCancel={() => setStage({ is: 'idle' })}
          onApply={() =>
            void attempt(async () => ({
              is: 'done',
              action: stage.action,
              result: await api.request('applyRecorder', { planId: stage.plan.planId }),
            }))
          }
        />
      )}
      <div role="status">{stage.is === 'done' && <Done action={stage.action} result={stage.result} />}</div>
      <ErrorNotice error={error} />
    </div>
  );
}

interface ChangeProps {
  readonly action: Action;
  readonly plan: Requests['planRecorder']['out'];
  readonly onApply: () => void;
  readonly onCancel: () => void;
}

function Change({ action, plan, onApply, onCancel }: ChangeProps) {
  const text = useWords().preferences.recorder;
  const changesAny = plan.changes.length > 0;
  return (
    <div class="change">
      <p>{changesAny ? text.changes(plan.configPath) : text.none}</p>
      {changesAny && (
        <>
          <section aria-label={text.linesThatChange}>
            <pre>
              {plan.changes.map((line, i) => (
                // Lines may be the same; their order never changes.
                <Line key={`${i} ${line}`} line={line} />
              ))}
            </pre>
          </section>
          <p class="help">{text.restart}</p>
        </>
      )}
      <div class="action">
        {changesAny && (
          <button type="button" class="primary" onClick={onApply}>
            {text.apply[action]}
          </button>
        )}
        <button type="button" onClick={onCancel}>
          {text.cancel}
        </button>
      </div>
    </div>
  );
}

function Line({ line }: { readonly line: string }) {
  const whole = `${line}\n`;
  if (line.startsWith('+')) return <ins>{whole}</ins>;
  return line.startsWith('-') ? <del>{whole}</del> : <span class="dim">{whole}</span>;
}

interface DoneProps {
  readonly action: Action;
  readonly result: Requests['applyRecorder']['out'];
}

function Done({ action, result }: DoneProps) {
  const { format, preferences } = useWords();
  const text = preferences.recorder;
  return (
    <>
      <p class="passed">
        ✓ {result.changed ? format.sentences([text.done[action], result.restartNeeded ? text.willRestart : text.nextStart]) : text.none}
      </p>
      {result.previous !== undefined && <p class="help path">{text.previous(result.previous)}</p>}
    </>
  );
}
