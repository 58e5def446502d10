import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ExitWatchProcess } from '../../../main/core/platform/exit-watch-process.ts';
import type { Logger } from '../../../main/core/platform/logger.ts';
import { WatchProcess } from '../../support/cli.ts';
import { builtExitWatch, ended, IdleProcess } from '../../support/exit-watch.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { OpenclawState } from '../../support/openclaw-state.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';

let program = '';
let dir: TempDir;
let helper: string;
let clock: FakeClock;

beforeAll(async () => {
  program = await builtExitWatch();
});

beforeEach(() => {
  dir = tempDir();
  clock = new FakeClock();
  helper = script('helper', `exec '${program}' "$@"`);
});

afterEach(() => {
  dir[Symbol.dispose]();
});

/** A program that notes its pid and goes on with `rest`. */
function script(name: string, rest: string): string {
  const path = join(dir.path, name);
  writeFileSync(path, `#!/bin/sh\necho $$ >> '${path}.pids'\n${rest}\n`);
  chmodSync(path, 0o700);
  return path;
}

function startedPids(path = helper): readonly number[] {
  if (!existsSync(`${path}.pids`)) return [];
  return readFileSync(`${path}.pids`, 'utf8').split('\n').slice(0, -1).map(Number);
}

async function helperPid(run: number): Promise<number> {
  await expect.poll(() => startedPids().length, { timeout: 20_000 }).toBeGreaterThan(run);
  return startedPids()[run] ?? 0;
}

class NotingLogger implements Logger {
  readonly events: { readonly event: string; readonly delayMs: unknown }[] = [];

  log(_level: string, event: string, fields?: Readonly<Record<string, unknown>>): void {
    this.events.push({ event, delayMs: fields?.delayMs });
  }
}

/** Resolves when the exit of the process is told. */
function exitOf(exits: ExitWatchProcess, pid: number): Promise<void> {
  return new Promise((resolve) => exits.watch(pid, resolve));
}

const ignored = (): void => undefined;

describe('the watch for exits', () => {
  it('tells everybody who asked, each once', async () => {
    await using watched = new IdleProcess();
    using exits = new ExitWatchProcess({ program: helper, clock, log: new NotingLogger() });
    const told = [exitOf(exits, watched.pid), exitOf(exits, watched.pid)];
    await watched.kill();
    await Promise.all(told);
    expect(startedPids()).toHaveLength(1);
  });

  it('tells of a process that is not there', async () => {
    const gone = new IdleProcess();
    await gone.kill();
    using exits = new ExitWatchProcess({ program: helper, clock, log: new NotingLogger() });
    await exitOf(exits, gone.pid);
  });

  it('does not tell who is no longer interested', async () => {
    await using watched = new IdleProcess();
    using exits = new ExitWatchProcess({ program: helper, clock, log: new NotingLogger() });
    const told: string[] = [];
    exits.watch(watched.pid, () => told.push('gave up'))[Symbol.dispose]();
    const still = exitOf(exits, watched.pid).then(() => told.push('stayed'));
    await watched.kill();
    await still;
    expect(told).toEqual(['stayed']);
  });

  it('starts a helper that died again, which goes on with the same processes', async () => {
    await using watched = new IdleProcess();
    const log = new NotingLogger();
    using exits = new ExitWatchProcess({ program: helper, clock, log });
    const told = exitOf(exits, watched.pid);
    process.kill(await helperPid(0), 'SIGKILL');
    await expect.poll(() => log.events).toEqual([{ event: 'exit-watch-ended', delayMs: 1_000 }]);
    clock.advance(1_000);
    await helperPid(1);
    await watched.kill();
    await told;
  });

  it('tells of what ended while the helper was down', async () => {
    await using watched = new IdleProcess();
    const log = new NotingLogger();
    using exits = new ExitWatchProcess({ program: helper, clock, log });
    const told = exitOf(exits, watched.pid);
    process.kill(await helperPid(0), 'SIGKILL');
    await expect.poll(() => log.events).toHaveLength(1);
    await watched.kill();
    clock.advance(1_000);
    await told;
  });

  it('tries more and more seldom, and then leaves it to polling', async () => {
    const broken = script('broken', 'exit 1');
    const log = new NotingLogger();
    using exits = new ExitWatchProcess({ program: broken, clock, log });
    exits.watch(process.pid, ignored);
    for (let run = 1; run <= 6; run++) {
      await expect.poll(() => log.events.filter(({ event }) => event !== 'exit-watch-input').length).toBe(run);
      clock.advance(60_000);
    }
    exits.watch(process.ppid, ignored);
    expect(clock.pending).toBe(0);
    expect(startedPids(broken)).toHaveLength(6);
    const ends = log.events.filter(({ event }) => event !== 'exit-watch-input');
    expect(ends.map(({ delayMs }) => delayMs)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, undefined]);
    expect(ends.at(-1)?.event).toBe('exit-watch-given-up');
  });

  it('outlives a program that is not there', async () => {
    const log = new NotingLogger();
    using exits = new ExitWatchProcess({ program: join(dir.path, 'absent'), clock, log });
    exits.watch(process.pid, ignored);
    await expect.poll(() => log.events).toEqual([{ event: 'exit-watch-ended', delayMs: 1_000 }]);
  });

  it('ends its helper when it is disposed of, and starts none any more', async () => {
    const exits = new ExitWatchProcess({ program: helper, clock, log: new NotingLogger() });
    exits.watch(process.pid, ignored);
    const pid = await helperPid(0);
    exits[Symbol.dispose]();
    await ended(program, pid);
    expect(clock.pending).toBe(0);
  });
});

describe('a recorder with the helper', () => {
  const start = async (holder: IdleProcess): Promise<WatchProcess> => {
    const now = Date.now();
    const state = new OpenclawState(join(dir.path, 'state'), { now: () => now });
    state.begin('agent:main:main', 'first');
    state.turn('first', 'question', 'answer');
    writeFileSync(`${state.path('first')}.lock`, JSON.stringify({ pid: holder.pid, createdAt: new Date(now).toISOString() }));
    const args = ['--state-dir', state.root, '--home', join(dir.path, 'home')];
    const watch = new WatchProcess(args, { HOME: dir.path, CLAWBACK_EXIT_WATCH: helper });
    await watch.until((line) => line.event === 'ready');
    return watch;
  };

  it('tells a reply that was cut off by the end of the process that wrote it', async () => {
    await using holder = new IdleProcess();
    await using watch = await start(holder);
    await helperPid(0);
    await holder.kill();
    const line = await watch.until(({ event }) => event === 'incident');
    expect(line).toMatchObject({ incident: { kind: 'interrupted-reply', evidence: { pid: holder.pid } } });
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)('leaves no process behind after %s', async (signal) => {
    await using holder = new IdleProcess();
    await using watch = await start(holder);
    const pid = await helperPid(0);
    await watch.kill(signal);
    await ended(program, pid);
  });
});
