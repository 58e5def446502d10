import { beforeAll, describe, expect, it } from 'vitest';
import { builtExitWatch, ExitWatchRun, IdleProcess } from '../../support/exit-watch.ts';

let program = '';

beforeAll(async () => {
  program = await builtExitWatch();
});

describe('exit-watch with commands on its input', () => {
  it('says that it watches, and when the process has ended by itself', async () => {
    await using watched = new IdleProcess();
    await using helper = new ExitWatchRun(program);
    const since = Date.now();
    helper.write(`watch ${watched.pid}\n`);
    await helper.said(1);
    await watched.finish();
    const [watching, exit] = await helper.said(2);
    expect(watching).toEqual({ event: 'watching', pid: watched.pid });
    expect(exit).toEqual({ event: 'exit', pid: watched.pid, at: expect.any(Number) });
    expect(exit?.at).toBeGreaterThanOrEqual(since);
    expect(exit?.at).toBeLessThanOrEqual(Date.now());
  });

  it('says when a process was killed', async () => {
    await using watched = new IdleProcess();
    await using helper = new ExitWatchRun(program);
    helper.write(`watch ${watched.pid}\n`);
    await helper.said(1);
    await watched.kill();
    expect((await helper.said(2))[1]).toMatchObject({ event: 'exit', pid: watched.pid });
  });

  it('watches a process that is not its own child or relative, such as whoever started it', async () => {
    await using helper = new ExitWatchRun(program);
    helper.write(`watch ${process.pid}\n`);
    expect(await helper.said(1)).toEqual([{ event: 'watching', pid: process.pid }]);
  });

  it('says that a process is not there', async () => {
    const gone = new IdleProcess();
    await gone.kill();
    await using helper = new ExitWatchRun(program);
    helper.write(`watch ${gone.pid}\n`);
    expect(await helper.said(1)).toEqual([{ event: 'error', pid: gone.pid, code: 'ESRCH' }]);
  });

  it('tells one exit of a process that it was told of twice', async () => {
    await using watched = new IdleProcess();
    await using other = new IdleProcess();
    await using helper = new ExitWatchRun(program);
    helper.write(`watch ${watched.pid}\nwatch ${watched.pid}\nwatch ${other.pid}\n`);
    await helper.said(3);
    await watched.kill();
    await helper.said(4);
    await other.kill();
    expect((await helper.said(5)).slice(3)).toMatchObject([
      { event: 'exit', pid: watched.pid },
      { event: 'exit', pid: other.pid },
    ]);
  });

  it('refuses what is no command, and goes on with the next line', async () => {
    const garbage = ['', 'watch', 'watch ', 'watch 0', 'watch -1', 'watch 12x', 'watch 99999999999999999999', 'WATCH 1', 'unwatch 1', '{}'];
    await using helper = new ExitWatchRun(program);
    helper.write(`${garbage.join('\n')}\nwatch ${process.pid}\n`);
    const lines = await helper.said(garbage.length + 1);
    expect(lines.slice(0, -1)).toEqual(garbage.map(() => ({ event: 'error', pid: 0, code: 'EINVAL' })));
    expect(lines.at(-1)).toEqual({ event: 'watching', pid: process.pid });
  });

  it('takes a line without end, of any bytes, for one line', async () => {
    await using helper = new ExitWatchRun(program);
    helper.write(Buffer.alloc(1_000_000, `watch ${process.pid} `));
    helper.write(Buffer.from([0, 0xff, 0x0a]));
    helper.write(`watch ${process.pid}\0\n`);
    helper.write(`watch ${process.pid}\n`);
    expect(await helper.said(3)).toEqual([
      { event: 'error', pid: 0, code: 'EINVAL' },
      { event: 'error', pid: 0, code: 'EINVAL' },
      { event: 'watching', pid: process.pid },
    ]);
  });

  it('understands a command that comes in pieces', async () => {
    await using watched = new IdleProcess();
    await using helper = new ExitWatchRun(program);
    helper.write('watch ');
    helper.write(String(watched.pid));
    helper.write('\nwatch 0\n');
    expect(await helper.said(2)).toMatchObject([{ event: 'watching', pid: watched.pid }, { code: 'EINVAL' }]);
  });

  it('watches two hundred processes and forgets none', async () => {
    await using stack = new AsyncDisposableStack();
    const watched = Array.from({ length: 200 }, () => stack.use(new IdleProcess()));
    const helper = stack.use(new ExitWatchRun(program));
    helper.write(watched.map(({ pid }) => `watch ${pid}\n`).join(''));
    await helper.said(200);
    await Promise.all(watched.map((process) => process.kill()));
    const exits = (await helper.said(400)).slice(200);
    expect(exits.every(({ event }) => event === 'exit')).toBe(true);
    expect(exits.map(({ pid }) => pid).toSorted()).toEqual(watched.map(({ pid }) => pid).toSorted());
  });

  it('ends with its input, whatever it still watches', async () => {
    await using helper = new ExitWatchRun(program);
    helper.write(`watch ${process.pid}\n`);
    await helper.said(1);
    helper.end();
    expect(await helper.exited).toBe(0);
  });
});

describe('exit-watch with a pid', () => {
  it('ends with the process', async () => {
    await using watched = new IdleProcess();
    await using helper = new ExitWatchRun(program, [String(watched.pid)]);
    await helper.said(1);
    await watched.finish();
    expect(await helper.exited).toBe(0);
    expect(helper.lines.map(({ event }) => event)).toEqual(['watching', 'exit']);
  });

  it('fails for a process that is not there', async () => {
    const gone = new IdleProcess();
    await gone.kill();
    await using helper = new ExitWatchRun(program, [String(gone.pid)]);
    expect(await helper.exited).toBe(1);
    expect(helper.lines).toEqual([{ event: 'error', pid: gone.pid, code: 'ESRCH' }]);
  });

  it.each([[[]], [['0']], [['--help']], [['1', '2']]])('shows its usage for %j', async (args: string[]) => {
    await using helper = new ExitWatchRun(program, args);
    expect(await helper.exited).toBe(2);
  });
});
