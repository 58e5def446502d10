import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { IncidentRow } from './clawback.ts';
import { RunningGateway } from './running-gateway.ts';

interface Plan {
  readonly ok: boolean;
  readonly route?: string;
  readonly path: string;
  readonly refusal?: { readonly code: string };
}

interface Receipt {
  readonly ok: boolean;
  readonly restoreId: string;
  readonly path: string;
  readonly sessionId: string;
  readonly sessionKey: string;
  readonly messages: number;
}

/** What `chat.history` shows, as `role: text`. */
async function history(running: RunningGateway, key: string): Promise<readonly string[]> {
  const { messages } = await running.client.request('chat.history', { sessionKey: key, limit: 1000 });
  return (messages as { role: string; content: { text?: string }[] | string }[]).map(
    ({ role, content }) => `${role}: ${typeof content === 'string' ? content : content.map(({ text }) => text ?? '').join('')}`,
  );
}

async function sessionKeys(running: RunningGateway): Promise<readonly string[]> {
  const { sessions } = await running.client.request('sessions.list', {});
  return (sessions as { key: string }[]).map(({ key }) => key);
}

/** A chat in which something was said seconds ago may be about to go on: the offer comes when it is quiet. */
async function untilQuiet(running: RunningGateway, reference: string): Promise<Plan> {
  return await vi.waitFor(
    async () => {
      const { stdout } = await running.clawback.run('--json', 'restore', reference, '--to', 'same-session', '--dry-run');
      const plan = JSON.parse(stdout.toString('utf8')) as Plan;
      if (plan.refusal?.code === 'session-busy') throw new Error('the chat is not quiet yet');
      return plan;
    },
    { timeout: 30_000, interval: 500 },
  );
}

/** One story in order: each test goes on where the one before ended. */
describe('restore of a deleted conversation while OpenClaw runs', () => {
  let running: RunningGateway;
  let incident: IncidentRow;
  let receipt: Receipt;

  beforeAll(async () => {
    running = await RunningGateway.start();
    const { path } = await running.converse('agent:main:cedar', 'plant the cedar', 'water the cedar');
    await running.clawback.check();
    rmSync(path);
    incident = await running.clawback.incident('deleted');
  });

  afterAll(() => running[Symbol.asyncDispose]());

  test('is planned by way of the gateway, and nothing is touched', async () => {
    const index = running.gateway.index();
    expect(await running.clawback.json<Plan>('restore', incident.id, '--dry-run')).toMatchObject({ ok: true, route: 'gateway' });
    expect(running.gateway.index()).toEqual(index);
  });

  test('is a new session that the gateway made and lists', async () => {
    receipt = await running.clawback.json<Receipt>('restore', incident.id, '--yes');
    expect(receipt).toMatchObject({ ok: true, messages: 4 });
    expect(basename(receipt.path)).toBe(`${receipt.sessionId}.jsonl`);
    expect(await sessionKeys(running)).toContain(receipt.sessionKey);
    expect(running.gateway.index()[receipt.sessionKey]).toMatchObject({
      sessionId: receipt.sessionId,
      label: expect.stringMatching(/^Restored /),
    });
  });

  test('is shown by the gateway', async () => {
    const shown = await history(running, receipt.sessionKey);
    expect(shown).toHaveLength(4);
    expect(shown[0]).toContain('plant the cedar');
    expect(shown[2]).toContain('water the cedar');
  });

  test('is deleted by undo, and OpenClaw keeps the file', async () => {
    await running.clawback.json('undo', receipt.restoreId);
    expect(await sessionKeys(running)).not.toContain(receipt.sessionKey);
    expect(existsSync(receipt.path)).toBe(false);
    const kept = readdirSync(running.gateway.sessionsDir).filter((name) => name.startsWith(`${receipt.sessionId}.jsonl.deleted.`));
    expect(kept).toHaveLength(1);
    expect(readdirSync(running.gateway.sessionsDir).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('is what the model knows in the next turn', async () => {
    receipt = await running.clawback.json<Receipt>('restore', incident.id, '--yes');
    await running.chat(receipt.sessionKey, 'prune the cedar');
    const { messages } = await running.model.requestWith('prune the cedar');
    const spoken = messages.filter(({ role }) => role === 'user').map(({ text }) => text);
    expect(spoken).toHaveLength(3);
    for (const [index, text] of ['plant the cedar', 'water the cedar', 'prune the cedar'].entries()) expect(spoken[index]).toContain(text);
  });

  test('is not undone under a conversation that went on', async () => {
    const { exitCode, stdout } = await running.clawback.run('--json', 'undo', receipt.restoreId);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout.toString('utf8'))).toMatchObject({ ok: false, error: { code: 'target-changed' } });
    expect(readFileSync(receipt.path, 'utf8')).toContain('prune the cedar');
  });

  test('leaves nothing that needs anybody', async () => {
    await running.clawback.check();
    expect(await running.clawback.openIncidents()).toEqual([]);
  });
});

describe('restore into the session that the chat is in, while OpenClaw runs', () => {
  const key = 'agent:main:main';
  let running: RunningGateway;
  let incident: IncidentRow;
  let receipt: Receipt;
  let path: string;

  beforeAll(async () => {
    running = await RunningGateway.start();
    ({ path } = await running.converse(key, 'plant the oak', 'water the oak'));
    await running.clawback.check();
    rmSync(path);
    incident = await running.clawback.incident('deleted');
  });

  afterAll(() => running[Symbol.asyncDispose]());

  test('is offered once the chat is quiet', async () => {
    expect(await untilQuiet(running, incident.id)).toMatchObject({ ok: true, route: 'gateway', path });
  });

  test('lets the chat show what was lost', async () => {
    receipt = await running.clawback.json<Receipt>('restore', incident.id, '--to', 'same-session', '--yes');
    expect(receipt).toMatchObject({ ok: true, path, sessionKey: key, messages: 4 });
    expect(await history(running, key)).toHaveLength(4);
  });

  test('is taken back as long as nothing was said', async () => {
    await running.clawback.json('undo', receipt.restoreId);
    expect(existsSync(path)).toBe(false);
    expect(await history(running, key)).toEqual([]);
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  test('lets the chat simply continue', async () => {
    await untilQuiet(running, incident.id);
    receipt = await running.clawback.json<Receipt>('restore', incident.id, '--to', 'same-session', '--yes');
    await running.chat(key, 'prune the oak');
    const { messages } = await running.model.requestWith('prune the oak');
    const spoken = messages.filter(({ role }) => role === 'user').map(({ text }) => text);
    expect(spoken).toHaveLength(3);
    for (const [index, text] of ['plant the oak', 'water the oak', 'prune the oak'].entries()) expect(spoken[index]).toContain(text);
    expect(running.conversation(key).path).toBe(path);
    expect(await history(running, key)).toHaveLength(6);
  });

  test('is not done while it has a transcript, nor undone under the chat that went on', async () => {
    const again = await running.clawback.run('--json', 'undo', receipt.restoreId);
    expect(JSON.parse(again.stdout.toString('utf8'))).toMatchObject({ ok: false, error: { code: 'target-changed' } });
    expect(readFileSync(path, 'utf8')).toContain('prune the oak');
  });

  test('leaves nothing that needs anybody', async () => {
    await running.clawback.check();
    expect(await running.clawback.openIncidents()).toEqual([]);
  });
});
