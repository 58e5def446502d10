import { hash } from 'node:crypto';
import type { ArchiveMark, Checkpoint, FileIdentity } from '../capture/change.ts';
import { emptyFingerprint, fingerprint, HEAD_LIMIT_BYTES, sameFingerprint, TAIL_LIMIT_BYTES } from '../capture/fingerprint.ts';
import type { KnownGeneration } from '../capture/tailing.ts';
import type { AgentDatabase } from './agent-database.ts';
import { type EventRow, eventLine } from './event-line.ts';

/** A stretch of the transcript that rows make up. */
export interface Stretch {
  readonly start: number;
  readonly bytes: Buffer;
  readonly checkpoint: Checkpoint;
}

/**
 * One transcript of a database, mirrored as the lines that its rows make up. Its checkpoint says in `identity` which rewriting
 * of the rows was read (`dev`) and which number comes next (`ino`): inside one rewriting numbers go up and rows stay.
 */
export class WindowMirror {
  readonly sessionId: string;
  checkpoint: Checkpoint;
  archived: ArchiveMark | undefined;
  /** Read in this run, from this very file; else the rows before the checkpoint have to prove that it goes on. */
  isProven: boolean;
  #head: Buffer | undefined;

  private constructor(sessionId: string, checkpoint: Checkpoint, isNew: boolean, archived?: ArchiveMark) {
    this.sessionId = sessionId;
    this.checkpoint = checkpoint;
    this.archived = archived;
    this.isProven = isNew;
    this.#head = isNew ? Buffer.alloc(0) : undefined;
  }

  static begin(generationId: number, sessionId: string, rewrite: string): WindowMirror {
    const identity = { dev: rewriteNumber(rewrite), ino: 0n, birthtimeNs: 0n };
    return new WindowMirror(
      sessionId,
      { generationId, offset: 0, head: emptyFingerprint, tail: emptyFingerprint, identity, mtimeNs: 0n },
      true,
    );
  }

  static resume({ checkpoint, archived }: KnownGeneration, sessionId: string): WindowMirror {
    return new WindowMirror(sessionId, checkpoint, false, archived);
  }

  get id(): number {
    return this.checkpoint.generationId;
  }

  get identity(): FileIdentity {
    return this.checkpoint.identity;
  }

  get nextSeq(): number {
    return Number(this.identity.ino);
  }

  /** The rows are those that were read, as far as their numbers tell. */
  isOf(rewrite: string, lastSeq: number | undefined): boolean {
    return this.identity.dev === rewriteNumber(rewrite) && (lastSeq ?? -1) >= this.nextSeq - 1;
  }

  /** Whether the row before the checkpoint is the one that was read last. */
  prove(database: AgentDatabase): boolean {
    if (this.isProven) return true;
    const { length } = this.checkpoint.tail;
    const before = linesBack(database.eventsBefore(this.sessionId, this.nextSeq), length);
    this.isProven = sameFingerprint(fingerprint(before.subarray(before.length - length)), this.checkpoint.tail);
    return this.isProven;
  }

  /** Whole rows, about as many as the limit allows; `undefined`: nothing more. */
  readNext(database: AgentDatabase, limitBytes: number, updatedAt: number): Stretch | undefined {
    const { bytes, nextSeq } = linesFrom(database.events(this.sessionId, this.nextSeq), limitBytes);
    if (nextSeq === undefined) return undefined;
    const { offset, tail } = this.checkpoint;
    const head = this.#headFor(database);
    const grown = Buffer.concat([head, bytes.subarray(0, HEAD_LIMIT_BYTES - head.length)]);
    const last = bytes.length >= TAIL_LIMIT_BYTES ? bytes : linesBack(database.eventsBefore(this.sessionId, nextSeq), TAIL_LIMIT_BYTES);
    return {
      start: offset,
      bytes,
      checkpoint: {
        ...this.checkpoint,
        offset: offset + bytes.length,
        head: fingerprint(grown),
        tail: bytes.length === 0 ? tail : fingerprint(last.subarray(-TAIL_LIMIT_BYTES)),
        identity: { ...this.identity, ino: BigInt(nextSeq) },
        mtimeNs: BigInt(updatedAt) * 1_000_000n,
      },
    };
  }

  /**
   * A long row is several changes, of which the last alone goes on to the next row. They are committed together; where they were
   * not, the bytes before the checkpoint end no row, so that nothing proves them and the transcript begins anew.
   */
  *pieces(stretch: Stretch, limitBytes: number): Generator<Stretch> {
    const { start, bytes, checkpoint } = stretch;
    let at = 0;
    for (; bytes.length - at > limitBytes; at += limitBytes) {
      const piece = bytes.subarray(at, at + limitBytes);
      const offset = start + at + piece.length;
      const tail = fingerprint(piece.subarray(-TAIL_LIMIT_BYTES));
      yield { start: start + at, bytes: piece, checkpoint: { ...checkpoint, offset, tail, identity: this.identity } };
    }
    yield { start: start + at, bytes: bytes.subarray(at), checkpoint };
  }

  advance({ bytes, checkpoint }: Stretch): void {
    const head = this.#head;
    if (head !== undefined) this.#head = Buffer.concat([head, bytes.subarray(0, HEAD_LIMIT_BYTES - head.length)]);
    this.checkpoint = checkpoint;
  }

  #headFor(database: AgentDatabase): Buffer {
    this.#head ??= linesFrom(database.events(this.sessionId, 0), Math.min(HEAD_LIMIT_BYTES, this.checkpoint.offset)).bytes.subarray(
      0,
      Math.min(HEAD_LIMIT_BYTES, this.checkpoint.offset),
    );
    return this.#head;
  }
}

function rewriteNumber(rewrite: string): bigint {
  return BigInt(`0x${hash('sha256', rewrite).slice(0, 15)}`);
}

function linesFrom(rows: Iterable<EventRow>, limitBytes: number): { readonly bytes: Buffer; readonly nextSeq: number | undefined } {
  const lines: Buffer[] = [];
  let length = 0;
  let nextSeq: number | undefined;
  for (const row of rows) {
    const line = eventLine(row);
    lines.push(line);
    length += line.length;
    nextSeq = row.seq + 1;
    if (length >= limitBytes) break;
  }
  return { bytes: Buffer.concat(lines, length), nextSeq };
}

/** The last bytes of what rows make up that come backwards: at least so many, as far as there are any. */
function linesBack(rows: Iterable<EventRow>, atLeast: number): Buffer {
  const lines: Buffer[] = [];
  let length = 0;
  for (const row of rows) {
    if (length >= atLeast) break;
    const line = eventLine(row);
    lines.unshift(line);
    length += line.length;
  }
  return Buffer.concat(lines, length);
}
