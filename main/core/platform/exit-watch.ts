/**
 * Tells when processes end, at the moment they do. It only ever saves time: whoever uses it must be right without it, by
 * asking again and again.
 */
export interface ExitWatch extends Disposable {
  /**
   * Calls `onExit` once, never from inside `watch`, when the process has ended or was not there to begin with. Its pid may
   * still be taken for a moment, until the parent has collected its status. Dispose to be told nothing any more.
   */
  watch(pid: number, onExit: () => void): Disposable;
}

/** Where no helper was built: nobody is told anything. */
export const noExitWatch: ExitWatch = {
  watch: () => ({ [Symbol.dispose]: () => undefined }),
  [Symbol.dispose]: () => undefined,
};
