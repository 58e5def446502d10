import { readFileSync } from 'node:fs';
import { errnoOf } from './errors.ts';

/** What the system knows of processes. */
export interface ProcessTable {
  /** A process with this pid exists, whoever owns it. */
  exists(pid: number): boolean;
  /** Linux: /proc/<pid>/stat field 22, clock ticks since boot. `undefined` where the system does not tell it so. */
  startTimeOf(pid: number): number | undefined;
}

export const systemProcesses: ProcessTable = {
  exists(pid) {
    // Signal 0 to 0 or to a negative pid asks about a process group.
    if (!Number.isSafeInteger(pid) || pid < 1) return false;
    try {
      process.kill(pid, 0);
      return true;
    } catch (error) {
      // EPERM: it is there and belongs to another user. OpenClaw takes it for dead and steals the lock; we must not.
      return errnoOf(error) === 'EPERM';
    }
  },
  startTimeOf(pid) {
    if (process.platform !== 'linux') return undefined;
    try {
      return startTimeIn(readFileSync(`/proc/${pid}/stat`, 'latin1'));
    } catch (error) {
      // Gone since, or /proc is not mounted or hidden.
      if (errnoOf(error) === undefined) throw error;
      return undefined;
    }
  },
};

/**
 * Whether the process that noted this pid still runs; a recycled pid has another start time. macOS has no such number in
 * OpenClaw's locks, so a live pid is all there is to go by: its pids are reused only after about 99,000 others.
 */
export function isSameProcess(table: ProcessTable, pid: number, startTime?: number): boolean {
  if (!table.exists(pid)) return false;
  const now = startTime === undefined ? undefined : table.startTimeOf(pid);
  return now === undefined || now === startTime;
}

/** The command's name is in parentheses and may hold spaces and parentheses itself: fields count from the last one. */
export function startTimeIn(stat: string): number | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[19] || Number.NaN);
  return Number.isSafeInteger(ticks) && ticks >= 0 ? ticks : undefined;
}
