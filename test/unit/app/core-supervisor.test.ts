import { expect, test } from 'vitest';
import { CoreSupervisor } from '../../../main/app/core-supervisor.ts';
import type { CoreBootstrap, CoreProcess } from '../../../main/app/core-transport.ts';
import { silentLogger } from '../../../main/core/platform/logger.ts';
import type { CoreMessage } from '../../../main/core/requests.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { status } from './incident.ts';

/** One run of a core that does what the test says. */
class ScriptedCore implements CoreProcess {
  readonly pid = 1234;
  readonly posted: CoreMessage[] = [];
  ended: 'terminated' | 'killed' | undefined;
  #onMessage: ((message: CoreMessage) => void)[] = [];
  #onExit: ((reason: string) => void)[] = [];

  post(message: CoreMessage): void {
    this.posted.push(message);
  }
  onMessage(listener: (message: CoreMessage) => void): void {
    this.#onMessage.push(listener);
  }
  onExit(listener: (reason: string) => void): void {
    this.#onExit.push(listener);
  }
  terminate(): void {
    this.ended ??= 'terminated';
    this.dies('signal SIGTERM');
  }
  kill(): void {
    this.ended ??= 'killed';
    this.dies('signal SIGKILL');
  }
  says(message: CoreMessage): void {
    for (const listener of this.#onMessage) listener(message);
  }
  ready(): void {
    this.says({ type: 'ready', status: status() });
  }
  dies(reason = 'exit code 1'): void {
    const listeners = this.#onExit;
    this.#onExit = [];
    for (const listener of listeners) listener(reason);
  }
  answer(result: unknown): void {
    const request = this.posted.findLast((message) => message.type === 'request');
    if (request === undefined) throw new Error('nothing was asked');
    this.says({ type: 'response', id: request.id, result });
  }
}

function supervised() {
  const clock = new FakeClock();
  const cores: ScriptedCore[] = [];
  const starts: CoreBootstrap[] = [];
  const start = (bootstrap: CoreBootstrap) => {
    starts.push(bootstrap);
    const core = new ScriptedCore();
    cores.push(core);
    return core;
  };
  const supervisor = new CoreSupervisor({ start, clock, log: silentLogger, home: '/home' }, { flushIntervalMs: 1000 });
  supervisor.start();
  const current = () => {
    const core = cores.at(-1);
    if (core === undefined) throw new Error('no core was started');
    return core;
  };
  return { clock, cores, starts, supervisor, current };
}

test('a request waits for a core that is starting', async () => {
  const { supervisor, current } = supervised();
  const answer = supervisor.request('discover', {});
  expect(current().posted).toEqual([]);
  current().ready();
  await Promise.resolve();
  await Promise.resolve();
  current().answer(['/x']);
  await expect(answer).resolves.toEqual(['/x']);
});

test('a failure reaches the caller with its code and hint', async () => {
  const { supervisor, current } = supervised();
  current().ready();
  const answer = supervisor.request('undo', { restoreId: 'r' });
  await Promise.resolve();
  current().says({ type: 'failure', id: 1, error: { code: 'target-changed', message: 'It changed.', hint: 'Look first.' } });
  await expect(answer).rejects.toMatchObject({ code: 'target-changed', hint: 'Look first.' });
});

test('requests that a dead core leaves behind fail with a clear error', async () => {
  const { supervisor, current } = supervised();
  current().ready();
  const answer = supervisor.request('check', {});
  await Promise.resolve();
  current().dies();
  await expect(answer).rejects.toMatchObject({ code: 'core-restarting' });
});

test('a dead core is started again after its back-off, and nothing is posted to the dead one', () => {
  const { clock, cores, current } = supervised();
  current().ready();
  current().dies();
  expect(cores).toHaveLength(1);
  clock.advance(499);
  expect(cores).toHaveLength(1);
  clock.advance(1);
  expect(cores).toHaveLength(2);
  expect(cores[0]?.posted).toEqual([]);
});

test('while no core runs the status says why', () => {
  const { supervisor, current } = supervised();
  current().says({ type: 'fatal', error: { code: 'buffer-locked', message: 'Another Clawback is recording.', hint: 'Quit it.' } });
  current().dies();
  expect(supervisor.status).toMatchObject({ health: 'degraded', running: false, problem: { code: 'buffer-locked' } });
});

test('after five deaths it stops trying, says so, and refuses requests with the reason', async () => {
  const { clock, cores, supervisor, current } = supervised();
  for (let death = 1; death <= 5; death += 1) {
    current().dies();
    clock.advance(30_000 / 2);
  }
  expect(cores).toHaveLength(5);
  expect(supervisor.status).toMatchObject({ health: 'degraded', running: false });
  await expect(supervisor.request('check', {})).rejects.toMatchObject({ code: 'core-crashed' });
});

test('a core that is silent for three heartbeats is killed and started again', () => {
  const { clock, cores, current } = supervised();
  current().ready();
  clock.advance(14_999);
  expect(current().ended).toBeUndefined();
  clock.advance(1);
  expect(cores[0]?.ended).toBe('killed');
  clock.advance(500);
  expect(cores).toHaveLength(2);
});

test('a core that beats lives on', () => {
  const { clock, cores, current } = supervised();
  current().ready();
  for (let beat = 0; beat < 20; beat += 1) {
    clock.advance(5000);
    current().says({ type: 'heartbeat', at: clock.now() });
  }
  expect(cores).toHaveLength(1);
  expect(current().ended).toBeUndefined();
});

test('stopping asks for a flush before the core is ended', async () => {
  const { supervisor, current } = supervised();
  current().ready();
  const stopping = supervisor.stop();
  expect(current().posted).toMatchObject([{ type: 'request', method: 'flush' }]);
  expect(current().ended).toBeUndefined();
  current().answer(null);
  await stopping;
  expect(current().ended).toBe('terminated');
});

test('a core that does not answer holds up quitting for three seconds at most', async () => {
  const { clock, supervisor, current } = supervised();
  current().ready();
  const stopping = supervisor.stop();
  clock.advance(3000);
  await stopping;
  expect(current().ended).toBeDefined();
});

test('a core that ends because the app quits is not started again', async () => {
  const { clock, cores, supervisor, current } = supervised();
  current().ready();
  const stopping = supervisor.stop();
  current().answer(null);
  await stopping;
  clock.advance(60_000);
  expect(cores).toHaveLength(1);
  await expect(supervisor.request('check', {})).rejects.toMatchObject({ code: 'core-stopped' });
});

test('a new configuration reaches the running core and every later one', async () => {
  const { clock, supervisor, current } = supervised();
  current().ready();
  const configured = supervisor.configure({ flushIntervalMs: 5000 });
  expect(current().posted).toMatchObject([{ method: 'configure', params: { flushIntervalMs: 5000 } }]);
  current().answer(status({ flushIntervalMs: 5000 }));
  await configured;
  expect(supervisor.status.flushIntervalMs).toBe(5000);
  current().dies();
  clock.advance(500);
  expect(supervisor.status).toMatchObject({ running: false, flushIntervalMs: 5000 });
});

test('a configuration that changed while the core was starting reaches it when it is ready', () => {
  const { supervisor, current } = supervised();
  const changed = supervisor.configure({ flushIntervalMs: 250 });
  current().ready();
  expect(current().posted).toMatchObject([{ method: 'configure', params: { flushIntervalMs: 250 } }]);
  return changed;
});

test('a core that cannot start on a full disk is started once there is space again', () => {
  const { supervisor, clock, cores } = supervised();
  for (let death = 0; death < 8; death += 1) {
    cores.at(-1)?.says({ type: 'fatal', error: { code: 'disk-full', message: 'full', hint: 'space' } });
    cores.at(-1)?.dies();
    clock.advance(30_000);
  }
  expect(cores).toHaveLength(9);
  expect(supervisor.status.problem).toMatchObject({ code: 'disk-full' });
});

const missing = { code: 'buffer-missing', message: 'The folder is not there.', hint: 'Attach its disk.' };

test('an empty buffer is begun at once by the next core alone, and only where none runs', () => {
  const { clock, cores, starts, supervisor, current } = supervised();
  current().says({ type: 'fatal', error: missing });
  current().dies();
  expect(supervisor.status).toMatchObject({ health: 'degraded', problem: { code: 'buffer-missing' } });
  supervisor.startAnew();
  expect(starts.map(({ anew }) => anew)).toEqual([undefined, true]);
  current().ready();
  supervisor.startAnew();
  current().dies();
  clock.advance(60_000);
  expect(starts.map(({ anew }) => anew)).toEqual([undefined, true, undefined]);
  expect(cores).toHaveLength(3);
});

test('an empty buffer that is wished for while a core tries once more is begun by the one after it', () => {
  const { clock, starts, supervisor, current } = supervised();
  supervisor.startAnew();
  current().says({ type: 'fatal', error: missing });
  current().dies();
  clock.advance(500);
  expect(starts.map(({ anew }) => anew)).toEqual([undefined, true]);
});

test('a core that became another one is told of as one that came up', () => {
  const { supervisor, current } = supervised();
  let ready = 0;
  supervisor.on('ready', () => {
    ready += 1;
  });
  current().ready();
  current().ready();
  expect(ready).toBe(2);
});
