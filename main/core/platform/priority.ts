import { constants, getPriority, setPriority } from 'node:os';
import { errnoOf } from './errors.ts';
import type { Logger } from './logger.ts';

const { PRIORITY_BELOW_NORMAL } = constants.priority;

/**
 * Lets everybody else have the processors first, for good: a gateway that waits because we read what it has just written answers late,
 * and we have a flush interval to do it in. To be called before any thread is started, since on Linux a priority is a thread's, handed
 * on to those that it starts.
 */
export function giveWay(log: Logger): void {
  try {
    // Whoever put us further back meant it.
    if (getPriority() < PRIORITY_BELOW_NORMAL) setPriority(PRIORITY_BELOW_NORMAL);
  } catch (error) {
    log.log('info', 'priority-kept', { code: errnoOf(error) ?? 'unknown' });
  }
}
