import { chmodSync, lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Core } from '../../../main/core/core.ts';
import { silentLogger } from '../../../main/core/platform/logger.ts';
import { connectToCore, controlSocketPath, listenForControl } from '../../../main/core-process/control-socket.ts';
import { RpcClient } from '../../../main/core-process/rpc-client.ts';
import { tempDir } from '../../support/temp-dir.ts';

let dir: ReturnType<typeof tempDir>;
beforeEach(() => {
  dir = tempDir();
  chmodSync(dir.path, 0o700);
});
afterEach(() => dir[Symbol.dispose]());

/** All of a core that a socket needs. */
const core = { handlers: { discover: async () => ['/somewhere'] }, on: () => ({ [Symbol.dispose]: () => undefined }) } as unknown as Core;

test('answers whoever is the same user', async () => {
  await using _control = await listenForControl(core, dir.path, silentLogger);
  expect(lstatSync(controlSocketPath(dir.path)).mode & 0o777).toBe(0o600);
  const connection = await connectToCore(dir.path);
  if (connection === undefined) throw new Error('nobody listens');
  expect(await new RpcClient(connection.port).request('discover', {})).toEqual(['/somewhere']);
  connection.close();
});

test('takes the place of a socket that a killed core left behind', async () => {
  writeFileSync(controlSocketPath(dir.path), '');
  await using _control = await listenForControl(core, dir.path, silentLogger);
  const connection = await connectToCore(dir.path);
  expect(connection).toBeDefined();
  connection?.close();
});

test.each(['garbage\n', '[1,2]\nnull\n{}\n"text"\n{"type":"request"}\nnot json\n', 'x'.repeat(2 * 1024 * 1024)])(
  'disconnects a client that sends garbage and goes on with the others',
  async (garbage) => {
    await using _control = await listenForControl(core, dir.path, silentLogger);
    const rude = connect(controlSocketPath(dir.path));
    rude.on('error', () => rude.destroy());
    const closed = new Promise<void>((resolve) => void rude.once('close', () => resolve()));
    rude.write(garbage);
    rude.resume();
    await closed;
    const connection = await connectToCore(dir.path);
    if (connection === undefined) throw new Error('nobody listens');
    expect(await new RpcClient(connection.port).request('discover', {})).toEqual(['/somewhere']);
    connection.close();
  },
);

test('where no socket can be made, recording goes on without', async () => {
  const logged: string[] = [];
  const log = { log: (_level: string, event: string) => void logged.push(event) };
  mkdirSync(join(controlSocketPath(dir.path), 'in-the-way'), { recursive: true });
  await using _control = await listenForControl(core, dir.path, log);
  expect(logged).toEqual(['control-unavailable']);
  expect(await connectToCore(dir.path)).toBeUndefined();
});

test('a folder that others may write is used neither to listen nor to connect', async () => {
  await using control = await listenForControl(core, dir.path, silentLogger);
  chmodSync(dir.path, 0o770);
  expect(await connectToCore(dir.path)).toBeUndefined();
  await control[Symbol.asyncDispose]();
  await using _none = await listenForControl(core, dir.path, silentLogger);
  expect(lstatSync(controlSocketPath(dir.path), { throwIfNoEntry: false })).toBeUndefined();
});

test('a long path has its socket in a short folder of the same user', () => {
  const path = controlSocketPath(join(dir.path, 'x'.repeat(120)));
  expect(dirname(path)).toBe(join(tmpdir(), `clawback-${userInfo().uid}`));
  expect(Buffer.byteLength(path)).toBeLessThanOrEqual(100);
});
