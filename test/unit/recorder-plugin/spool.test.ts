import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Spool } from '../../../native-helpers/openclaw-recorder/spool.js';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';

const NAME = '1795350000000-4711';
const spoolModule = join(import.meta.dirname, '../../../native-helpers/openclaw-recorder/spool.js');

let dir: TempDir;
let directory: string;
const troubles: string[] = [];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  dir = tempDir();
  directory = join(dir.path, 'spool');
  troubles.length = 0;
});

afterEach(() => {
  vi.useRealTimers();
  dir[Symbol.dispose]();
});

function spool(): Spool {
  return new Spool({
    directory,
    name: NAME,
    flushIntervalMs: 250,
    header: { pid: 4711, stateDir: '/s' },
    onTrouble: (code) => troubles.push(code),
  });
}

interface Line {
  readonly seq: number;
  readonly hook: string;
  readonly part?: number;
  readonly text?: string;
  readonly count?: number;
}

function linesOf(name = `${NAME}.jsonl`): readonly Line[] {
  return readFileSync(join(directory, name), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Line => JSON.parse(line));
}

/** The machine may be busy with other tests. */
const eventually = (check: () => void) => vi.waitFor(check, { timeout: 15_000, interval: 20 });

function textsOf(lines: readonly Line[]): readonly (string | undefined)[] {
  return lines.filter(({ hook }) => hook === 'm').map(({ text }) => text);
}

describe('a spool', () => {
  it('has a line in the file when the call returns, in a file that only its owner reads', () => {
    spool().write({ hook: 'm', text: 'one' });
    expect(linesOf()).toMatchObject([
      { seq: 0, hook: 'spool', part: 0, pid: 4711, stateDir: '/s' },
      { v: 1, seq: 1, hook: 'm', text: 'one' },
    ]);
    expect(statSync(join(directory, `${NAME}.jsonl`)).mode & 0o777).toBe(0o600);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
  });

  it('makes no file before there is something to record', () => {
    spool();
    expect(readdirSync(dir.path)).toEqual([]);
  });

  it('loses nothing when its process is killed right after a line', () => {
    const script = `
      import { Spool } from ${JSON.stringify(pathToFileURL(spoolModule).href)};
      const spool = new Spool({ directory: ${JSON.stringify(directory)}, name: ${JSON.stringify(NAME)}, flushIntervalMs: 60000, header: {} });
      for (let n = 0; n < 500; n++) spool.write({ hook: 'm', text: String(n) });
      process.kill(process.pid, 'SIGKILL');`;
    const { signal } = spawnSync(process.execPath, ['--input-type=module', '-e', script]);
    expect(signal).toBe('SIGKILL');
    expect(textsOf(linesOf())).toEqual(Array.from({ length: 500 }, (_, n) => String(n)));
  });

  it('starts another file before the first one grows too large, and numbers lines through', () => {
    const subject = spool();
    for (let n = 0; n < 18; n++) subject.write({ hook: 'm', text: 'x'.repeat(1_000_000) });
    expect(readdirSync(directory).sort()).toEqual([`${NAME}.1.jsonl`, `${NAME}.jsonl`]);
    expect(statSync(join(directory, `${NAME}.jsonl`)).size).toBeLessThanOrEqual(16 * 1024 * 1024);
    const next = linesOf(`${NAME}.1.jsonl`);
    expect(next[0]).toMatchObject({ hook: 'spool', part: 1, stateDir: '/s' });
    expect(next.at(-1)?.seq).toBe(18);
  });

  it('writes a huge message beside the loop and keeps the order', async () => {
    const subject = spool();
    subject.write({ hook: 'm', text: 'before' });
    subject.write({ hook: 'm', text: 'x'.repeat(3_000_000) });
    subject.write({ hook: 'm', text: 'after' });
    expect(readFileSync(join(directory, `${NAME}.jsonl`), 'utf8').split('\n')[1]).toContain('before');
    await eventually(() => expect(textsOf(linesOf())).toEqual(['before', 'x'.repeat(3_000_000), 'after']));
  });

  it('has everything on the disk at the end of the process, also behind a huge message that is under way', () => {
    const subject = spool();
    subject.write({ hook: 'm', text: 'x'.repeat(3_000_000) });
    subject.write({ hook: 'm', text: 'last words' });
    subject.flushNow();
    expect(textsOf(linesOf(`${NAME}.1.jsonl`))).toEqual(['x'.repeat(3_000_000), 'last words']);
  });

  it('keeps quiet while it cannot write, and catches up later in order', () => {
    writeFileSync(directory, 'a file stands where the directory belongs');
    const subject = spool();
    subject.write({ hook: 'm', text: 'one' });
    subject.write({ hook: 'm', text: 'two' });
    vi.advanceTimersByTime(10_000);
    expect(troubles).toEqual(['EEXIST']);
    unlinkSync(directory);
    vi.advanceTimersByTime(60_000);
    subject.write({ hook: 'm', text: 'three' });
    expect(textsOf(linesOf())).toEqual(['one', 'two', 'three']);
  });

  it('drops what no longer fits into memory while it cannot write, and says how much', () => {
    writeFileSync(directory, '');
    const subject = spool();
    for (let n = 0; n < 40; n++) subject.write({ hook: 'm', text: 'x'.repeat(1_000_000) });
    unlinkSync(directory);
    vi.advanceTimersByTime(60_000);
    const lines = readdirSync(directory).flatMap((name) => linesOf(name));
    expect(lines.find(({ hook }) => hook === 'dropped')?.count).toBe(40 - textsOf(lines).length);
    expect(textsOf(lines).length).toBeGreaterThan(30);
  });

  it('writes again what went into a file that somebody deleted', async () => {
    const subject = spool();
    subject.write({ hook: 'm', text: 'into a deleted file' });
    rmSync(directory, { recursive: true });
    await eventually(() => expect(textsOf(linesOf())).toEqual(['into a deleted file']));
    subject.write({ hook: 'm', text: 'next' });
    expect(linesOf().map(({ hook, seq }) => `${hook} ${seq}`)).toEqual(['spool 0', 'm 1', 'm 2']);
  });

  it('goes on after something that no JSON can be made of', () => {
    const subject = spool();
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    subject.write({ hook: 'm', text: circular });
    subject.write({ hook: 'm', text: 'fine' });
    expect(textsOf(linesOf())).toEqual(['fine']);
    expect(linesOf().at(-1)).toMatchObject({ hook: 'dropped', count: 1 });
  });
});
