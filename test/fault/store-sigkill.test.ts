import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { silentLogger } from '../../main/core/platform/logger.ts';
import { openBuffer } from '../../main/core/store/buffer.ts';
import type { Journal } from '../../main/core/store/store.ts';
import { isWriterRunning } from '../../main/core/store/writer-lock.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { tempDir } from '../support/temp-dir.ts';
import { captured, parseTestLine } from '../unit/store/recording.ts';
import { fateOf, lineOf, TAKEN_BACK_AFTER, witnessedOf } from './store-sigkill-lines.ts';

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

/** `durable`: messages whose fate was sealed before the kill. */
function checkWitnessed(journal: Journal, durable: number): void {
  const { catalog } = journal;
  const newest = Number(journal.witnessCursor(1, 'gateway-stream'));
  expect(newest).toBeGreaterThanOrEqual(durable - 1);
  const session = catalog.findSessions('unwritten')[0];
  const rows = catalog.unpersisted({ sourceId: 1, agent: 'main', nativeId: 'unwritten' });
  const texts = rows.map(({ text }) => text);
  const numbers = texts.map((text) => Number(text.split(' ')[1]));
  expect(texts).toEqual(numbers.map(witnessedOf));
  for (const n of Array.from({ length: durable }, (_, index) => index)) {
    if (fateOf(n) === 'stands') expect(numbers).toContain(n);
    if (fateOf(n) === 'persisted' || n <= durable - 1 - TAKEN_BACK_AFTER) expect(numbers.includes(n)).toBe(fateOf(n) === 'stands');
  }
  const judged = session === undefined ? [] : catalog.messages(session.id, { limit: 500 }).items.map(({ text }) => text);
  expect(judged).toEqual(texts);
  expect(session?.onlyHere ?? 0).toBe(texts.length);
  expect(session === undefined ? [] : catalog.unpersistedLines(session.id).map(({ at }) => at)).toEqual(
    numbers.map((n) => 1_000 * (n + 1)),
  );
  const pending = catalog.pendingWitnessed().map(({ text }) => text);
  expect([[], [witnessedOf(newest)], [witnessedOf(newest + 1).slice(0, 10)]]).toContainEqual(pending);
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
      expect(journal.catalog.verify()).toMatchObject({ ok: true });
      journal.index(Number.POSITIVE_INFINITY);
      expect(journal.catalog.session(1)?.records).toBe(lines);
      checkWitnessed(journal, durable);
    } finally {
      journal[Symbol.dispose]();
    }
  }
});
