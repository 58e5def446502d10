import { existsSync, readFileSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IncidentRow } from './clawback.ts';
import { RunningGateway } from './running-gateway.ts';

interface Receipt {
  readonly ok: boolean;
  readonly restoreId: string;
  readonly path: string;
  readonly sessionId: string;
  readonly sessionKey: string;
  readonly messages: number;
}

/** One story in order: each test goes on where the one before ended. */
describe('restore of a deleted conversation while OpenClaw is down', () => {
  let running: RunningGateway;
  let incident: IncidentRow;
  let lost: Buffer;
  let receipt: Receipt;

  beforeAll(async () => {
    running = await RunningGateway.start();
    const { path } = await running.converse('agent:main:cedar', 'plant the cedar', 'water the cedar');
    await running.converse('agent:main:main', 'another conversation');
    await running.clawback.check();
    lost = readFileSync(path);
    rmSync(path);
    incident = await running.clawback.incident('deleted');
  });

  afterAll(() => running[Symbol.asyncDispose]());

  test('is done when the gateway is down, beside what is there', async () => {
    await running.gateway.stop();
    const index = running.gateway.index();
    receipt = await running.clawback.json<Receipt>('restore', incident.id, '--yes');
    expect(receipt).toMatchObject({ ok: true, messages: 4 });
    expect(running.gateway.index()).toEqual({ ...index, [receipt.sessionKey]: expect.objectContaining({ sessionId: receipt.sessionId }) });
  });

  test('is recognised when it is asked for again', async () => {
    expect(await running.clawback.json('restore', incident.id, '--yes')).toMatchObject({ restoreId: receipt.restoreId, already: true });
  });

  test('is taken back by undo', async () => {
    await running.clawback.json('undo', receipt.restoreId);
    expect(existsSync(receipt.path)).toBe(false);
    expect(running.gateway.index()).not.toHaveProperty([receipt.sessionKey]);
  });

  test('is listed and read by the gateway that starts next', async () => {
    receipt = await running.clawback.json<Receipt>('restore', incident.id, '--yes');
    await running.startAgain();
    const { sessions } = await running.client.request('sessions.list', {});
    expect((sessions as { key: string }[]).map(({ key }) => key)).toContain(receipt.sessionKey);
    const { messages } = await running.client.request('chat.history', { sessionKey: receipt.sessionKey });
    expect(messages).toHaveLength(4);
    expect(JSON.stringify(messages)).toContain('water the cedar');
  });

  test('is what the model knows in the next turn', async () => {
    await running.chat(receipt.sessionKey, 'prune the cedar');
    const { messages } = await running.model.requestWith('prune the cedar');
    const spoken = messages.filter(({ role }) => role === 'user').map(({ text }) => text);
    expect(spoken).toHaveLength(3);
    for (const [index, text] of ['plant the cedar', 'water the cedar', 'prune the cedar'].entries()) expect(spoken[index]).toContain(text);
  });

  test('loses nothing of the original and is not undone under a conversation that went on', async () => {
    const { exitCode, stdout } = await running.clawback.run('--json', 'undo', receipt.restoreId);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout.toString('utf8'))).toMatchObject({
      ok: false,
      error: { code: 'target-changed' },
    });
    expect((await running.clawback.run('export', incident.sessionId ?? '')).stdout.equals(lost)).toBe(true);
    expect(readFileSync(receipt.path, 'utf8')).toContain('prune the cedar');
  });

  test('leaves nothing that needs anybody', async () => {
    await running.clawback.check();
    expect(await running.clawback.openIncidents()).toEqual([]);
  });
});
