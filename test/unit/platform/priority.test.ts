import { execFileSync } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { resolve } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { giveWay } from '../../../main/core/platform/priority.ts';

vi.mock('node:os', async (original) => ({ ...(await original<typeof import('node:os')>()), getPriority: () => 0, setPriority: vi.fn() }));

afterEach(() => {
  vi.mocked(setPriority).mockReset();
});

const { PRIORITY_BELOW_NORMAL, PRIORITY_LOW } = constants.priority;

/** What a process of its own says: a priority that was given up does not come back. */
function said(code: string): unknown {
  const imports = `
    import { getPriority, setPriority } from 'node:os';
    import { once } from 'node:events';
    import { Worker } from 'node:worker_threads';
    import { giveWay } from ${JSON.stringify(resolve(import.meta.dirname, '../../../main/core/platform/priority.ts'))};
    const log = { log: (_level, event) => { throw new Error(event); } };
    const say = (value) => process.stdout.write(JSON.stringify(value));`;
  const args = ['--no-warnings', '--input-type=module-typescript', '--eval', imports + code];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

test('everybody else has the processors first', () => {
  expect(said('giveWay(log); say(getPriority());')).toBe(Math.max(PRIORITY_BELOW_NORMAL, said('say(getPriority());') as number));
});

test('so have they before the threads that are started later', () => {
  // On Linux a thread is told its own.
  const code = `
    giveWay(log);
    const thread = 'data:text/javascript,import{getPriority}from"node:os";import{parentPort}from"node:worker_threads";parentPort.postMessage(getPriority())';
    const [priority] = await once(new Worker(new URL(thread)), 'message');
    say({ own: getPriority(), priority });`;
  const { own, priority } = said(code) as { readonly own: number; readonly priority: number };
  expect(priority).toBe(own);
});

test('who was put further back stays there', () => {
  expect(said(`setPriority(${PRIORITY_LOW}); giveWay(log); say(getPriority());`)).toBe(PRIORITY_LOW);
});

test('where the system does not let it, it says so and goes on', () => {
  vi.mocked(setPriority).mockImplementation(() => {
    throw Object.assign(new Error('not now'), { code: 'ERR_SYSTEM_ERROR' });
  });
  const log = vi.fn();
  giveWay({ log });
  expect(log).toHaveBeenCalledExactlyOnceWith('info', 'priority-kept', { code: 'ERR_SYSTEM_ERROR' });
});
