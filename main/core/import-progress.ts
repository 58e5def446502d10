/** How much of what was on disk at the start is in the buffer. */
export class ImportProgress {
  isOver = false;
  #doneBytes = 0;
  #totalBytes = 0;

  /** `undefined` once it is over. */
  get current(): { doneBytes: number; totalBytes: number } | undefined {
    return this.isOver ? undefined : { doneBytes: this.#doneBytes, totalBytes: this.#totalBytes };
  }

  written(bytes: number): void {
    if (!this.isOver) this.#doneBytes += bytes;
  }

  /** `lagBytes`: seen on disk and not written yet. */
  seen(lagBytes: number): void {
    this.#totalBytes = Math.max(this.#totalBytes, this.#doneBytes + lagBytes);
  }
}
