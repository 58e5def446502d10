import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CoreRig } from '../../support/core-rig.ts';

const MIB = 1024 * 1024;

it('leaves no WAL as large as what it imports', async () => {
  await using rig = new CoreRig();
  const line = `${JSON.stringify({ type: 'custom', data: 'x'.repeat(MIB) })}\n`;
  for (let file = 0; file < 8; file += 1) writeFileSync(rig.state.path(`large-${file}`), line.repeat(20));
  let largestWal = 0;
  rig.buffer.onDone = (name) => {
    if (name === 'commit') largestWal = Math.max(largestWal, statSync(join(rig.home, 'buffer.db-wal')).size);
  };
  await rig.start();
  await rig.pass(5_000);
  expect(rig.committedBytes).toBeGreaterThanOrEqual(160 * MIB);
  expect(largestWal).toBeLessThan(110 * MIB);
});
