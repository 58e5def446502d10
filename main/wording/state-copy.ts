import type { Health, Resolution, SessionState } from '../core/types.ts';

/** One or two words for a list, and a sentence for whoever asks. */
export interface StateCopy {
  readonly word: string;
  readonly meaning: string;
}

export const stateCopy: Readonly<Record<SessionState, StateCopy>> = {
  live: { word: 'Live', meaning: 'The conversation is going on and every line of it is being saved.' },
  dormant: { word: 'Saved', meaning: 'Nothing was added for a while. All of it is saved.' },
  suspended: { word: 'Checking', meaning: 'The file just changed in an unusual way. Clawback is finding out what happened.' },
  reset: { word: 'Reset', meaning: 'OpenClaw put this conversation away. The next one begins with its first reply.' },
  superseded: { word: 'Continued', meaning: 'OpenClaw went on in a new session. This part is saved.' },
  orphaned: { word: 'Not saved on', meaning: 'The conversation went on after a reset, and OpenClaw wrote nothing of that to disk.' },
  lost: { word: 'Only here', meaning: 'Messages of this conversation are gone from disk. Clawback holds the only copy.' },
  restoring: { word: 'Restoring', meaning: 'The conversation is being put back.' },
  restored: { word: 'Restored', meaning: 'The conversation was put back.' },
  archived: { word: 'Archived', meaning: 'The conversation is no longer listed by OpenClaw. All of it is saved.' },
};

export const healthWords: Readonly<Record<Health, string>> = {
  protecting: 'Protecting',
  'catching-up': 'Catching up',
  paused: 'Paused',
  degraded: 'Not fully protected',
  stopped: 'Not running',
};

export const resolutionWords: Readonly<Record<Resolution, string>> = {
  restored: 'Restored',
  dismissed: 'Dismissed',
  'self-healed': 'Came back by itself',
  expected: 'Expected',
};
