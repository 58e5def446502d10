/** How much of what was on disk at the start is in the buffer. */
export class ImportProgress {
  isOver = false;
  #doneBytes = 0;
  #totalBytes = 0;
  #isTaken = false;

  /** `undefined` once it is over. */
  get current(): { doneBytes: number; totalBytes: number } | undefined {
    return this.isOver ? undefined : { doneBytes: this.#doneBytes, totalBytes: this.#totalBytes };
  }

  written(bytes: number): void {
    if (!this.isOver) this.#doneBytes += bytes;
  }

  /** True once, when it is over. */
  takeEnd(): boolean {
    const isDue = this.isOver && !this.#isTaken;
    this.#isTaken ||= this.isOver;
    return isDue;
  }

  /** `lagBytes`: seen on disk and not written yet. */
  seen(lagBytes: number): void {
    this.#totalBytes = Math.max(this.#totalBytes, this.#doneBytes + lagBytes);
  }
}
