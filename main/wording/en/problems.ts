import { byCode } from '../by-code.ts';

/** What a window shows of something that failed. */
export interface ProblemText {
  readonly message: string;
  readonly hint: string;
}

/** An error, a refusal or a trouble as the core tells it, in English. */
export interface ToldProblem {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** Where the core speaks to whoever types commands. */
const windowHints = {
  'index-unreadable': 'Restore to a file instead.',
  'nothing-to-restore': 'Choose another version of this conversation.',
  'mirror-damaged': 'Choose another version of this conversation.',
  'buffer-missing': 'Attach the disk that it is on. Should that disk be lost, begin an empty buffer under Storage in the preferences.',
  'not-found': 'It may be gone meanwhile. Open it again.',
};

const asTold = ({ message, hint = '' }: ToldProblem): ProblemText => ({ message, hint });

function hintIn(code: string): Partial<ProblemText> {
  const hint = byCode(windowHints, code);
  return hint === undefined ? {} : { hint };
}

/** The core speaks English, and of the case at hand: hardly anything has to be said anew. */
export const problems = {
  error: (told: ToldProblem): ProblemText => ({ ...asTold(told), ...hintIn(told.code) }),
  /** Of a witness: codes of its own. */
  witness: asTold,
};
