import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { silentLogger } from '../../main/core/platform/logger.ts';
import { openBuffer } from '../../main/core/store/buffer.ts';
import { ZSTD } from '../../main/core/store/codec.ts';
import { openSqlite } from '../../main/core/store/sqlite.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { tempDir } from '../support/temp-dir.ts';
import { captured, parseTestLine } from '../unit/store/recording.ts';
import { contentOf, directoryOf, FILES_A_ROUND } from './import-sigkill-files.ts';

const KILLS = 4;
const WRITER = fileURLToPath(new URL('./import-sigkill-writer.ts', import.meta.url));

/** Runs the import until it has called some more files durable, kills it a moment later, and returns how many those were. */
async function killAfter(home: string, how: 'threads' | 'in-place', rounds: number): Promise<number> {
  const child = spawn(process.execPath, [WRITER, home, how], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  let reported = 0;
  let last = 0;
  for await (const data of child.stdout.setEncoding('utf8')) {
    const numbers = String(data).trim().split('\n').map(Number);
    last = numbers.at(-1) ?? last;
    reported += numbers.length;
    if (reported >= rounds) child.kill('SIGKILL');
  }
  expect((await exited)[1]).toBe('SIGKILL');
  return last;
}

function packedChunks(home: string): number {
  const db = openSqlite(join(home, 'buffer.db'), { readonly: true, busyTimeoutMs: 0 });
  try {
    return db.prepare<[number], number>('SELECT count(*) FROM chunk WHERE codec = ?').pluck().get(ZSTD) ?? 0;
  } finally {
    db.close();
  }
}

test.each(['in-place', 'threads'] as const)(
  'a first import that packs (%s) and is killed at any moment holds whole files, exact and sound, and goes on',
  async (how) => {
    using dir = tempDir();
    const home = join(dir.path, 'home');
    for (let kill = 0; kill < KILLS; kill += 1) {
      const durable = await killAfter(home, how, 1 + ((kill * 5) % 7));
      const { journal, damagedAside } = openBuffer(home, { clock: new FakeClock(), log: silentLogger, parse: parseTestLine });
      try {
        expect(damagedAside).toBeUndefined();
        expect(journal.catalog.verify()).toMatchObject({ ok: true });
        const known = journal.knownGenerations(directoryOf(1));
        expect(known.length).toBeGreaterThanOrEqual(durable);
        expect(known.length % FILES_A_ROUND).toBe(0);
        for (const [n, { id, checkpoint }] of known.entries()) {
          const bytes = captured(journal, id);
          expect(bytes.equals(contentOf(n))).toBe(true);
          expect(checkpoint.offset).toBe(bytes.length);
        }
        journal.index(Number.POSITIVE_INFINITY);
        expect(journal.catalog.indexBacklogBytes()).toBe(0);
      } finally {
        journal[Symbol.dispose]();
      }
    }
    expect(packedChunks(home)).toBeGreaterThan(0);
  },
);
