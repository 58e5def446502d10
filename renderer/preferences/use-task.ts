import { useEffect, useState } from 'preact/hooks';
import type { ErrorShape } from '../../main/core/requests.ts';
import type { TaskProgress } from '../../main/core/storage-facts.ts';
import type { Channel, Requests } from '../../main/ipc/contract.ts';
import { api, errorShape } from '../shared/api.ts';

export type TaskState<T> =
  | { readonly is: 'idle' }
  | { readonly is: 'running' }
  | { readonly is: 'done'; readonly result: T }
  | { readonly is: 'failed'; readonly error: ErrorShape };

export interface Task<T> {
  readonly state: TaskState<T>;
  /** Of what the core does now, whoever asked for it; `undefined` before it tells of any. */
  readonly progress: TaskProgress | undefined;
  start(): void;
}

interface TaskOptions {
  /** That the core tells the progress of. */
  readonly task?: TaskProgress['task'];
  readonly onDone?: () => void;
}

/** Something that takes longer than a moment and is begun by a button. */
export function useTask<K extends Channel>(
  channel: K,
  input: Requests[K]['in'],
  { task, onDone }: TaskOptions = {},
): Task<Requests[K]['out']> {
  const [state, setState] = useState<TaskState<Requests[K]['out']>>({ is: 'idle' });
  const [progress, setProgress] = useState<TaskProgress | undefined>(undefined);
  useEffect(() => api.subscribe('progress', (told) => told.task === task && setProgress(told)), [task]);
  const start = () => {
    setState({ is: 'running' });
    setProgress(undefined);
    api.request(channel, input).then(
      (result) => {
        setState({ is: 'done', result });
        onDone?.();
      },
      (reason: unknown) => setState({ is: 'failed', error: errorShape(reason) }),
    );
  };
  return { state, progress, start };
}
