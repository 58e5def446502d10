import { CoreError } from '../platform/errors.ts';
import type { CoreProblem } from '../types.ts';
import { isPlace, missingPlace, type Place, readStorageState } from './place.ts';

/** What SQLite makes of a disk that was pulled out: first that it cannot be written, then that what it holds is nonsense. */
const OF_A_DEAD_DISK: ReadonlySet<string> = new Set(['io', 'buffer-damaged']);
const PATIENCE_LOOKS = 3;

/**
 * Whether the folder outside the home that a core has open is still there. What is open on a disk that was pulled out stays dead when
 * the disk is back; only what is opened anew then can go on.
 */
export class PlaceWatch {
  readonly #place: Place | undefined;
  #failedLooks = 0;

  /** Of the buffer that was just opened. */
  constructor(home: string) {
    this.#place = readStorageState(home).place;
  }

  /** Why the core that has it open can do no more. `problem`: that it has now. */
  fault(problem: CoreProblem | undefined): CoreError | undefined {
    if (this.#place === undefined) return undefined;
    const isThere = isPlace(this.#place);
    const isDead = problem !== undefined && OF_A_DEAD_DISK.has(problem.code);
    this.#failedLooks = isThere && !isDead ? 0 : this.#failedLooks + 1;
    if (this.#failedLooks < PATIENCE_LOOKS) return undefined;
    // It is back, under a core that still has it open as it was.
    if (isThere && problem !== undefined) return new CoreError('io', problem.message, problem.hint ?? '');
    return missingPlace(this.#place.folder);
  }
}
