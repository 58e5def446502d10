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
import { type DigestTask, workOff } from './store/thread-digests.ts';

/** A thread of the core that does what needs no decision: packs chunks, reads lines ahead, and moves the WAL into the database. */

const { areas, port } = workerData as ThreadStart;
const slotsOf = areas.map((memory) => new PackingSlots(memory));

parentPort?.on('message', (task: ThreadTask) => {
  if (task.task === 'pack') pack(task);
  else if (task.task === 'digest') readAhead(task);
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

/** With a connection for this task alone: one that stayed would keep the core, when it closes the buffer, from emptying the WAL. */
function readAhead(task: DigestTask): void {
  const db = seen(() => openReadable(task.database));
  const reader = db && seen(() => new ChunkReader(db));
  try {
    workOff(task, port, (stretch) => reader && seen(() => digested(reader, stretch)));
  } finally {
    db?.close();
  }
}

function digested(reader: ChunkReader, stretch: Stretch): StretchDigest | undefined {
  const digest = digestStretch(reader, parseLine, stretch);
  return digest.fault === undefined ? digest : undefined;
}

/** `undefined` for what cannot be seen or read from here: the core looks for itself, and names the fault. */
function seen<T>(look: () => T): T | undefined {
  try {
    return look();
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
