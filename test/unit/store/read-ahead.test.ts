import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { silentLogger } from '../../../main/core/platform/logger.ts';
import { parseLine } from '../../../main/core/sources/registry.ts';
import { ChunkReader } from '../../../main/core/store/chunk-reader.ts';
import { openReadable } from '../../../main/core/store/database.ts';
import type { Sqlite } from '../../../main/core/store/sqlite.ts';
import { noThreads, type StoreThreads, WorkerThreads } from '../../../main/core/store/store-threads.ts';
import { digestStretch, type Stretch, type StretchDigest } from '../../../main/core/store/stretch.ts';
import { ThreadDigests, workOff } from '../../../main/core/store/thread-digests.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';
import { parseTestLine, Recording } from './recording.ts';

const MIB = 1024 * 1024;
const CONVERSATIONS = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth'];

/** About 2 MiB in the format of OpenClaw, with what an index has to tell apart: no words, no time, a prompt, a line that goes on in the next stretch. */
function transcript(name: string): string {
  const lines: unknown[] = [{ type: 'session', version: 3, id: name, timestamp: '2026-01-01T00:00:00.000Z' }];
  const message = (id: number, inner: object, timestamp?: string) =>
    lines.push({ type: 'message', id: `${name}${id}`, timestamp, message: inner });
  message(0, { role: 'user', content: 'A new session was started via /new' }, '2026-01-01T00:00:01.000Z');
  message(1, { role: 'assistant', content: [], stopReason: 'error' }, '2026-01-01T00:00:02.000Z');
  for (let n = 2; n < 200; n += 1) {
    message(n, { role: n % 2 === 0 ? 'user' : 'assistant', content: [{ type: 'text', text: `lantern${n} of the ${name} 灯籠` }] });
    lines.push({ type: 'custom', timestamp: `2026-01-01T01:00:${String(n % 60).padStart(2, '0')}.000Z`, data: 'x'.repeat(10_000) });
  }
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

function indexed(dir: TempDir, threads: StoreThreads): readonly unknown[] {
  using recording = new Recording(dir, threads);
  for (const [place, name] of CONVERSATIONS.entries()) recording.open(name, transcript(name), { mtimeMs: 1_000_000 - place });
  while (recording.journal.index(MIB) > 0);
  const { catalog } = recording;
  return CONVERSATIONS.map((name) => {
    const row = recording.row(name);
    return [
      catalog.session(row),
      catalog.messages(row, { limit: 300 }),
      catalog.generations(row),
      catalog.search(`${name} 灯籠 lantern7`, 5),
    ];
  });
}

/** Reads everything ahead at once, in this thread, and hands it over as a thread does. */
function readingAhead(home: string) {
  const digests = new ThreadDigests();
  const { port1, port2 } = new MessageChannel();
  const taken: StretchDigest[] = [];
  const threads: StoreThreads = {
    ...noThreads,
    readAhead: (database, stretches) => {
      const task = digests.offer(database, stretches);
      using db = closing(openReadable(join(home, 'buffer.db')));
      const reader = new ChunkReader(db.database);
      if (task !== undefined) workOff(task, port2, (stretch) => digestStretch(reader, parseTestLine, stretch));
    },
    digested: (stretch) => {
      const digest = digests.take(stretch, [port1]);
      if (digest !== undefined) taken.push(digest);
      return digest;
    },
    [Symbol.dispose]: () => port1.close(),
  };
  return { threads, taken };
}

const closing = (database: Sqlite) => ({ database, [Symbol.dispose]: () => void database.close() });

test('what was read ahead makes the same index as what the core reads itself', () => {
  const dir = tempDir();
  const { threads, taken } = readingAhead(join(dir.path, 'home'));
  expect(indexed(dir, threads)).toEqual(indexed(tempDir(), noThreads));
  expect(taken.flatMap(({ lines }) => lines).length).toBeGreaterThan(1_000);
});

test('a thread reads ahead what is in the buffer', async () => {
  using recording = new Recording();
  using threads = new WorkerThreads(silentLogger, 1);
  const id = recording.open('a', transcript('first'));
  const whole: Stretch = { generationId: id, layout: 'openclaw-jsonl', indexedTo: 0, start: 0, end: recording.content(id).length };
  const database = join(recording.home, 'buffer.db');
  threads.readAhead(database, [whole]);
  // It does one thing after the other.
  while (threads.moveWal(database) === 'moving') await new Promise<void>((resolve) => void setImmediate(resolve));
  using db = closing(openReadable(database));
  expect(threads.digested(whole)).toEqual(digestStretch(new ChunkReader(db.database), parseLine, whole));
});

const stretch: Stretch = { generationId: 1, layout: 'openclaw-jsonl', indexedTo: 0, start: 0, end: 100 };
const digest: StretchDigest = { lines: [{ start: 0, length: 10, is: 'header' }], lineStart: 11 };

function offered(wanted: readonly Stretch[] = [stretch]) {
  const digests = new ThreadDigests();
  const { port1, port2 } = new MessageChannel();
  const task = digests.offer('buffer.db', wanted);
  if (task === undefined) throw new Error('nothing was offered');
  return { digests, task, port1, port2, [Symbol.dispose]: () => port1.close() };
}

test('a stretch that no thread has begun is left to the core, and then to it alone', () => {
  using exchange = offered();
  expect(exchange.digests.take(stretch, [exchange.port1])).toBeUndefined();
  const done: Stretch[] = [];
  workOff(exchange.task, exchange.port2, (given) => {
    done.push(given);
    return digest;
  });
  expect(done).toEqual([]);
});

test('a stretch that was read ahead is handed over once, whatever was read beside it', () => {
  const next = { ...stretch, start: 100, end: 200 };
  using exchange = offered([stretch, next]);
  workOff(exchange.task, exchange.port2, ({ start }) => ({ ...digest, lineStart: start }));
  expect(exchange.digests.take(next, [exchange.port1])?.lineStart).toBe(100);
  expect(exchange.digests.take(stretch, [exchange.port1])?.lineStart).toBe(0);
  expect(exchange.digests.take(stretch, [exchange.port1])).toBeUndefined();
});

test('what a thread could not read is left to the core', () => {
  using exchange = offered();
  workOff(exchange.task, exchange.port2, () => undefined);
  expect(exchange.digests.take(stretch, [exchange.port1])).toBeUndefined();
});

test('nothing is offered twice', () => {
  using exchange = offered();
  expect(exchange.digests.offer('buffer.db', [stretch])).toBeUndefined();
});
