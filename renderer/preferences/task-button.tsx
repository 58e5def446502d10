import type { ComponentChildren } from 'preact';
import { ErrorNotice } from '../shared/notice.tsx';
import type { Task } from './use-task.ts';

interface TaskButtonProps<T> {
  readonly task: Task<T>;
  readonly label: string;
  /** Said while it is done. */
  readonly running: string;
  readonly help: string;
  readonly result: (result: T) => ComponentChildren;
}

/** A button that begins something, how far that is, and how it ended. */
export function TaskButton<T>({ task, label, running, help, result }: TaskButtonProps<T>) {
  const { state, progress, start } = task;
  return (
    <div>
      <div class="action">
        <button type="button" disabled={state.is === 'running'} onClick={start}>
          {label}
        </button>
        {state.is === 'running' && <progress aria-label={running} {...(progress && { value: progress.done, max: progress.total })} />}
      </div>
      <p class="help">{help}</p>
      <div role="status">
        {state.is === 'running' && <p class="help">{running}</p>}
        {state.is === 'done' && result(state.result)}
      </div>
      {state.is === 'failed' && <ErrorNotice error={state.error} />}
    </div>
  );
}
