const NEWLINE = 10;
const RETURN = 13;

/** Enough of an over-long line to tell what it is and to recognise it again. */
export const HEAD_BYTES = 64 * 1024;

export interface SplitLine {
  readonly start: number;
  /** Without its line end. */
  readonly length: number;
  /** Without its line end; only the first 64 KiB when the line is longer than the limit. */
  readonly bytes: Uint8Array;
  readonly oversized: boolean;
}

/** Cuts bytes that arrive in pieces into complete lines and holds at most one line of `limitBytes` meanwhile. */
export class LineSplitter {
  readonly #limitBytes: number;
  #start: number;
  #length: number;
  #pieces: Uint8Array[];
  #oversized = false;

  /** `begun`: what was already seen of the line that starts at `start`; when `begunLength` is over the limit, its head is enough. */
  constructor(limitBytes: number, start: number, begun: Uint8Array = new Uint8Array(0), begunLength: number = begun.length) {
    this.#limitBytes = limitBytes;
    this.#start = start;
    this.#length = begunLength;
    this.#pieces = begun.length > 0 ? [begun] : [];
    this.#shorten();
  }

  /** Where the line begins that is not complete yet. */
  get lineStart(): number {
    return this.#start;
  }

  *push(bytes: Uint8Array): IterableIterator<SplitLine> {
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
      this.#take(bytes.subarray(from, end));
      from = end + 1;
      const line = this.#complete();
      this.#start += this.#length + 1;
      this.#length = 0;
      this.#pieces = [];
      this.#oversized = false;
      yield line;
    }
    this.#take(bytes.subarray(from));
  }

  #take(piece: Uint8Array): void {
    this.#length += piece.length;
    if (piece.length === 0 || this.#oversized) return;
    this.#pieces.push(piece);
    this.#shorten();
  }

  #shorten(): void {
    if (this.#oversized || this.#length <= this.#limitBytes) return;
    this.#pieces = [Buffer.concat(this.#pieces).subarray(0, HEAD_BYTES)];
    this.#oversized = true;
  }

  #complete(): SplitLine {
    const [only] = this.#pieces;
    const whole = this.#pieces.length === 1 && only !== undefined ? only : Buffer.concat(this.#pieces);
    const start = this.#start;
    if (this.#oversized) return { start, length: this.#length, bytes: whole, oversized: true };
    const bytes = whole.at(-1) === RETURN ? whole.subarray(0, -1) : whole;
    return { start, length: bytes.length, bytes, oversized: false };
  }
}
