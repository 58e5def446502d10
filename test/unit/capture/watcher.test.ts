import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createWatcher, type Watcher, type WatcherOptions } from '../../../main/core/capture/watcher.ts';
import { silentLogger } from '../../../main/core/platform/logger.ts';
import { tempDir } from '../../support/temp-dir.ts';

/** A watcher over one state directory, and a promise for every hint that a test expects. */
class Watched implements AsyncDisposable {
  readonly #temp = tempDir();
  readonly root = this.#temp.path;
  readonly sessions = join(this.root, 'agents', 'main', 'sessions');
  readonly #hints: string[] = [];
  readonly #waiting: { readonly hint: string; readonly resolve: () => void }[] = [];
  readonly watcher: Watcher;

  constructor(overrides: Partial<WatcherOptions> = {}) {
    mkdirSync(this.sessions, { recursive: true });
    this.watcher = createWatcher({
      roots: [this.root],
      directories: [this.sessions],
      log: silentLogger,
      onHint: (directory, name) => this.#note(`${directory} ${name}`),
      onUnhealthy: () => this.#note('unhealthy'),
      ...overrides,
    });
  }

  hinted(directory: string, name: string | undefined): Promise<void> {
    const hint = `${directory} ${name}`;
    if (this.#hints.includes(hint)) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ hint, resolve }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.watcher[Symbol.asyncDispose]();
    this.#temp[Symbol.dispose]();
  }

  #note(hint: string): void {
    this.#hints.push(hint);
    for (const each of this.#waiting) if (each.hint === hint) each.resolve();
  }
}

test('hints name the file that was written, made, renamed or removed', async () => {
  await using watched = new Watched();
  const path = (name: string) => join(watched.sessions, name);
  await watched.watcher.ready;
  writeFileSync(path('a.jsonl'), 'one\n');
  await watched.hinted(watched.sessions, 'a.jsonl');
  appendFileSync(path('a.jsonl'), 'two\n');
  renameSync(path('a.jsonl'), path('b.jsonl'));
  await watched.hinted(watched.sessions, 'b.jsonl');
  mkdirSync(path('c'));
  await watched.hinted(watched.sessions, 'c');
  rmSync(path('b.jsonl'));
  writeFileSync(path('sessions.json.lock'), '');
  await watched.hinted(watched.sessions, 'sessions.json.lock');
  expect(watched.watcher.healthy).toBe(true);
});

test('an agent that appears is a hint', async () => {
  await using watched = new Watched();
  await watched.watcher.ready;
  mkdirSync(join(watched.root, 'agents', 'other', 'sessions'), { recursive: true });
  await watched.hinted(join(watched.root, 'agents'), 'other');
  expect(watched.watcher.healthy).toBe(true);
});

test('directories that do not exist are no error', async () => {
  using temp = tempDir();
  await using watched = new Watched({
    roots: [join(temp.path, 'none')],
    directories: [join(temp.path, 'none', 'agents', 'a', 'sessions')],
  });
  await watched.watcher.ready;
  expect(watched.watcher.healthy).toBe(true);
});
