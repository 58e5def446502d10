import { parentPort, workerData } from 'node:worker_threads';
import { errnoOf } from '../platform/errors.ts';
import { moveWal } from './database.ts';
import { packed } from './packer.ts';
import { PackingSlots } from './packing-slots.ts';
import type { ThreadReport, ThreadTask } from './store-threads.ts';

/** A thread of the core that does what needs no decision: packs chunks, and moves the WAL into the database. */

const slots = new PackingSlots(workerData as SharedArrayBuffer);

parentPort?.on('message', (task: ThreadTask) => {
  if (task.task === 'pack') packSlots(task.count);
  else parentPort?.postMessage(movedWal(task.database));
});

/** From the end on: the core itself works from the beginning, and they meet. */
function packSlots(count: number): void {
  for (let slot = count - 1; slot >= 0; slot -= 1) {
    if (!slots.take(slot)) continue;
    const raw = Buffer.from(slots.bytes(slot));
    const { codec, sha256, bytes } = packed(raw);
    slots.finish(slot, codec, sha256, bytes === raw ? undefined : bytes);
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
