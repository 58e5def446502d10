import { checkPause } from './limits.ts';
import type { Clock } from './platform/clock.ts';
import type { Recorder } from './recorder.ts';
import type { CoreHandlers } from './requests.ts';
import type { CoreStatus } from './types.ts';

export interface ControlRequestsDeps {
  readonly clock: Clock;
  readonly recorder: Recorder;
  readonly status: () => CoreStatus;
  readonly onChange: () => void;
}

type ControlMethod = 'status' | 'check' | 'flush' | 'pause' | 'resume';

/** What a person, or the app for them, tells the recorder to do. */
export function controlRequests({ clock, recorder, status, onChange }: ControlRequestsDeps): Pick<CoreHandlers, ControlMethod> {
  return {
    status: async () => status(),
    check: async () => {
      await recorder.checkNow();
      return status();
    },
    flush: async () => {
      recorder.flush();
      return null;
    },
    pause: async ({ untilMs }) => {
      checkPause(untilMs, clock.now());
      recorder.flush();
      recorder.pausedUntil = untilMs;
      onChange();
      return status();
    },
    resume: async () => {
      recorder.resume();
      onChange();
      return status();
    },
  };
}
