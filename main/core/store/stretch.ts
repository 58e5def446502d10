import { CoreError } from '../platform/errors.ts';
import type { SourceLayout } from '../types.ts';
import type { ChunkReader } from './chunk-reader.ts';
import { digestLine, type LineDigest } from './line-digest.ts';
import { HEAD_BYTES, LineSplitter } from './line-splitter.ts';
import { LONGEST_LINE_BYTES } from './oversized-line.ts';
import type { ParseLine } from './store.ts';

/** Bytes of a generation that are looked at for the first time. */
export interface Stretch {
  readonly generationId: number;
  readonly layout: SourceLayout;
  /** Where the line begins that goes on in it. */
  readonly indexedTo: number;
  readonly start: number;
  readonly end: number;
}

export interface StretchDigest {
  /** Of its complete lines, in order. */
  readonly lines: readonly LineDigest[];
  /** Where the line begins that is not complete at its end. */
  readonly lineStart: number;
  /** Code of what kept the rest from being read. */
  readonly fault?: string;
}

/** Who looks at stretches before their turn comes. */
export interface ReadAhead {
  /** Of durable bytes, in the order in which they will be asked for. */
  readAhead(stretches: readonly Stretch[]): void;
  /** `undefined`: the caller has to do it. */
  digested(stretch: Stretch): StretchDigest | undefined;
}

export function digestStretch(reader: ChunkReader, parse: ParseLine, stretch: Stretch): StretchDigest {
  const { generationId, layout, start, end } = stretch;
  const lines: LineDigest[] = [];
  let lineStart = stretch.indexedTo;
  try {
    const splitter = splitterOf(reader, stretch);
    for (let position = start; position < end; ) {
      const bytes = reader.piece(generationId, position, end - position);
      for (const line of splitter.push(bytes)) {
        const digest = digestLine(parse, layout, line);
        if (digest !== undefined) lines.push(digest);
      }
      position += bytes.length;
      lineStart = splitter.lineStart;
    }
  } catch (error) {
    if (!(error instanceof CoreError)) throw error;
    return { lines, lineStart, fault: error.code };
  }
  return { lines, lineStart };
}

function splitterOf(reader: ChunkReader, { generationId, indexedTo, start }: Stretch): LineSplitter {
  const begunLength = start - indexedTo;
  if (begunLength === 0) return new LineSplitter(LONGEST_LINE_BYTES, indexedTo);
  const kept = begunLength > LONGEST_LINE_BYTES ? HEAD_BYTES : begunLength;
  return new LineSplitter(LONGEST_LINE_BYTES, indexedTo, reader.range(generationId, indexedTo, kept), begunLength);
}
