/** Runs tasks one after the other, in the order in which they were given. One that fails keeps none from running. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();

  /** Settles as the task does: its failure is its caller's to handle. */
  run<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(task);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Resolves when all that was given so far is over. */
  async settled(): Promise<void> {
    await this.#last;
  }
}
