import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { GatewayClient } from '../support/gateway-client.ts';
import { type OpenClawGateway, prepareGateway } from '../support/openclaw-gateway.ts';
import { type ScriptedModel, startScriptedModel } from '../support/scripted-model.ts';
import { Clawback } from './clawback.ts';
import { GatewayService } from './gateway-service.ts';

const version = '2026.9.6';
const key = 'agent:main:cedar';

interface Receipt {
  readonly restoreId: string;
  readonly path: string;
  readonly sessionId: string;
  readonly sessionKey: string;
  readonly messages: number;
}

/** One story in order: each test goes on where the one before ended. */
describe('restore into OpenClaw 2026.9.6', () => {
  let model: ScriptedModel;
  let gateway: OpenClawGateway;
  let service: GatewayService;
  let clawback: Clawback;
  let client: GatewayClient;
  let sessionId: string;
  let receipt: Receipt;

  const list = async () => {
    const { sessions } = await client.request('sessions.list', {});
    return sessions as readonly { readonly key: string; readonly sessionId: string; readonly label?: string }[];
  };
  const history = async (of: string) => {
    const { messages } = await client.request('chat.history', { sessionKey: of, limit: 1000 });
    return (messages as readonly { role: string; content: { text?: string }[] | string }[]).map(
      ({ role, content }) => `${role}: ${typeof content === 'string' ? content : content.map(({ text }) => text ?? '').join('')}`,
    );
  };
  const say = async (message: string, to = key) => {
    const end = await client.chat(message, to);
    if (end.state !== 'final') throw new Error(`the turn ended as ${end.state}: ${end.errorMessage}`);
  };
  const connectAgain = async () => {
    client[Symbol.dispose]();
    client = await gateway.connect();
  };

  beforeAll(async () => {
    model = await startScriptedModel();
    gateway = prepareGateway({ modelUrl: model.baseUrl, version });
    service = await GatewayService.of(gateway, version);
    clawback = new Clawback(gateway, false, service.program);
    await gateway.start();
    client = await gateway.connect();
    await clawback.watch();
    await say('plant the cedar');
    await say(`water the cedar ${'every day '.repeat(400)}`);
    sessionId = (await list()).find((row) => row.key === key)?.sessionId ?? '';
    await vi.waitFor(async () => expect((await clawback.session(sessionId))?.records).toBe(4), { timeout: 20_000, interval: 200 });
  });

  afterAll(async () => {
    await clawback[Symbol.asyncDispose]();
    client[Symbol.dispose]();
    await service[Symbol.asyncDispose]();
    await gateway[Symbol.asyncDispose]();
    await model[Symbol.asyncDispose]();
  });

  test('is refused without leave to stop the gateway, and shows what it would do', async () => {
    await client.request('sessions.delete', { key });
    const { exitCode, stdout } = await clawback.run('--json', 'restore', sessionId, '--yes');
    expect({ exitCode, ...(JSON.parse(stdout.toString('utf8')) as object) }).toMatchObject({
      exitCode: 1,
      error: { code: 'gateway-running' },
    });
    const plan = await clawback.json('restore', sessionId, '--dry-run');
    expect(plan).toMatchObject({ ok: true, route: 'import-restart', messages: 4 });
    expect(service.asked).toEqual([]);
  });

  test('brings a deleted conversation back as one of its own, and the gateway runs again', async () => {
    receipt = await clawback.json<Receipt>('restore', sessionId, '--yes', '--restart-gateway');
    expect(receipt).toMatchObject({ messages: 4, path: expect.stringMatching(/openclaw-agent\.sqlite$/) });
    expect(service.asked).toEqual(['stop', 'start']);
    expect(readdirSync(gateway.sessionsDir).filter((name) => !name.endsWith('.zst'))).toEqual([]);
    await connectAgain();
    expect((await list()).find((row) => row.key === receipt.sessionKey)).toMatchObject({
      sessionId: receipt.sessionId,
      label: expect.stringMatching(/^Restored .* 4 messages$/),
    });
    const shown = await history(receipt.sessionKey);
    expect(shown.map((line) => line.slice(0, 20))).toEqual([
      expect.stringContaining('user: plant the'),
      expect.stringContaining('assistant: Answer'),
      expect.stringContaining('user: water the'),
      expect.stringContaining('assistant: Answer'),
    ]);
  });

  test('its model knows all of it in the next turn', async () => {
    await say('is it tall by now', receipt.sessionKey);
    const { messages } = await model.requestWith('is it tall by now');
    const spoken = messages.filter(({ role }) => role === 'user').map(({ text }) => text);
    for (const text of ['plant the cedar', 'every day every day', 'is it tall by now']) expect(spoken.join('\n')).toContain(text);
  });

  test('it is not taken back once it was gone on with, and alarms nobody', async () => {
    const { exitCode, stdout } = await clawback.run('--json', 'undo', receipt.restoreId);
    expect({ exitCode, ...(JSON.parse(stdout.toString('utf8')) as object) }).toMatchObject({
      exitCode: 1,
      error: { code: 'target-changed' },
    });
    expect((await list()).map((row) => row.key)).toContain(receipt.sessionKey);
    expect(await clawback.openIncidents()).toEqual([]);
  });
});
