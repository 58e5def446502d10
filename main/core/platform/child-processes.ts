import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { errnoOf } from './errors.ts';

/** Whether a process has a child now; `undefined`: not known. Starts a program where there is no /proc: ask rarely. */
export function hasChild(pid: number): boolean | undefined {
  return process.platform === 'linux' ? hasChildOnLinux(pid) : hasChildByPgrep(pid);
}

function hasChildOnLinux(pid: number): boolean | undefined {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    return threads.some((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1').trim() !== '');
  } catch (error) {
    // Gone since, or a kernel without this list.
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  }
}

function hasChildByPgrep(pid: number): boolean | undefined {
  const { status } = spawnSync('pgrep', ['-P', String(pid)], { stdio: 'ignore', timeout: 2_000 });
  // 1: no process matched.
  return status === 0 ? true : status === 1 ? false : undefined;
}
