import { errnoOf } from '../platform/errors.ts';
import type { FileStat, FileSystem, ReadableFile } from '../platform/file-system.ts';

/** How far a file was read: identity and offset of the first line that was not given yet. */
export interface TailMark {
  readonly identity: string;
  readonly offset: number;
}

export interface TailedLine {
  readonly start: number;
  /** Without its line end. */
  readonly bytes: Uint8Array;
}

export interface TailReading {
  readonly lines: readonly TailedLine[];
  readonly mark: TailMark;
  /** Read from the disk; there is more when it equals the budget. */
  readonly readBytes: number;
}

const NEWLINE = 10;
/** A longer line is passed over: nothing that a witness tells is so long, and it must fit into memory whole. */
export const LONGEST_LINE_BYTES = 32 * 1024 * 1024;

/**
 * Complete lines of an append-only file from a mark on, at most about `budgetBytes` (one line always). A file that was replaced
 * or cut is read from its beginning. `undefined`: there is no such file, or it cannot be opened now. Torn last lines wait.
 */
export function readTail(
  fs: FileSystem,
  path: string,
  from: TailMark | undefined,
  budgetBytes: number,
  longestLineBytes = LONGEST_LINE_BYTES,
): TailReading | undefined {
  using file = openFile(fs, path);
  if (file === undefined) return undefined;
  const stat = file.stat();
  const identity = identityOf(stat);
  const start = from?.identity === identity && from.offset <= stat.size ? from.offset : 0;
  const lines: TailedLine[] = [];
  let offset = start;
  let readBytes = 0;
  for (let wanted = budgetBytes; offset < stat.size; wanted *= 2) {
    const bytes = file.readAt(offset, Math.min(wanted, longestLineBytes));
    readBytes = bytes.byteLength;
    let lineStart = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, lineStart)) {
      if (end > lineStart) lines.push({ start: offset + lineStart, bytes: bytes.subarray(lineStart, end) });
      lineStart = end + 1;
    }
    offset += lineStart;
    if (lineStart > 0 || offset + bytes.byteLength >= stat.size) break;
    if (bytes.byteLength >= longestLineBytes) {
      // Without an end yet, what follows of it is later taken for a line that says nothing.
      offset = endOfLine(file, offset + bytes.byteLength, stat.size) ?? stat.size;
      break;
    }
  }
  return { lines, mark: { identity, offset }, readBytes };
}

/** An inode number alone is given again at once; with the time of its birth it is not. */
export function identityOf(stat: FileStat): string {
  return `${stat.dev}:${stat.ino}:${stat.birthtimeNs}`;
}

/** Behind the end of the line that goes on at `from`; `undefined` while it has none. */
function endOfLine(file: ReadableFile, from: number, size: number): number | undefined {
  for (let at = from; at < size; ) {
    const bytes = file.readAt(at, 1024 * 1024);
    if (bytes.byteLength === 0) return undefined;
    const end = bytes.indexOf(NEWLINE);
    if (end >= 0) return at + end + 1;
    at += bytes.byteLength;
  }
  return undefined;
}

function openFile(fs: FileSystem, path: string): ReadableFile | undefined {
  try {
    return fs.open(path);
  } catch (error) {
    // Gone, not ours to read, or no regular file: looked at again next time.
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  }
}
