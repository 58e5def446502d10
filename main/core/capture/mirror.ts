import { createHash, type Hash } from 'node:crypto';
import type { FileGlance } from '../platform/file-glance.ts';
import type { FileStat, ReadableFile } from '../platform/file-system.ts';
import type { ArtefactKind } from '../types.ts';
import type { ArchiveMark, Checkpoint, FileIdentity } from './change.ts';
import { emptyFingerprint, fingerprint, HEAD_LIMIT_BYTES, sameFingerprint, sameIdentity, TAIL_LIMIT_BYTES } from './fingerprint.ts';
import type { Mirrored } from './listing.ts';
import type { Probe } from './verdict.ts';

/** One `appended` carries at most this much, so that a long line never is one allocation or one row. */
export const CHUNK_LIMIT_BYTES = 256 * 1024;

/** Time stamps of files move in ticks (4 ms on ext4, 1 s on some network volumes): only an older one excludes a second write. */
const TICK_MS = 1000;
const LONG_AGO_MS = 3_600_000;

export interface MirrorStart {
  readonly kind: ArtefactKind;
  readonly name: string;
  readonly nativeId?: string;
  readonly fileName: string;
  readonly checkpoint: Checkpoint;
  readonly archived?: ArchiveMark;
}

/** One generation that may still grow or move: its checkpoint, and what was last seen of its file. */
export class Mirror implements Mirrored {
  readonly id: number;
  readonly kind: ArtefactKind;
  readonly name: string;
  readonly nativeId: string | undefined;
  fileName: string;
  checkpoint: Checkpoint;
  archived: ArchiveMark | undefined;
  seenSize: number;
  /** Monotonic ms; until then the file is looked at in every poll. */
  hotUntil = 0;
  /** Of its file when there was nothing to do. */
  calm: FileGlance | undefined;
  /** Rounds in which its descriptor could not be read to the end. */
  failedDrains = 0;
  #mtimeNs: bigint;
  #mtimeSeenAt: number | undefined;
  #settled = false;
  /** Index only: hash of all bytes so far; unknown after a restart until the file is read again. */
  #body: Hash | undefined;

  constructor(start: MirrorStart, isNew: boolean) {
    this.id = start.checkpoint.generationId;
    this.kind = start.kind;
    this.name = start.name;
    this.nativeId = start.nativeId;
    this.fileName = start.fileName;
    this.checkpoint = start.checkpoint;
    this.archived = start.archived;
    this.seenSize = start.checkpoint.offset;
    this.#mtimeNs = start.checkpoint.mtimeNs;
    if (isNew && start.kind === 'index') this.#body = createHash('sha256');
  }

  get identity(): FileIdentity {
    return this.checkpoint.identity;
  }

  get isArchived(): boolean {
    return this.archived !== undefined;
  }

  get lagBytes(): number {
    return Math.max(0, this.seenSize - this.checkpoint.offset);
  }

  get mtimeMs(): number {
    return Number(this.#mtimeNs / 1_000_000n);
  }

  /** The stat alone shows that there is nothing to read: true for idle files only. */
  isUntouchedBy(stat: FileStat): boolean {
    if (this.kind === 'index' && !this.isArchived && !this.#body) return false;
    return this.#settled && stat.size === this.checkpoint.offset && stat.mtimeNs === this.#mtimeNs;
  }

  hasNewTime(stat: FileStat): boolean {
    return stat.mtimeNs !== this.#mtimeNs;
  }

  /** The checkpoint was proven against `stat`. A time stamp of this very moment cannot vouch for what comes next. */
  settle(stat: FileStat, monotonicMs: number, nowMs: number): void {
    if (this.#mtimeSeenAt === undefined || stat.mtimeNs !== this.#mtimeNs) this.#mtimeSeenAt = monotonicMs;
    this.#mtimeNs = stat.mtimeNs;
    this.#settled = monotonicMs - this.#mtimeSeenAt >= TICK_MS || nowMs - this.mtimeMs > LONG_AGO_MS;
  }

  /** Reads what proves or refutes that `file` continues this generation. */
  prove(file: ReadableFile, stat: FileStat): Proof {
    const { offset, head, tail, identity, mtimeNs } = this.checkpoint;
    if (stat.size < offset) return { probe: { stat }, headBytes: new Uint8Array(0) };
    const headBytes = file.readAt(0, head.length);
    const tailBytes = file.readAt(offset - tail.length, tail.length);
    const probe: Probe = { stat, head: fingerprint(headBytes), tail: fingerprint(tailBytes) };
    if (this.kind !== 'index' || this.isArchived) return { probe, headBytes };
    const found = hashOf(file, offset);
    if (!this.#body && stat.mtimeNs === mtimeNs && sameIdentity(stat, identity)) this.#body = found;
    const isSame = found !== undefined && this.#body !== undefined && digest(found).equals(digest(this.#body));
    return { probe: { ...probe, body: isSame ? 'same' : 'changed' }, headBytes };
  }

  /**
   * The next stretch of the file, or `undefined` when it is not the continuation any more: the marker before the offset
   * is read in the same call as the stretch, so that a rewrite after the proof is noticed.
   */
  readNext(file: ReadableFile, stat: FileStat, headBytes: Uint8Array, limitBytes: number): Stretch | undefined {
    const { offset, head, tail } = this.checkpoint;
    const want = Math.min(CHUNK_LIMIT_BYTES, stat.size - offset, limitBytes);
    const read = file.readAt(offset - tail.length, tail.length + want);
    if (read.length <= tail.length || !sameFingerprint(fingerprint(read.subarray(0, tail.length)), tail)) return undefined;
    const bytes = read.subarray(tail.length);
    const missing = HEAD_LIMIT_BYTES - headBytes.length;
    const grownHead = missing > 0 ? Buffer.concat([headBytes, bytes.subarray(0, missing)]) : headBytes;
    const checkpoint: Checkpoint = {
      ...this.checkpoint,
      offset: offset + bytes.length,
      head: missing > 0 ? fingerprint(grownHead) : head,
      tail: fingerprint(read.subarray(-TAIL_LIMIT_BYTES)),
      mtimeNs: stat.mtimeNs,
    };
    return { start: offset, bytes, checkpoint, headBytes: grownHead };
  }

  advance({ bytes, checkpoint }: Stretch): void {
    this.checkpoint = checkpoint;
    this.#body?.update(bytes);
    this.#settled = false;
  }

  rebind(stat: FileStat): void {
    const { dev, ino, birthtimeNs, mtimeNs } = stat;
    this.checkpoint = { ...this.checkpoint, identity: { dev, ino, birthtimeNs }, mtimeNs };
    this.#settled = false;
  }
}

export interface Proof {
  readonly probe: Probe;
  readonly headBytes: Uint8Array;
}

export interface Stretch {
  readonly start: number;
  readonly bytes: Uint8Array;
  readonly checkpoint: Checkpoint;
  /** First bytes of the file after this stretch, at most 1024. */
  readonly headBytes: Uint8Array;
}

export function firstCheckpoint(generationId: number, stat: FileStat): Checkpoint {
  const { dev, ino, birthtimeNs, mtimeNs } = stat;
  return { generationId, offset: 0, head: emptyFingerprint, tail: emptyFingerprint, identity: { dev, ino, birthtimeNs }, mtimeNs };
}

function hashOf(file: ReadableFile, length: number): Hash | undefined {
  const hash = createHash('sha256');
  for (let offset = 0; offset < length; offset += CHUNK_LIMIT_BYTES) {
    const want = Math.min(CHUNK_LIMIT_BYTES, length - offset);
    const bytes = file.readAt(offset, want);
    if (bytes.length < want) return undefined;
    hash.update(bytes);
  }
  return hash;
}

/** Of a copy: a digest ends a hash. */
function digest(hash: Hash): Buffer {
  return hash.copy().digest();
}
