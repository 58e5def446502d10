import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type IndexEditor, indexEditor, isReferenced } from '../../../main/core/restore/index-edit.ts';
import { targetDisk } from '../../../main/core/restore/target-disk.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';

const entry = { sessionId: 's-1', updatedAt: 5, label: 'Restored' };
const anyTime = async (): Promise<void> => undefined;
let dir: TempDir;
let clock: FakeClock;
let index: string;
let lock: string;

beforeEach(() => {
  dir = tempDir();
  clock = new FakeClock(Date.now());
  index = join(dir.path, 'sessions.json');
  lock = `${index}.lock`;
});

afterEach(() => dir[Symbol.dispose]());

function editor(
  options: { alive?: (pid: number, startTime?: number) => boolean; steps?: string[]; onStep?: (step: string) => void } = {},
): IndexEditor {
  const disk = targetDisk((step) => {
    options.steps?.push(step);
    options.onStep?.(step);
  });
  return indexEditor({ clock, disk, alive: options.alive ?? (() => false) }, dir.path);
}

/** Lets time pass until the promise settles; the lock is polled on the injected clock. */
async function passing<T>(promise: Promise<T>): Promise<T> {
  let settled = false;
  const done = promise.finally(() => {
    settled = true;
  });
  done.catch(() => undefined);
  while (!settled) {
    await Promise.resolve();
    clock.advance(50);
  }
  return done;
}

const add = (edit: IndexEditor) => edit.edit('r1', anyTime, (locked) => locked.add('agent:main:restored-1', entry));

test('adds a key and keeps the rest of the file, its lock and scratch files gone', async () => {
  const before = `${JSON.stringify({ 'agent:main:main': { sessionId: 'a', odd: 1.0 } }, null, 2)}\n`;
  writeFileSync(index, before);
  await add(editor());
  expect(JSON.parse(readFileSync(index, 'utf8'))).toEqual({
    'agent:main:main': { sessionId: 'a', odd: 1 },
    'agent:main:restored-1': entry,
  });
  expect(readdirSync(dir.path)).toEqual(['sessions.json']);
  expect(lstatSync(index).mode & 0o777).toBe(0o600);
});

test('a missing index starts with the one key', async () => {
  await add(editor());
  expect(JSON.parse(readFileSync(index, 'utf8'))).toEqual({ 'agent:main:restored-1': entry });
});

test('the lock is there, whole and with the fields of OpenClaw, while the index is written', async () => {
  let seen: Record<string, unknown> = {};
  const onStep = (step: string) => {
    if (step === 'index-replace') seen = JSON.parse(readFileSync(lock, 'utf8')) as Record<string, unknown>;
  };
  await add(editor({ onStep }));
  expect(seen).toEqual({
    pid: process.pid,
    createdAt: new Date(clock.now()).toISOString(),
    ...(process.platform === 'linux' ? { starttime: expect.any(Number) } : {}),
  });
});

test('the new index is durable before it replaces the old one, and the folder after', async () => {
  const steps: string[] = [];
  await add(editor({ steps }));
  const order = ['index-lock', 'index-write:create', 'index-write:sync', 'index-replace', 'index-sync', 'index-unlock'];
  expect(steps.filter((step) => order.includes(step))).toEqual(order);
});

describe('a lock that is held', () => {
  const held = (age = 0) => JSON.stringify({ pid: 4242, createdAt: new Date(clock.now() - age).toISOString(), starttime: 77 });

  test('by a living process is waited for, and then refused', async () => {
    writeFileSync(lock, held());
    writeFileSync(index, '{}');
    const startedAt = clock.monotonic();
    await expect(passing(add(editor({ alive: (pid, start) => pid === 4242 && start === 77 })))).rejects.toMatchObject({
      code: 'index-locked',
    });
    expect(clock.monotonic() - startedAt).toBeGreaterThanOrEqual(5_000);
    expect(clock.monotonic() - startedAt).toBeLessThan(6_000);
    expect(readFileSync(index, 'utf8')).toBe('{}');
    expect(readdirSync(dir.path).sort()).toEqual(['sessions.json', 'sessions.json.lock']);
  });

  test('and let go in time lets the edit through', async () => {
    writeFileSync(lock, held());
    let alive = true;
    clock.schedule(2_000, () => {
      alive = false;
    });
    await passing(add(editor({ alive: () => alive })));
    expect(existsSync(index)).toBe(true);
  });

  test('by a dead process is taken over', async () => {
    writeFileSync(lock, held());
    await add(editor());
    expect(existsSync(lock)).toBe(false);
  });

  test('for longer than any write takes is taken over, as OpenClaw does', async () => {
    writeFileSync(lock, held(31_000));
    await add(editor({ alive: () => true }));
    expect(existsSync(index)).toBe(true);
  });

  test('and empty is respected while it is fresh', async () => {
    writeFileSync(lock, '');
    await expect(passing(add(editor()))).rejects.toMatchObject({ code: 'index-locked' });
  });

  test('and empty is taken over when it is old', async () => {
    writeFileSync(lock, '');
    utimesSync(lock, new Date(clock.now() - 40_000), new Date(clock.now() - 40_000));
    await add(editor());
    expect(existsSync(index)).toBe(true);
  });

  test('by a directory of that name is left alone', async () => {
    mkdirSync(lock);
    await expect(passing(add(editor()))).rejects.toMatchObject({ code: 'index-locked' });
  });
});

describe('an index that cannot be trusted is left as it is', () => {
  test.each(['{"a": ', '', '[]', '{"a":1} // note'])('%j', async (text) => {
    writeFileSync(index, text);
    await expect(add(editor())).rejects.toMatchObject({ code: 'index-unreadable' });
    expect(readFileSync(index, 'utf8')).toBe(text);
    expect(readdirSync(dir.path)).toEqual(['sessions.json']);
  });

  test('a symbolic link', async () => {
    writeFileSync(join(dir.path, 'elsewhere.json'), '{}');
    symlinkSync('elsewhere.json', index);
    await expect(add(editor())).rejects.toMatchObject({ code: 'index-unreadable' });
    expect(readFileSync(join(dir.path, 'elsewhere.json'), 'utf8')).toBe('{}');
  });

  test('a directory', async () => {
    mkdirSync(index);
    await expect(add(editor())).rejects.toMatchObject({ code: 'index-unreadable' });
  });
});

test('a key that is there already, in any case, is not replaced', async () => {
  writeFileSync(index, '{"AGENT:main:restored-1":{"sessionId":"old"}}');
  await expect(add(editor())).rejects.toMatchObject({ code: 'target-exists' });
  expect(readFileSync(index, 'utf8')).toBe('{"AGENT:main:restored-1":{"sessionId":"old"}}');
});

test('what happened to the index before the lock was taken is kept', async () => {
  writeFileSync(index, '{}');
  await editor().edit(
    'r1',
    async () => writeFileSync(index, '{"late":{"sessionId":"l"}}'),
    (locked) => locked.add('k', entry),
  );
  expect(Object.keys(JSON.parse(readFileSync(index, 'utf8')) as object)).toEqual(['late', 'k']);
});

test('the lock is let go when the task fails', async () => {
  chmodSync(dir.path, 0o700);
  await expect(
    editor().edit('r1', anyTime, () => {
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  expect(readdirSync(dir.path)).toEqual([]);
});

test('an entry refers to a transcript by its id or by its file', () => {
  writeFileSync(index, '{"a":{"sessionId":"x"},"b":{"sessionId":"y","sessionFile":"/somewhere/z.jsonl"}}');
  const read = editor().read();
  expect(read.ok && ['x', 'y', 'z', 'w'].map((id) => isReferenced(read, id))).toEqual([true, true, true, false]);
});
