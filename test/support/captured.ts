import assert from 'node:assert/strict';
import type { Change, Checkpoint, GenerationStart } from '../../main/core/capture/change.ts';
import { fingerprint } from '../../main/core/capture/fingerprint.ts';
import type { KnownGeneration } from '../../main/core/capture/tailing.ts';

/** A generation as a buffer would hold it. */
export interface CapturedGeneration {
  readonly start: GenerationStart;
  readonly chunks: readonly Uint8Array[];
  readonly checkpoint: Checkpoint;
  readonly path: string;
  readonly archived?: GenerationStart['archived'];
  readonly closedAs?: string;
  readonly sizeAfter?: number;
  readonly isGone?: boolean;
}

/** What a store would make of changes, with the invariants of the capture checked on every one of them. */
export class Captured {
  readonly generations: ReadonlyMap<number, CapturedGeneration>;

  constructor(generations: ReadonlyMap<number, CapturedGeneration> = new Map()) {
    this.generations = generations;
  }

  with(changes: readonly Change[]): Captured {
    const next = new Map(this.generations);
    for (const change of changes) {
      const id = change.change === 'opened' ? change.generation.id : change.generationId;
      next.set(id, apply(next.get(id), change));
    }
    return new Captured(next);
  }

  /** By name while live, oldest first. */
  named(name: string): readonly CapturedGeneration[] {
    return [...this.generations.values()].filter(({ start }) => start.name === name).sort((a, b) => a.start.id - b.start.id);
  }

  get known(): readonly KnownGeneration[] {
    return [...this.generations.values()]
      .filter(({ closedAs, isGone }) => (closedAs === undefined || closedAs === 'archived') && !isGone)
      .map(({ start, checkpoint, path, archived }) => {
        const { id, kind, name, nativeId } = start;
        return { id, kind, name, ...(nativeId === undefined ? {} : { nativeId }), path, checkpoint, ...(archived ? { archived } : {}) };
      });
  }
}

export function bytesOf({ chunks }: CapturedGeneration): Buffer {
  return Buffer.concat(chunks);
}

function apply(generation: CapturedGeneration | undefined, change: Change): CapturedGeneration {
  if (change.change === 'opened') {
    assert.equal(generation, undefined, 'a generation opens once');
    return open(change.generation);
  }
  assert(generation, `${change.change} before opened`);
  const isOpen = generation.closedAs === undefined;
  assert(isOpen || (generation.closedAs === 'archived' && !generation.isGone), `${change.change} after the end of generation`);
  switch (change.change) {
    case 'appended':
      return append(generation, change);
    case 'rebound': {
      const { identity, mtimeNs, path } = change;
      return { ...generation, path, checkpoint: { ...generation.checkpoint, identity, mtimeNs } };
    }
    case 'moved': {
      const { archived: _archived, closedAs: _closedAs, ...rest } = generation;
      return { ...rest, path: change.path, ...(change.archived ? { archived: change.archived, closedAs: 'archived' } : {}) };
    }
    case 'closed':
      assert(isOpen, 'an archived generation is not closed again');
      return { ...generation, closedAs: change.as, ...(change.sizeAfter === undefined ? {} : { sizeAfter: change.sizeAfter }) };
    case 'archive-gone':
      assert(!isOpen, 'only the file of an archived generation goes');
      return { ...generation, isGone: true };
  }
}

function open(start: GenerationStart): CapturedGeneration {
  const { id: generationId, identity, mtimeNs, archived } = start;
  const checkpoint = { generationId, offset: 0, head: fingerprint(Buffer.of()), tail: fingerprint(Buffer.of()), identity, mtimeNs };
  return { start, chunks: [], checkpoint, path: start.path, ...(archived ? { archived, closedAs: 'archived' } : {}) };
}

function append(generation: CapturedGeneration, change: Change & { change: 'appended' }): CapturedGeneration {
  const { start, bytes, checkpoint } = change;
  assert.equal(start, generation.checkpoint.offset, 'chunks are contiguous');
  assert(bytes.length > 0 && bytes.length <= 256 * 1024, 'a chunk is bounded');
  assert.equal(checkpoint.offset, start + bytes.length, 'the checkpoint is where the bytes end');
  const chunks = [...generation.chunks, Buffer.from(bytes)];
  const first = generation.checkpoint.head.length < 1024 ? Buffer.concat(chunks).subarray(0, 1024) : undefined;
  if (first) assert.deepEqual(checkpoint.head, fingerprint(first), 'the head is of the first bytes');
  else assert.deepEqual(checkpoint.head, generation.checkpoint.head, 'a full head stays');
  assert.deepEqual(checkpoint.tail, tailOf(chunks), 'the tail is of the last bytes');
  return { ...generation, chunks, checkpoint };
}

function tailOf(chunks: readonly Uint8Array[]) {
  let tail: Uint8Array = Buffer.of();
  for (let index = chunks.length - 1; index >= 0 && tail.length < 64; index -= 1) {
    tail = Buffer.concat([chunks[index] ?? Buffer.of(), tail]).subarray(-64);
  }
  return fingerprint(tail);
}
