import { closeSync, fsyncSync, openSync, readdirSync, readSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../platform/errors.ts';
import { epochMsOf, isObject, readJson, stringOf } from '../sources/json-value.ts';

/** Whose line of the recorder's spool it is, as far as it says. */
export interface SpokenLine {
  readonly sessionId?: string;
  /** Lower case. */
  readonly sessionKey?: string;
  readonly at: number;
}

export interface WhereInSpool {
  /** Only lines that hold one of these strings are looked at closely. */
  readonly names?: readonly string[];
  /** By file: looked at up to here before; brought up to date. */
  readonly from?: Map<string, number>;
}

const NEWLINE = 10;
const BLANK = 0x20;
const READ_BYTES = 4 * 1024 * 1024;
/** The plugin begins another file long before; a line alone may be longer. */
const LONGEST_LINE_BYTES = 256 * 1024 * 1024;

/**
 * Takes lines out of the recorder's spool while a gateway may be writing to it: each becomes a line of the same length that says
 * nothing, in its place, so that what is appended, and how far somebody has read, stays true. Durable when it returns. Returns
 * how many were taken out; throws what the disk says.
 */
export function eraseFromSpool(spoolDir: string, isErased: (line: SpokenLine) => boolean, where: WhereInSpool = {}): number {
  const names = where.names?.map((name) => Buffer.from(name));
  const mayBeErased = (bytes: Buffer) => names === undefined || names.some((name) => bytes.includes(name));
  let erased = 0;
  for (const name of namesIn(spoolDir)) {
    if (!name.endsWith('.jsonl')) continue;
    const done = eraseFromFile(join(spoolDir, name), where.from?.get(name) ?? 0, (bytes) => {
      const line = mayBeErased(bytes) ? whoseLine(bytes) : undefined;
      return line !== undefined && isErased(line);
    });
    where.from?.set(name, done.end);
    erased += done.erased;
  }
  return erased;
}

/** Lines that say what the recorder is and does, and nothing of a conversation: what is appended later is read by them. */
const ABOUT_ITSELF: ReadonlySet<unknown> = new Set(['spool', 'gateway_start', 'gateway_stop', 'dropped', 'erased']);

/** Takes out every line that is of a conversation, and what a dying gateway left of one. Throws what the disk says. */
export function silenceSpool(spoolDir: string): void {
  for (const name of namesIn(spoolDir)) {
    if (!name.endsWith('.jsonl')) continue;
    const path = join(spoolDir, name);
    const { end } = eraseFromFile(path, 0, (bytes) => {
      const entry = readJson(bytes);
      return !isObject(entry) || !ABOUT_ITSELF.has(entry.hook);
    });
    blankFrom(path, end);
  }
}

function blankFrom(path: string, start: number): void {
  const length = (statSync(path, { throwIfNoEntry: false })?.size ?? 0) - start;
  if (length <= 0) return;
  const file = openSync(path, 'r+');
  try {
    writeAt(file, Buffer.alloc(length, BLANK), start);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    // No gateway with the plugin ever ran here.
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

interface Done {
  readonly erased: number;
  /** Behind the last whole line. */
  readonly end: number;
}

function eraseFromFile(path: string, from: number, isErased: (line: Buffer) => boolean): Done {
  let file: number;
  try {
    file = openSync(path, 'r+');
  } catch (error) {
    // The plugin keeps its spool small and removes files by itself.
    if (errnoOf(error) === 'ENOENT') return { erased: 0, end: 0 };
    throw error;
  }
  try {
    let erased = 0;
    let end = from;
    for (const { start, bytes } of linesOf(file, from)) {
      end = start + bytes.length + 1;
      if (!isErased(bytes)) continue;
      writeAt(file, silent(bytes.length), start);
      erased += 1;
    }
    if (erased > 0) fsyncSync(file);
    return { erased, end };
  } finally {
    closeSync(file);
  }
}

/** Whole lines without their end. */
function* linesOf(file: number, from: number): IterableIterator<{ readonly start: number; readonly bytes: Buffer }> {
  let start = from;
  let kept = Buffer.alloc(0);
  for (let position = from; ; ) {
    const block = Buffer.alloc(READ_BYTES);
    const length = readSync(file, block, 0, block.length, position);
    if (length === 0) return;
    position += length;
    let rest = kept.length === 0 ? block.subarray(0, length) : Buffer.concat([kept, block.subarray(0, length)]);
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      yield { start, bytes: rest.subarray(0, end) };
      start += end + 1;
      rest = rest.subarray(end + 1);
    }
    if (rest.length > LONGEST_LINE_BYTES) return;
    kept = Buffer.from(rest);
  }
}

function whoseLine(bytes: Buffer): SpokenLine | undefined {
  const entry = readJson(bytes);
  if (!isObject(entry)) return undefined;
  const sessionId = stringOf(entry.sessionId);
  const sessionKey = stringOf(entry.sessionKey)?.toLowerCase();
  if (sessionId === undefined && sessionKey === undefined) return undefined;
  return {
    ...(sessionId === undefined ? {} : { sessionId }),
    ...(sessionKey === undefined ? {} : { sessionKey }),
    at: epochMsOf(entry.t) ?? 0,
  };
}

/** Still a line of the spool's format where there is room for one. */
function silent(length: number): Buffer {
  const line = Buffer.alloc(length, BLANK);
  const said = '{"v":1,"t":1,"seq":0,"hook":"erased"';
  if (length > said.length) {
    line.write(said, 'latin1');
    line.write('}', length - 1, 'latin1');
  }
  return line;
}

function writeAt(file: number, bytes: Buffer, start: number): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done, start + done);
}
