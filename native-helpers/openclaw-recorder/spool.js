import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  close as fsClose,
  stat as fsStat,
  fstatSync,
  write as fsWrite,
  mkdirSync,
  openSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { prune } from './pruning.js';

const FILE_LIMIT_BYTES = 16 * 1024 * 1024;
/** A longer line is written beside the gateway's loop, not within it. */
const SYNCHRONOUS_LIMIT_BYTES = 1024 * 1024;
/** Kept in memory while the disk refuses; what comes on top of it is counted and dropped. */
const WAITING_LIMIT_BYTES = 32 * 1024 * 1024;
const SHORTEST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;
const PRUNE_AFTER_MS = 2_000;

/**
 * One recording: lines in `<directory>/<name>.jsonl`, then `<name>.1.jsonl` and so on, 0600.
 *
 * A line is handed to the system at once (a kill of the process loses nothing) and made durable against a loss of power
 * at most `flushIntervalMs` later, beside the gateway's loop. Never throws. A disk that refuses makes lines wait.
 */
export class Spool {
  #options;
  #descriptor;
  #path;
  #inode;
  #part = 0;
  #written = 0;
  #sequence = 0;
  /** Lines that are not with the system yet, first in, first out. */
  #waiting = [];
  #waitingBytes = 0;
  #dropped = 0;
  /** Lines that may have gone into a file which somebody has deleted since. */
  #unproven = [];
  #isDraining = false;
  #isTorn = false;
  #partWithHeader = -1;
  /** Goes up when the end of the process takes over from a write that is still under way. */
  #epoch = 0;
  #retryMs = SHORTEST_RETRY_MS;
  #retryTimer;
  #flushTimer;
  #hasWarned = false;

  /** `header` goes into the first line of every file. `onTrouble` is called once, with the code of the first failure. */
  constructor(options) {
    this.#options = options;
  }

  write(record) {
    let line;
    try {
      line = this.#lineOf(record);
    } catch {
      // No JSON can be made of it, so OpenClaw cannot save it either.
      this.#dropped += 1;
      return;
    }
    if (this.#waiting.length > 0 && this.#waitingBytes + line.length > WAITING_LIMIT_BYTES) {
      this.#dropped += 1;
      return;
    }
    this.#waiting.push(line);
    this.#waitingBytes += line.length;
    if (this.#retryTimer === undefined && !this.#isDraining) this.#drain();
  }

  /** For the end of a gateway: everything that can be written is on the disk when this returns, and the file is let go. */
  flushNow() {
    if (this.#isDraining) this.#leaveWriteBehind();
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    this.#drain({ toTheEnd: true });
    try {
      if (this.#descriptor !== undefined) fdatasyncSync(this.#descriptor);
    } catch {
      // The lines are with the system, which is all that can be done now.
    }
    this.#closeQuietly();
  }

  /** The line under way may never be whole: it goes into the next file once more, under the same number. */
  #leaveWriteBehind() {
    this.#epoch += 1;
    this.#descriptor = undefined;
    this.#isTorn = false;
    this.#part += 1;
  }

  #lineOf(record) {
    this.#sequence += 1;
    return `${JSON.stringify({ v: 1, t: Date.now(), seq: this.#sequence, ...record })}\n`;
  }

  #drain({ toTheEnd = false } = {}) {
    this.#isDraining = true;
    try {
      while (this.#waiting.length > 0) {
        const [line] = this.#waiting;
        this.#openFor(line.length);
        if (line.length > SYNCHRONOUS_LIMIT_BYTES && !toTheEnd) {
          this.#writeBeside(Buffer.from(line));
          return;
        }
        this.#writeAll(Buffer.from(line));
        this.#wrote(line);
      }
      this.#tellDropped();
      this.#isDraining = false;
    } catch (error) {
      this.#failed(error);
    }
  }

  #wrote(line) {
    this.#waiting.shift();
    this.#waitingBytes -= line.length;
    this.#unproven.push(line);
    this.#retryMs = SHORTEST_RETRY_MS;
    this.#scheduleFlush();
  }

  #tellDropped() {
    if (this.#dropped === 0) return;
    const count = this.#dropped;
    const line = this.#lineOf({ hook: 'dropped', count });
    this.#writeAll(Buffer.from(line));
    this.#dropped -= count;
  }

  #writeAll(bytes) {
    let done = 0;
    while (done < bytes.length) {
      const more = writeSync(this.#descriptor, bytes, done);
      this.#isTorn = true;
      done += more;
      this.#written += more;
    }
    this.#isTorn = false;
  }

  #writeBeside(bytes, done = 0) {
    const epoch = this.#epoch;
    fsWrite(this.#descriptor, bytes, done, bytes.length - done, null, (error, more) => {
      if (epoch !== this.#epoch) return;
      if (error !== null) {
        this.#failed(error);
        return;
      }
      this.#isTorn = done + more < bytes.length;
      this.#written += more;
      if (this.#isTorn) {
        this.#writeBeside(bytes, done + more);
        return;
      }
      this.#wrote(this.#waiting[0]);
      this.#drain();
    });
  }

  #openFor(bytes) {
    if (this.#descriptor !== undefined && this.#written > 0 && this.#written + bytes > FILE_LIMIT_BYTES) this.#nextPart();
    if (this.#descriptor !== undefined) return;
    const { directory, name, header } = this.#options;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    this.#path = join(directory, this.#part === 0 ? `${name}.jsonl` : `${name}.${this.#part}.jsonl`);
    this.#descriptor = openSync(this.#path, 'a', 0o600);
    const { ino, size } = fstatSync(this.#descriptor);
    this.#inode = ino;
    this.#written = size;
    // Half a line that a full disk left must not swallow the line that follows it.
    if (this.#isTorn && size > 0) this.#writeAll(Buffer.from('\n'));
    this.#isTorn = false;
    if (size > 0 && this.#partWithHeader === this.#part) return;
    this.#writeAll(Buffer.from(`${JSON.stringify({ v: 1, t: Date.now(), seq: 0, hook: 'spool', part: this.#part, ...header })}\n`));
    this.#partWithHeader = this.#part;
    setTimeout(() => prune(directory, this.#path), PRUNE_AFTER_MS).unref();
  }

  #nextPart() {
    const old = this.#descriptor;
    this.#descriptor = undefined;
    this.#unproven = [];
    this.#part += 1;
    fdatasync(old, () => fsClose(old, ignore));
  }

  /** Quiet, and tries again later; the lines wait in memory meanwhile. */
  #failed(error) {
    this.#isDraining = false;
    this.#closeQuietly();
    if (!this.#hasWarned) {
      this.#hasWarned = true;
      this.#options.onTrouble?.(error?.code ?? 'unknown');
    }
    if (this.#retryTimer !== undefined) return;
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = undefined;
      if (!this.#isDraining) this.#drain();
    }, this.#retryMs).unref();
    this.#retryMs = Math.min(LONGEST_RETRY_MS, this.#retryMs * 2);
  }

  #closeQuietly() {
    const descriptor = this.#descriptor;
    this.#descriptor = undefined;
    if (descriptor === undefined) return;
    try {
      closeSync(descriptor);
    } catch {
      // A full disk may answer the close with an error; the descriptor is gone all the same.
    }
  }

  #scheduleFlush() {
    this.#flushTimer ??= setTimeout(() => {
      this.#flushTimer = undefined;
      this.#flush();
    }, this.#options.flushIntervalMs).unref();
  }

  #flush() {
    const descriptor = this.#descriptor;
    if (descriptor === undefined) return;
    const lines = this.#unproven;
    const inode = this.#inode;
    this.#unproven = [];
    fdatasync(descriptor, () =>
      fsStat(this.#path, (error, found) => {
        const isGone = error?.code === 'ENOENT' || (error === null && found.ino !== inode);
        if (isGone && descriptor === this.#descriptor && !this.#isDraining) this.#writeAgain(lines);
      }),
    );
  }

  /** Somebody deleted the file under us: what went into it since the last look is written again, under the same numbers. */
  #writeAgain(lines) {
    this.#closeQuietly();
    this.#waiting.unshift(...lines, ...this.#unproven);
    this.#unproven = [];
    this.#waitingBytes = this.#waiting.reduce((bytes, line) => bytes + line.length, 0);
    if (this.#retryTimer === undefined) this.#drain();
  }
}

function ignore() {}
