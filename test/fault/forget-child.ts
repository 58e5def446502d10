import { join } from 'node:path';
import { parseLine } from '../../main/core/sources/registry.ts';
import { openWritable } from '../../main/core/store/database.ts';
import { BufferForgetting } from '../../main/core/store/forgetting.ts';
import { inTransaction } from '../../main/core/store/sqlite.ts';

/** Forgets a conversation and waits at the named step until it is killed: `uncommitted`, `begun`, `half erased`, `erased`, or after so many steps of scrubbing. */
const [home = '', sessionRow = '', where = ''] = process.argv.slice(2);
const db = openWritable(join(home, 'buffer.db'));
const forgetting = new BufferForgetting(db, {
  parse: parseLine,
  write: (work) =>
    inTransaction(db, () => {
      const result = work();
      stopAt('uncommitted');
      return result;
    }),
  guarded: (work) => work(),
});

function stopAt(step: string): void {
  if (step !== where) return;
  process.stdout.write('here\n');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

const passedOver = forgetting.begin(Number(sessionRow), Date.now());
stopAt('begun');
while (!forgetting.erase(passedOver).isWhole) stopAt('half erased');
stopAt('erased');
for (let step = 1; forgetting.scrub() === 'more'; step += 1) stopAt(String(step));
stopAt('scrubbed');
