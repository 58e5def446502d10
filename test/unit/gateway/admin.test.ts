import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createGatewayAdmin } from '../../../main/core/gateway/admin.ts';
import { openDeviceIdentity } from '../../../main/core/gateway/device-identity.ts';
import { systemClock } from '../../../main/core/platform/clock.ts';
import { type FakeGateway, fakeGateway, hello } from '../../support/fake-gateway.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';

let temp: TempDir;
let root: string;
let gateway: FakeGateway;
let trusts: boolean;

beforeEach(async () => {
  temp = tempDir();
  root = join(temp.path, '.openclaw');
  mkdirSync(root);
  gateway = await fakeGateway();
  trusts = true;
  configure({ token: 'shared' });
});
afterEach(async () => {
  await gateway[Symbol.asyncDispose]();
  temp[Symbol.dispose]();
});

const configure = (auth: object) => writeFileSync(join(root, 'openclaw.json'), JSON.stringify({ gateway: { port: gateway.port, auth } }));
const admin = () =>
  createGatewayAdmin({
    env: { HOME: temp.path },
    home: temp.path,
    clock: systemClock,
    identity: () => openDeviceIdentity(join(temp.path, 'clawback'), { purpose: 'restore' }),
    mayTrust: () => trusts,
  });

test('has rights for one piece of work and gives them back', async () => {
  gateway.answers.set('sessions.patch', () => ({ ok: true, entry: { sessionId: 'new-id' } }));
  const made = await admin().withAdmin(root, (session) => session.createSession({ key: 'agent:main:restored', label: 'Restored' }));
  expect(made).toEqual({ sessionId: 'new-id' });
  expect(gateway.requests).toMatchObject([
    { method: 'connect', params: { scopes: ['operator.admin', 'operator.read'] } },
    { method: 'sessions.patch', params: { key: 'agent:main:restored', label: 'Restored' } },
  ]);
  await vi.waitFor(() => expect(gateway.connected).toBe(0));
});

test('asks once more when the gateway says so', async () => {
  let asked = 0;
  gateway.answers.set('sessions.patch', () => {
    asked += 1;
    if (asked === 1) throw new Error('Session patch failed unexpectedly. Retry the request.');
    return { ok: true, entry: { sessionId: 'new-id' } };
  });
  const made = await admin().withAdmin(root, (session) => session.createSession({ key: 'agent:main:restored', label: 'Restored' }));
  expect(made).toEqual({ sessionId: 'new-id' });
});

test("shows another user's program no secret", async () => {
  trusts = false;
  const asked = admin().withAdmin(root, (session) => session.refreshSession('agent:main:main'));
  await expect(asked).rejects.toMatchObject({ code: 'gateway-refused' });
  expect(gateway.requests).toEqual([]);
});

test('gives them back after work that failed', async () => {
  await expect(admin().withAdmin(root, (session) => session.deleteSession('key'))).rejects.toMatchObject({ code: 'gateway-refused' });
  await vi.waitFor(() => expect(gateway.connected).toBe(0));
});

test('dates a conversation to now and changes nothing else of it', async () => {
  gateway.answers.set('sessions.patch', () => ({ ok: true, entry: { sessionId: 'id' } }));
  await admin().withAdmin(root, (session) => session.refreshSession('agent:main:main'));
  expect(gateway.requests.at(-1)).toEqual({ method: 'sessions.patch', params: { key: 'agent:main:main' } });
});

test('reads a conversation as OpenClaw shows it', async () => {
  gateway.answers.set('chat.history', () => ({
    sessionId: 'id',
    messages: [
      { role: 'user', content: [{ type: 'text', text: '[Sun 2026-11-22 10:58 UTC] hello' }] },
      { role: 'assistant', content: [{ type: 'text', text: 'Hi.' }] },
      { role: 'user', content: 'bare' },
    ],
  }));
  const history = await admin().withAdmin(root, (session) => session.history('agent:main:main'));
  expect(history).toEqual({
    sessionId: 'id',
    messages: [
      { role: 'user', text: 'hello' },
      { role: 'assistant', text: 'Hi.' },
      { role: 'user', text: 'bare' },
    ],
  });
});

test('finds the row of a key', async () => {
  gateway.answers.set('sessions.list', () => ({
    sessions: [{ key: 'agent:main:other' }, { key: 'agent:main:main', sessionId: 'id', hasActiveRun: true }],
  }));
  const rows = await admin().withAdmin(root, async (session) => [
    await session.session('agent:main:main'),
    await session.session('agent:main:none'),
  ]);
  expect(rows).toEqual([{ sessionId: 'id', hasActiveRun: true }, undefined]);
});

test.each([
  ['sessions.patch', { ok: true }],
  ['sessions.list', {}],
  ['chat.history', { messages: 'none' }],
])('refuses an answer to %s that makes no sense', async (method, answer) => {
  gateway.answers.set(method, () => answer);
  const asked = admin().withAdmin(root, async (session) => {
    if (method === 'sessions.patch') return await session.createSession({ key: 'k', label: 'l' });
    return method === 'sessions.list' ? await session.session('k') : await session.history('k');
  });
  await expect(asked).rejects.toMatchObject({ code: 'gateway-refused', hint: 'UNEXPECTED_ANSWER' });
});

test('says why when the secret cannot be read', async () => {
  configure({ token: { source: 'file', provider: 'p', id: 'i' } });
  await expect(admin().withAdmin(root, async () => 'done')).rejects.toMatchObject({
    code: 'gateway-refused',
    message: expect.stringContaining('secret store'),
  });
});

test('rejects as gone when nobody listens', async () => {
  await gateway[Symbol.asyncDispose]();
  const refused = admin().withAdmin(root, async () => 'done');
  await expect(refused).rejects.toMatchObject({ code: 'gateway-gone' });
  gateway = await fakeGateway();
});

test('changes nothing in the conversations of another OpenClaw that answers at the address', async () => {
  gateway.hello = hello(3, { snapshot: { uptimeMs: 1, stateDir: join(temp.path, '.openclaw-work') } });
  gateway.answers.set('sessions.patch', () => ({ ok: true, entry: { sessionId: 'new-id' } }));
  const asked = admin().withAdmin(root, (session) => session.createSession({ key: 'agent:main:restored', label: 'Restored' }));
  await expect(asked).rejects.toMatchObject({ code: 'gateway-refused', hint: expect.stringContaining('file') });
  expect(gateway.requests.map(({ method }) => method)).toEqual(['connect']);
  await vi.waitFor(() => expect(gateway.connected).toBe(0));
});
