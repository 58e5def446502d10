import { parentPort, workerData } from 'node:worker_threads';
import { CoreError, errnoOf } from './platform/errors.ts';
import { parseLine } from './sources/registry.ts';
import { ChunkReader } from './store/chunk-reader.ts';
import { moveWal, openReadable } from './store/database.ts';
import { packed } from './store/packer.ts';
import type { PackTask } from './store/packing-areas.ts';
import { PackingSlots } from './store/packing-slots.ts';
import type { ThreadReport, ThreadStart, ThreadTask } from './store/store-threads.ts';
import { digestStretch, type Stretch, type StretchDigest } from './store/stretch.ts';
import { workOff } from './store/thread-digests.ts';

/** A thread of the core that does what needs no decision: packs chunks, reads lines ahead, and moves the WAL into the database. */

const { areas, port } = workerData as ThreadStart;
const slotsOf = areas.map((memory) => new PackingSlots(memory));
const readers = new Map<string, ChunkReader>();

parentPort?.on('message', (task: ThreadTask) => {
  if (task.task === 'pack') pack(task);
  else if (task.task === 'digest') workOff(task, port, (stretch) => digested(task.database, stretch));
  else parentPort?.postMessage(movedWal(task.database));
});

/** From the end on: the core itself works from the beginning, and they meet. */
function pack({ area, count }: PackTask): void {
  const slots = slotsOf[area];
  if (slots === undefined) return;
  for (let slot = count - 1; slot >= 0; slot -= 1) {
    if (!slots.take(slot)) continue;
    const raw = Buffer.from(slots.bytes(slot));
    const { codec, sha256, bytes } = packed(raw);
    slots.finish(slot, codec, sha256, bytes === raw ? undefined : bytes);
  }
}

/** `undefined` for what this connection cannot see or read: the core looks for itself, and names the fault. */
function digested(database: string, stretch: Stretch): StretchDigest | undefined {
  try {
    const reader = readers.get(database) ?? new ChunkReader(openReadable(database));
    readers.set(database, reader);
    const digest = digestStretch(reader, parseLine, stretch);
    return digest.fault === undefined ? digest : undefined;
  } catch (error) {
    if (errnoOf(error) === undefined && !(error instanceof CoreError)) throw error;
    return undefined;
  }
}

/** A fault of the storage is for the core to meet again and to name. */
function movedWal(database: string): ThreadReport {
  try {
    moveWal(database);
    return { walMoved: true };
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return { walMoved: false };
  }
}
