import { systemClock } from '../../main/core/platform/clock.ts';
import { errnoOf } from '../../main/core/platform/errors.ts';
import type { RestoreRequest } from '../../main/core/restore/restoring.ts';
import { Scene } from '../unit/restore/scene.ts';

/** What a test asks of this process, as JSON in its first argument. */
export interface ChildTask {
  readonly base: string;
  /** Buffer of its own below `base`; two writers cannot share one. */
  readonly home: string;
  readonly requests: readonly RestoreRequest[];
  /** Takes this restore back instead. */
  readonly undo?: string;
  /** Ends by SIGKILL at this step; -1: at none. */
  readonly killAt: number;
}

const task = JSON.parse(process.argv[2] ?? '') as ChildTask;
const scene = new Scene(task.base, { clock: systemClock, home: task.home });
let steps = 0;
const restorer = scene.restorer({
  alive,
  failpoint() {
    if (steps === task.killAt) process.kill(process.pid, 'SIGKILL');
    steps += 1;
  },
});
if (task.undo !== undefined) await restorer.undo(task.undo);
for (const request of task.requests) await restorer.apply(await restorer.plan(request), request);
scene[Symbol.dispose]();
process.stdout.write(JSON.stringify({ steps }));

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ESRCH') return false;
    throw error;
  }
}
