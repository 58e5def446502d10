import * as zlib from 'node:zlib';
import { CoreError } from '../platform/errors.ts';

/** Node has zstd from 22.15 on; the Node 20 of an older Electron has none, and could not even load a module that names it. */
const { zstdDecompressSync } = zlib as { readonly zstdDecompressSync?: typeof zlib.zstdDecompressSync };

/** A row of `transcript_events`: 2026.9 packs what is longer than about a kilobyte with zstd, where that saves enough. */
export interface EventRow {
  readonly seq: number;
  readonly json: string | null;
  readonly zstd: Uint8Array | null;
}

/** OpenClaw's own limit for one event. */
const LONGEST_EVENT_BYTES = 4 * 1024 * 1024;
const NEWLINE = 0x0a;
const SPACE = 0x20;

/**
 * The event as a line of a transcript, its bytes as OpenClaw wrote them. A line end between two tokens of the JSON becomes a
 * space, since lines are what a transcript consists of. Throws for a frame that does not unpack, and CoreError `invalid` where nothing
 * unpacks any.
 */
export function eventLine({ json, zstd }: Omit<EventRow, 'seq'>): Buffer {
  const bytes = json !== null ? Buffer.from(json, 'utf8') : unpacked(zstd ?? Buffer.alloc(0));
  const line = Buffer.alloc(bytes.length + 1, NEWLINE);
  for (let at = bytes.copy(line) - 1; at >= 0; at -= 1) if (line[at] === NEWLINE) line[at] = SPACE;
  return line;
}

function unpacked(frame: Uint8Array): Buffer {
  if (zstdDecompressSync !== undefined) return zstdDecompressSync(frame, { maxOutputLength: LONGEST_EVENT_BYTES });
  throw new CoreError(
    'invalid',
    'This message is compressed with zstd, which this Node cannot read.',
    'Use Node 22.15 or later, or the Clawback app.',
  );
}
