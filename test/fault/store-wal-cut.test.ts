import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { silentLogger } from '../../main/core/platform/logger.ts';
import { openBuffer } from '../../main/core/store/buffer.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { tempDir } from '../support/temp-dir.ts';
import { captured, parseTestLine, Recording, said } from '../unit/store/recording.ts';

const CUTS = 240;

/** The same numbers in every run: a failure must be repeatable. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A line of about a kilobyte that does not compress and is different in every place. */
function line(n: number): string {
  return said(createHash('sha512').update(String(n)).digest('hex').repeat(8), { id: String(n) });
}

test('a WAL that a power cut left torn or spoilt reopens to an exact prefix with its checkpoint', () => {
  using dir = tempDir();
  const recording = new Recording(dir);
  const id = recording.open('a');
  for (let n = 0; n < 120; n += 1) {
    recording.append(id, line(n));
    if (n % 10 === 0) recording.index();
  }
  const whole = recording.content(id);
  // Copies of a running buffer are what a power cut leaves: the database, and the WAL as far as it got.
  const database = readFileSync(join(recording.home, 'buffer.db'));
  const wal = readFileSync(join(recording.home, 'buffer.db-wal'));
  recording.journal[Symbol.dispose]();

  const next = numbers(20_261_122);
  const prefixes = new Set<number>();
  let fresh = 0;
  for (let cut = 0; cut < CUTS; cut += 1) {
    const torn = Buffer.from(wal.subarray(0, Math.floor(next() * (wal.length + 1))));
    if (cut % 3 === 0 && torn.length > 0) {
      const at = Math.floor(next() * torn.length);
      torn[at] = (torn[at] ?? 0) ^ (1 << Math.floor(next() * 8));
    }
    const home = join(dir.path, `cut-${cut}`);
    mkdirSync(home);
    writeFileSync(join(home, 'buffer.db'), database);
    writeFileSync(join(home, 'buffer.db-wal'), torn);
    const { journal, damagedAside } = openBuffer(home, { clock: new FakeClock(), log: silentLogger, parse: parseTestLine });
    try {
      expect(damagedAside).toBeUndefined();
      const [known] = journal.knownGenerations(recording.directory);
      if (known === undefined) {
        fresh += 1;
        continue;
      }
      const bytes = captured(journal, id);
      expect(bytes.equals(whole.subarray(0, bytes.length))).toBe(true);
      expect(known.checkpoint.offset).toBe(bytes.length);
      expect(journal.catalog.verify()).toMatchObject({ ok: true, bytes: bytes.length });
      const half = Math.floor(bytes.length / 2);
      expect(captured(journal, id, half).equals(whole.subarray(0, half))).toBe(true);
      prefixes.add(bytes.length);
    } finally {
      journal[Symbol.dispose]();
      rmSync(home, { recursive: true });
    }
  }
  expect(prefixes.size).toBeGreaterThan(40);
  expect(fresh).toBeLessThan(CUTS / 2);
});

test('a buffer whose WAL was cut goes on from where it is', () => {
  using dir = tempDir();
  const recording = new Recording(dir);
  const id = recording.open('a');
  for (let n = 0; n < 40; n += 1) recording.append(id, line(n));
  const home = join(dir.path, 'cut');
  mkdirSync(home);
  copyFileSync(join(recording.home, 'buffer.db'), join(home, 'buffer.db'));
  const wal = readFileSync(join(recording.home, 'buffer.db-wal'));
  writeFileSync(join(home, 'buffer.db-wal'), wal.subarray(0, Math.floor(wal.length * 0.6)));
  const whole = recording.content(id);
  recording.journal[Symbol.dispose]();

  const { journal } = openBuffer(home, { clock: new FakeClock(), log: silentLogger, parse: parseTestLine });
  const [known] = journal.knownGenerations(recording.directory);
  const from = known?.checkpoint.offset ?? -1;
  expect(from).toBeGreaterThan(0);
  expect(from).toBeLessThan(whole.length);
  const change = recording.appended(id, '');
  if (change.change !== 'appended') throw new Error('not appended');
  journal.commit([{ ...change, start: from, bytes: whole.subarray(from) }], { transitions: [], sessions: [], drafts: [], resolved: [] }, 1);
  expect(captured(journal, id).equals(whole)).toBe(true);
  journal.index(Number.POSITIVE_INFINITY);
  expect(journal.catalog.session(1)?.records).toBe(40);
  journal[Symbol.dispose]();
});
