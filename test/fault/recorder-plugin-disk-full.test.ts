import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readRecorderLine } from '../../main/core/witness/recorder-lines.ts';
import { Spool } from '../../native-helpers/openclaw-recorder/spool.js';
import { SmallDisk } from '../support/small-disk.ts';

const NAME = '1795350000000-4711';

let disk: SmallDisk;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  disk = new SmallDisk();
});
afterEach(() => {
  vi.useRealTimers();
  disk[Symbol.dispose]();
});

test.each([0, 10_000, 100_000])(
  'with %i bytes left, messages wait, are torn at most by a line that is said again, and keep their order',
  (leaveBytes) => {
    const troubles: string[] = [];
    const directory = join(disk.path, 'spool');
    const header = { pid: 4711, stateDir: '/home/user/.openclaw' };
    const spool = new Spool({ directory, name: NAME, flushIntervalMs: 250, header, onTrouble: (code) => troubles.push(code) });
    const say = (n: number) => {
      const message = { role: 'assistant', content: [{ type: 'text', text: `${n} ${'x'.repeat(15_000)}` }] };
      spool.write({ hook: 'before_message_write', sessionKey: 'agent:main:main', message });
    };
    say(1);
    disk.fill(leaveBytes);
    for (let n = 2; n <= 20; n++) say(n);
    expect(troubles).toEqual(['ENOSPC']);
    vi.advanceTimersByTime(20_000);
    disk.free();
    vi.advanceTimersByTime(60_000);
    say(21);
    spool.flushNow();

    const lines = readdirSync(directory).flatMap((name) => readFileSync(join(directory, name)).toString('utf8').trimEnd().split('\n'));
    const read = lines.map((line) => readRecorderLine(Buffer.from(line), NAME));
    const numbers = read.map((line) => (line?.is === 'message' ? Number.parseInt(line.message.text, 10) : undefined));
    expect(numbers.filter((number) => number !== undefined)).toEqual(Array.from({ length: 21 }, (_, n) => n + 1));
  },
);
