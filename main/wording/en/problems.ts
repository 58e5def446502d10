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

const asTold = ({ message, hint = '' }: ToldProblem): ProblemText => ({ message, hint });

/** The core speaks English, and of the case at hand: nothing has to be said anew. */
export const problems = {
  error: asTold,
  /** Of a witness: codes of its own. */
  witness: asTold,
};
