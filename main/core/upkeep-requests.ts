import { statfsSync } from 'node:fs';
import type { Clock } from './platform/clock.ts';
import { CoreError } from './platform/errors.ts';
import type { CoreHandlers } from './requests.ts';
import type { Journal } from './store/store.ts';

export interface UpkeepRequestsDeps {
  readonly home: string;
  readonly clock: Clock;
  readonly journal: Journal;
}

type UpkeepMethod = 'storage' | 'verify' | 'rebuildIndex' | 'selfTest' | 'diagnostics';

/** What a person asks of the recorder itself rather than of what it recorded. */
export function upkeepRequests({ home, clock, journal }: UpkeepRequestsDeps): Pick<CoreHandlers, UpkeepMethod> {
  const later = async (): Promise<never> => {
    throw new CoreError('invalid', 'this Clawback cannot do that', 'Update Clawback.');
  };
  return {
    storage: async () => {
      const { bavail, bsize } = statfsSync(home);
      return { path: home, bytes: journal.catalog.bufferBytes(), bytesFree: bavail * bsize, ...journal.catalog.held(clock.now()) };
    },
    verify: later,
    rebuildIndex: later,
    selfTest: later,
    diagnostics: later,
  };
}
