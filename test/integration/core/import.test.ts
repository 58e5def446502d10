import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CoreRig } from '../../support/core-rig.ts';

const MIB = 1024 * 1024;

it('empties the WAL of an import when it is over', async () => {
  await using rig = new CoreRig();
  const line = `${JSON.stringify({ type: 'custom', data: 'x'.repeat(MIB) })}\n`;
  for (let file = 0; file < 8; file += 1) writeFileSync(rig.state.path(`large-${file}`), line.repeat(20));
  const walBytes = () => statSync(join(rig.home, 'buffer.db-wal')).size;
  await rig.start();
  await rig.pass(5_000);
  expect(rig.committedBytes).toBeGreaterThanOrEqual(160 * MIB);
  expect(walBytes()).toBeGreaterThan(64 * MIB);
  await rig.pass(60_000);
  expect(walBytes()).toBeLessThan(65 * MIB);
});
