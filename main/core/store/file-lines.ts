const NEWLINE = 10;

export interface FileLine {
  readonly start: number;
  /** Without its newline; a carriage return before it is part of the line. */
  readonly bytes: Uint8Array;
  /** False for a last line that has no newline. */
  readonly terminated: boolean;
}

/** Cuts the bytes of a file into its lines, of any length. */
export function* fileLines(chunks: Iterable<Uint8Array>): IterableIterator<FileLine> {
  let start = 0;
  let begun: Uint8Array[] = [];
  for (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      begun.push(chunk.subarray(from, end));
      const bytes = Buffer.concat(begun);
      yield { start, bytes, terminated: true };
      start += bytes.length + 1;
      begun = [];
      from = end + 1;
    }
    if (from < chunk.length) begun.push(chunk.subarray(from));
  }
  if (begun.length > 0) yield { start, bytes: Buffer.concat(begun), terminated: false };
}
