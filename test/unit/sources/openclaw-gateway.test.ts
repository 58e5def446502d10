import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isLocalPortOpen } from '../../../main/core/platform/local-port.ts';
import { systemProcesses } from '../../../main/core/platform/process-table.ts';
import { configHash, createGatewayProbe, type GatewayProbeOptions } from '../../../main/core/sources/openclaw-gateway.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';

let temp: TempDir;
let root: string;
let lockDir: string;
const hasIpv6 = Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === '::1'));
const LOOPBACK = ['127.0.0.1', ...(hasIpv6 ? ['::1'] : [])];
const children: ChildProcess[] = [];
const servers: Server[] = [];

beforeEach(() => {
  temp = tempDir();
  root = join(temp.path, '.openclaw');
  lockDir = join(temp.path, 'tmp', `openclaw-${process.getuid?.()}`);
  mkdirSync(root);
  mkdirSync(lockDir, { recursive: true });
});

afterEach(async () => {
  for (const child of children.splice(0)) {
    const ended = once(child, 'exit');
    if (child.kill('SIGKILL')) await ended;
  }
  await stopListening();
  temp[Symbol.dispose]();
});

const closedPorts: GatewayProbeOptions = { isPortOpen: async () => false };
const openPorts: GatewayProbeOptions = { isPortOpen: async () => true };

function state(options: GatewayProbeOptions, of = root): Promise<string> {
  return createGatewayProbe({ env: {}, homedir: temp.path, tmpDirs: [join(temp.path, 'tmp')], ...options }).state(of);
}

async function livingPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  children.push(child);
  await once(child, 'spawn');
  return child.pid ?? 0;
}

async function endedPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' });
  await once(child, 'exit');
  return child.pid ?? 0;
}

function lock(pid: number, options: { configPath?: string; hashOf?: string; startTime?: number } = {}): void {
  const configPath = options.configPath ?? join(root, 'openclaw.json');
  const startTime = options.startTime ?? systemProcesses.startTimeOf(pid);
  const content = { pid, createdAt: '2026-11-22T11:24:00.657Z', configPath, ...(startTime === undefined ? {} : { startTime }) };
  writeFileSync(join(lockDir, `gateway.${configHash(options.hashOf ?? configPath)}.lock`), JSON.stringify(content));
}

function configure(config: object, of = root): void {
  mkdirSync(of, { recursive: true });
  writeFileSync(join(of, 'openclaw.json'), JSON.stringify(config));
}

async function listen(host: string): Promise<number> {
  const server = createServer();
  servers.push(server);
  server.listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function stopListening(): Promise<void> {
  for (const server of servers.splice(0)) {
    const closed = once(server, 'close');
    server.close();
    await closed;
  }
}

test('a lock is named by the first 8 hex digits of a SHA-256', () => {
  expect(configHash('abc')).toBe('ba7816bf');
});

describe('by its lock a gateway', () => {
  test('runs while the process in the lock lives', async () => {
    lock(await livingPid());
    expect(await state(closedPorts)).toBe('running');
  });

  test('has stopped when the process is gone and the port closed', async () => {
    lock(await endedPid());
    expect(await state(closedPorts)).toBe('stopped');
  });

  test('has stopped when its pid belongs to another process now', async () => {
    lock(await livingPid(), { startTime: 1 });
    const processes = { exists: systemProcesses.exists, startTimeOf: () => 2 };
    expect(await state({ ...closedPorts, processes })).toBe('stopped');
  });

  test('is known by the path in the lock when the name is of another spelling', async () => {
    lock(await livingPid(), { hashOf: '/some/other/spelling' });
    expect(await state(closedPorts)).toBe('running');
  });

  test('is known by the name when the path in the lock is of another spelling', async () => {
    lock(await livingPid(), { hashOf: join(root, 'openclaw.json'), configPath: '/some/other/spelling' });
    expect(await state(closedPorts)).toBe('running');
  });

  test('is known when it was started through a link', async () => {
    const real = join(temp.path, 'disk');
    mkdirSync(real);
    mkdirSync(join(temp.path, 'home'));
    symlinkSync(real, join(temp.path, 'home', '.openclaw'));
    lock(await livingPid(), { configPath: join(temp.path, 'home', '.openclaw', 'openclaw.json') });
    expect(await state({ ...closedPorts, homedir: join(temp.path, 'home') }, real)).toBe('running');
  });

  test('of another state directory says nothing', async () => {
    lock(await livingPid(), { configPath: join(temp.path, '.openclaw-work', 'openclaw.json') });
    expect(await state(closedPorts)).toBe('stopped');
  });

  test.each(['', '{"pid":', '[]', '{"pid":-1}', '{"pid":0}'])('is not known from a lock that holds %j', async (content) => {
    writeFileSync(join(lockDir, `gateway.${configHash(join(root, 'openclaw.json'))}.lock`), content);
    expect(await state(closedPorts)).toBe('stopped');
  });

  test('has stopped where there is no directory of locks', async () => {
    expect(await state({ ...closedPorts, tmpDirs: [join(temp.path, 'gone')] })).toBe('stopped');
  });
});

describe('by its port a gateway', () => {
  test.each(LOOPBACK)('runs when something answers at the port of its configuration on %s', async (host) => {
    configure({ gateway: { port: await listen(host) } });
    expect(await state({})).toBe('running');
  });

  test('has stopped when nothing answers there', async () => {
    const port = await listen('127.0.0.1');
    await stopListening();
    configure({ gateway: { port } });
    expect(await state({})).toBe('stopped');
  });

  test('is asked for at the default port without a configuration', async () => {
    const asked: number[] = [];
    await state({ isPortOpen: async (port) => asked.push(port) < 0 });
    expect(asked).toEqual([18789]);
  });

  test('runs when the default port is open and no other gateway lives', async () => {
    lock(await endedPid(), { configPath: join(temp.path, '.openclaw-work', 'openclaw.json') });
    expect(await state(openPorts)).toBe('running');
  });

  test('has stopped when the default port is open because of another one', async () => {
    lock(await livingPid(), { configPath: join(temp.path, '.openclaw-work', 'openclaw.json') });
    expect(await state(openPorts)).toBe('stopped');
  });

  test('runs when the default port is open and the other one has a port of its own', async () => {
    const other = join(temp.path, '.openclaw-work');
    configure({ gateway: { port: 19001 } }, other);
    lock(await livingPid(), { configPath: join(other, 'openclaw.json') });
    expect(await state(openPorts)).toBe('running');
  });

  test('runs when its own port is open, whatever else lives', async () => {
    configure({ gateway: { port: 19001 } });
    lock(await livingPid(), { configPath: join(temp.path, '.openclaw-work', 'openclaw.json') });
    expect(await state(openPorts)).toBe('running');
  });
});

describe("a gateway's pid", () => {
  const pidOf = (of = root) => createGatewayProbe({ env: {}, homedir: temp.path, tmpDirs: [join(temp.path, 'tmp')] }).pid?.(of);

  test('is the one in its lock while that process lives', async () => {
    const pid = await livingPid();
    lock(pid);
    expect(pidOf()).toBe(pid);
  });

  test('is unknown after a crash, and without a lock', async () => {
    expect(pidOf()).toBeUndefined();
    lock(await endedPid());
    expect(pidOf()).toBeUndefined();
  });

  test("is not that of another root's gateway", async () => {
    lock(await livingPid(), { configPath: join(temp.path, '.openclaw-work', 'openclaw.json') });
    expect(pidOf()).toBeUndefined();
  });
});

describe('a process', () => {
  test('is alive while it runs', async () => {
    const probe = createGatewayProbe({ env: {}, homedir: temp.path, tmpDirs: [] });
    expect(probe.alive(await livingPid())).toBe(true);
    expect(probe.alive(await endedPid())).toBe(false);
  });

  test('of another user is alive', () => {
    const probe = createGatewayProbe({ env: {}, homedir: temp.path, tmpDirs: [] });
    expect(probe.alive(1)).toBe(true);
  });

  test('with another start time is another one', () => {
    const processes = { exists: () => true, startTimeOf: () => 5 };
    const probe = createGatewayProbe({ env: {}, homedir: temp.path, tmpDirs: [], processes });
    expect(probe.alive(7, 5)).toBe(true);
    expect(probe.alive(7, 6)).toBe(false);
  });
});

test('a port is open while something listens, and closed after', async () => {
  const port = await listen('127.0.0.1');
  expect(await isLocalPortOpen(port, 300)).toBe(true);
  await stopListening();
  expect(await isLocalPortOpen(port, 300)).toBe(false);
});
