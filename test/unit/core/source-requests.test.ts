import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { sourceRequests } from '../../../main/core/source-requests.ts';
import type { SourceStatus } from '../../../main/core/types.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { coreStatus, source } from '../../ui/support/world.ts';

const text = '{\n  "gateway": { "port": 18789 }\n}\n';

function world(gateway: SourceStatus['gateway'] = 'stopped') {
  const dir = tempDir();
  onTestFinished(() => dir[Symbol.dispose]());
  const root = join(dir.path, 'state');
  const config = join(root, 'openclaw.json');
  mkdirSync(root);
  writeFileSync(config, text);
  let state: SourceStatus['gateway'] = 'unknown';
  const handlers = sourceRequests({
    options: {
      home: join(dir.path, 'clawback'),
      clock: new FakeClock(),
      env: {},
      gateway: { state: async () => gateway, alive: () => false },
    },
    probe: async () => {
      state = gateway;
    },
    status: () => coreStatus({ sources: [source({ root, gateway: state })] }),
    userHome: dir.path,
  });
  return { root, handlers, read: () => readFileSync(config, 'utf8') };
}

test('a gateway is asked before the answer is told, with how listening to it goes', async () => {
  const { root, handlers } = world('running');
  expect(await handlers.testGateway({ root })).toEqual({ gateway: 'running', stream: { kind: 'gateway-stream', state: 'waiting' } });
});

test('planning the recorder shows what would change and touches nothing', async () => {
  const { root, handlers, read } = world();
  const { changes, configPath } = await handlers.planRecorder({ root, action: 'install' });
  expect(configPath).toBe(join(root, 'openclaw.json'));
  expect(changes.some((line) => line.startsWith('+') && line.includes('plugins'))).toBe(true);
  expect(read()).toBe(text);
});

test('what was planned is done, and taken back by another plan', async () => {
  const { root, handlers, read } = world('running');
  const install = await handlers.planRecorder({ root, action: 'install' });
  expect(await handlers.applyRecorder(install)).toMatchObject({ changed: true, restartNeeded: true });
  expect(read()).toContain('openclaw-recorder');
  const remove = await handlers.planRecorder({ root, action: 'remove' });
  expect(await handlers.applyRecorder(remove)).toMatchObject({ changed: true });
  expect(read()).toBe(text);
});

test('a plan that another one followed is done no more', async () => {
  const { root, handlers, read } = world();
  const first = await handlers.planRecorder({ root, action: 'install' });
  await handlers.planRecorder({ root, action: 'install' });
  await expect(handlers.applyRecorder(first)).rejects.toMatchObject({ code: 'not-found' });
  expect(read()).toBe(text);
});

test('only a protected folder is touched', async () => {
  const { root, handlers } = world();
  for (const asked of [handlers.planRecorder({ root: join(root, '..'), action: 'install' }), handlers.testGateway({ root: '/elsewhere' })])
    await expect(asked).rejects.toMatchObject({ code: 'not-found' });
});
