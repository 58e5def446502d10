import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { eraseAll } from '../../../main/core/storage/erasing.ts';
import { moveBuffer } from '../../../main/core/storage/moving.ts';
import { acquireWriterLock } from '../../../main/core/store/writer-lock.ts';
import { filesThatHold } from '../../support/files-under.ts';
import { CrashImages } from './crash-images.ts';
import { LOG, SECRET, Stored } from './stored.ts';

const deps = { log: LOG, openclaw: [] };

it('everything that was captured is gone, and what was forgotten stays forgotten', () => {
  using stored = new Stored();
  const before = statSync(stored.spool).size;
  expect(eraseAll(stored.home, { log: LOG }).bytes).toBeGreaterThan(0);
  expect(filesThatHold(stored.folder, [SECRET])).toEqual([]);
  expect(stored.bufferFiles).toEqual([]);
  // A gateway goes on appending to it, and whoever reads it knows where it was.
  expect(statSync(stored.spool).size).toBe(before);
  expect(readFileSync(stored.spool, 'utf8')).toContain('"hook":"spool"');
  stored.opened((journal) => {
    expect(journal.catalog.sessions({ limit: 10 }).items).toEqual([]);
    expect(journal.forgetting.passedOver()).toMatchObject([{ nativeId: 'forgotten', agent: 'main' }]);
  });
  stored.opened((journal) => expect(journal.forgetting.passedOver()).toHaveLength(1));
});

it.each(['home', 'elsewhere'])(
  'erasing in the folder %s that is killed at any step has erased nothing, or everything after the next start',
  async (place) => {
    using stored = new Stored();
    if (place !== 'home') await moveBuffer(stored.home, join(stored.folder, place), deps);
    const images = new CrashImages(stored.folder, stored.images);
    eraseAll(stored.home, { log: LOG, failpoint: images.failpoint });
    expect(images.steps.slice(0, 2)).toEqual(['asked', 'begun']);
    expect(images.steps.at(-1)).toBe('finished');
    for (const [step, name] of images.steps.entries()) {
      images.putBack(step);
      const left = stored.conversations;
      expect([name, left]).toEqual([name, name === 'asked' ? ['kept'] : []]);
      expect(filesThatHold(stored.folder, [SECRET]).length > 0).toBe(name === 'asked');
      stored.opened((journal) => expect(journal.forgetting.passedOver()).toHaveLength(1));
    }
  },
);

it('a buffer that cannot be read is erased too', () => {
  using stored = new Stored();
  writeFileSync(join(stored.home, 'buffer.db'), SECRET.repeat(1_000));
  eraseAll(stored.home, { log: LOG });
  expect(filesThatHold(stored.folder, [SECRET])).toEqual([]);
  expect(stored.conversations).toEqual([]);
});

it('what an earlier version of Clawback began in the home, beside a buffer that was moved away, is erased too', async () => {
  using stored = new Stored();
  await moveBuffer(stored.home, join(stored.folder, 'elsewhere'), deps);
  writeFileSync(join(stored.home, 'buffer.db'), SECRET);
  eraseAll(stored.home, { log: LOG });
  expect(filesThatHold(stored.folder, [SECRET])).toEqual([]);
});

it('nothing is erased while another Clawback writes', () => {
  using stored = new Stored();
  using _lock = acquireWriterLock(stored.home);
  expect(() => eraseAll(stored.home, { log: LOG })).toThrow(expect.objectContaining({ code: 'buffer-locked' }));
  expect(filesThatHold(stored.folder, [SECRET])).not.toEqual([]);
});

it('what the disk refuses is said as that, and nothing is erased', () => {
  using stored = new Stored();
  mkdirSync(join(stored.home, `storage.json.${process.pid}.tmp`));
  expect(() => eraseAll(stored.home, { log: LOG })).toThrow(expect.objectContaining({ code: 'io' }));
  expect(stored.conversations).toEqual(['kept']);
});
