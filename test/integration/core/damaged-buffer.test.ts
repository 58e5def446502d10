import { expect, it } from 'vitest';
import { openCore } from '../../../main/core/core.ts';
import { CoreError } from '../../../main/core/platform/errors.ts';
import { silentLogger } from '../../../main/core/platform/logger.ts';
import { openBuffer } from '../../../main/core/store/buffer.ts';
import { readerIn } from '../../../main/core-process/reader.ts';
import { CoreRig } from '../../support/core-rig.ts';

it('opens the buffer once more when damage shows only beyond the check at start', async () => {
  await using rig = new CoreRig();
  rig.state.begin('agent:main:main', 'first');
  rig.state.turn('first', 'hello', 'hello to you');
  const { clock, exits, fs, gateway, home, state } = rig;
  let openings = 0;
  await using core = await openCore({
    home,
    config: { roots: [state.root], flushIntervalMs: 1_000 },
    version: '0.0.0-test',
    env: {},
    clock,
    fs,
    log: silentLogger,
    gateway,
    exits,
    readerIn,
    hints: false,
    openBuffer: (where, deps) => {
      const opened = openBuffer(where, deps);
      openings += 1;
      if (openings === 1) {
        opened.journal.rememberedSessions = () => {
          throw new CoreError('buffer-damaged', 'The buffer is damaged.', '');
        };
      }
      return opened;
    },
  });
  core.start();
  await rig.pass(1_000);
  expect(openings).toBe(2);
  expect(core.status).toMatchObject({ health: 'protecting', sources: [{ sessions: 1 }] });
});
