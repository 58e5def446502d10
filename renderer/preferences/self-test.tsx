import type { SelfTestStep, SelfTestStepName } from '../../main/core/self-test-report.ts';
import type { Messages } from '../../main/wording/catalogue.ts';
import { ErrorNotice } from '../shared/notice.tsx';
import { useWords } from '../shared/words.tsx';
import { useTask } from './use-task.ts';

const steps = ['write', 'capture', 'lose', 'detect', 'restore', 'compare', 'clean'] as const satisfies readonly SelfTestStepName[];

type StepState = 'ok' | 'failed' | 'running' | 'waiting' | 'skipped';

const marks: Readonly<Record<StepState, string>> = { ok: '✓', failed: '▲', running: '◌', waiting: '·', skipped: '·' };

/** Really loses a conversation of its own and puts it back; every step appears with its result. */
export function SelfTest() {
  const text = useWords().preferences.selfTest;
  const { state, progress, start } = useTask('selfTest', {}, { task: 'self-test' });
  const done = state.is === 'running' ? (progress?.done ?? 0) : 0;
  const results = state.is === 'done' ? state.result.steps : [];
  return (
    <div>
      <button type="button" disabled={state.is === 'running'} onClick={start}>
        {text.button}
      </button>
      <p class="help">{text.help}</p>
      {(state.is === 'running' || state.is === 'done') && (
        <ol class="box steps" aria-label={text.label}>
          {steps.map((name, i) => {
            const result = results.find((each) => each.name === name);
            return <Step key={name} name={name} result={result} state={state.is === 'done' ? stateOf(result) : stateAt(i, done)} />;
          })}
        </ol>
      )}
      <div role="status">
        {state.is === 'running' && <p class="help">{text.running}</p>}
        {state.is === 'done' && state.result.ok && <p class="passed">✓ {text.passed}</p>}
        {state.is === 'done' && !state.result.ok && <p class="problem">▲ {text.failed}</p>}
      </div>
      {state.is === 'failed' && <ErrorNotice error={state.error} />}
    </div>
  );
}

interface StepProps {
  readonly name: SelfTestStepName;
  readonly state: StepState;
  readonly result: SelfTestStep | undefined;
}

function Step({ name, state, result }: StepProps) {
  const words = useWords();
  const text = words.preferences.selfTest;
  return (
    <li data-step={name} data-state={state}>
      <span class="mark" aria-hidden="true">
        {marks[state]}
      </span>
      <span>
        {text.steps[name]}
        <span class="visually-hidden"> {text.states[state]}</span>
      </span>
      <span class="dim num">{result !== undefined && text.took(result.ms)}</span>
      {result?.problem !== undefined && <p class="problem">{problemText(words, result.problem, result.code)}</p>}
    </li>
  );
}

function problemText(words: Messages, told: string, code = 'bug'): string {
  const { message, hint } = words.problems.error({ code, message: told });
  return words.format.sentences([message, hint]);
}

function stateOf(result: SelfTestStep | undefined): StepState {
  if (result === undefined) return 'skipped';
  return result.ok ? 'ok' : 'failed';
}

function stateAt(step: number, done: number): StepState {
  if (step < done) return 'ok';
  return step === done ? 'running' : 'waiting';
}
