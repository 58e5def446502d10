import { silentLogger } from '../../main/core/platform/logger.ts';
import { eraseAll } from '../../main/core/storage/erasing.ts';
import { moveBuffer } from '../../main/core/storage/moving.ts';

/** Moves the buffer to a folder, or erases everything, and waits at the named step until it is killed. */
const [home = '', folder = '', where = ''] = process.argv.slice(2);

function failpoint(step: string): void {
  if (step !== where) return;
  process.stdout.write('here\n');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

if (folder === 'erase') eraseAll(home, { log: silentLogger, failpoint });
else await moveBuffer(home, folder, { log: silentLogger, openclaw: [], failpoint });
