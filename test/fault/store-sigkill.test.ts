import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { silentLogger } from '../../main/core/platform/logger.ts';
import { openBuffer } from '../../main/core/store/buffer.ts';
import { isWriterRunning } from '../../main/core/store/writer-lock.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { tempDir } from '../support/temp-dir.ts';
import { captured, parseTestLine } from '../unit/store/recording.ts';
import { lineOf } from './store-sigkill-lines.ts';

const KILLS = 16;
const WRITER = fileURLToPath(new URL('./store-sigkill-writer.ts', import.meta.url));

/** Runs the writer until it has reported `lines` more commits, kills it, and returns what it said was durable. */
async function killAfter(home: string, lines: number): Promise<number> {
  const child = spawn(process.execPath, [WRITER, home], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  let reported = 0;
  let last = 0;
  let rest = '';
  for await (const data of child.stdout.setEncoding('utf8')) {
    const parts = (rest + String(data)).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) last = Number(part);
    reported += parts.length;
    if (reported >= lines) child.kill('SIGKILL');
  }
  const [, signal] = await exited;
  expect(signal).toBe('SIGKILL');
  return last;
}

test('a writer that is killed at any moment has lost nothing it called durable, and nothing is half there', async () => {
  using dir = tempDir();
  const home = `${dir.path}/home`;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const durable = await killAfter(home, 1 + ((kill * 23) % 60));
    expect(isWriterRunning(home)).toBe(false);
    const { journal, damagedAside } = openBuffer(home, { clock: new FakeClock(), log: silentLogger, parse: parseTestLine });
    try {
      expect(damagedAside).toBeUndefined();
      const [known] = journal.knownGenerations({ sourceId: 1, agent: 'main', path: '/agent/sessions' });
      const bytes = captured(journal, known?.id ?? 0);
      const lines = bytes.toString().split('\n').length - 1;
      expect(lines).toBeGreaterThanOrEqual(durable);
      expect(bytes.toString()).toBe(Array.from({ length: lines }, (_, n) => lineOf(n)).join(''));
      expect(known?.checkpoint.offset).toBe(bytes.length);
      expect(journal.catalog.verify()).toMatchObject({ ok: true, bytes: bytes.length });
      journal.index(Number.POSITIVE_INFINITY);
      expect(journal.catalog.session(1)?.records).toBe(lines);
    } finally {
      journal[Symbol.dispose]();
    }
  }
});
