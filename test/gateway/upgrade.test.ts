import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { GatewayClient } from '../support/gateway-client.ts';
import { type OpenClawGateway, prepareGateway } from '../support/openclaw-gateway.ts';
import { type ScriptedModel, startScriptedModel } from '../support/scripted-model.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';
import { Clawback, type IncidentRow } from './clawback.ts';
import { GatewayService } from './gateway-service.ts';

const newest = '2026.9.6';
const trees = ['oak', 'elm', 'ash', 'yew', 'fir', 'birch'];
const withheld = ['elm', 'yew'];
const keyOf = (tree: string) => `agent:main:${tree}`;

interface Recovered {
  readonly restores: readonly { readonly sessionKey: string; readonly sessionId: string }[];
  readonly messages: number;
}

/** From the files of 2026.3.13 to the database of 2026.9.6, and to a database that is damaged. One story in order. */
describe('an OpenClaw that moves from files to a database', () => {
  let dir: TempDir;
  let model: ScriptedModel;
  let old: OpenClawGateway;
  let gateway: OpenClawGateway;
  let service: GatewayService;
  let clawback: Clawback;
  let client: GatewayClient;
  let ids: ReadonlyMap<string, string>;
  let database: string;

  const connect = async () => {
    client = await gateway.connect();
  };
  const say = async (message: string, key: string) => {
    const end = await client.chat(message, key);
    if (end.state !== 'final') throw new Error(`the turn ended as ${end.state}: ${end.errorMessage}`);
  };
  const listed = async () => {
    const { sessions } = await client.request('sessions.list', {});
    return new Map((sessions as readonly { key: string; sessionId: string }[]).map(({ key, sessionId }) => [key, sessionId]));
  };
  const spokenIn = async (message: string) => {
    const { messages } = await model.requestWith(message);
    return messages.map(({ text }) => text).join('\n');
  };
  const recover = async ({ id }: IncidentRow) => {
    const recovered = await clawback.json<Recovered>('recover', id, '--yes', '--restart-gateway');
    client[Symbol.dispose]();
    await connect();
    return recovered;
  };

  beforeAll(async () => {
    dir = tempDir();
    model = await startScriptedModel();
    const stateDir = join(dir.path, 'state');
    old = prepareGateway({ modelUrl: model.baseUrl, stateDir });
    gateway = prepareGateway({ modelUrl: model.baseUrl, stateDir, version: newest });
    database = join(stateDir, 'agents/main/agent/openclaw-agent.sqlite');
    service = await GatewayService.of(gateway, newest);
    clawback = new Clawback(gateway, false, service.program);
    await old.start();
    client = await old.connect();
    await clawback.watch();
    for (const tree of trees) await say(`plant the ${tree}`, keyOf(tree));
    await vi.waitFor(() => expect(Object.keys(old.index()).length).toBeGreaterThanOrEqual(trees.length), {
      timeout: 20_000,
      interval: 100,
    });
    await old.stop();
    client[Symbol.dispose]();
    await clawback.check();
    ids = new Map(trees.map((tree) => [tree, String(old.index()[keyOf(tree)]?.sessionId)]));
    await clawback.stop();
  });

  afterAll(async () => {
    await clawback[Symbol.asyncDispose]();
    client[Symbol.dispose]();
    await service[Symbol.asyncDispose]();
    await gateway[Symbol.asyncDispose]();
    await old[Symbol.asyncDispose]();
    await model[Symbol.asyncDispose]();
    dir[Symbol.dispose]();
  });

  test('is told once which conversations did not arrive, and no other alarm', async () => {
    const index = Object.fromEntries(Object.entries(old.index()).filter(([key]) => !withheld.map(keyOf).includes(key)));
    writeFileSync(join(old.sessionsDir, 'sessions.json'), JSON.stringify(index));
    for (const tree of withheld) rmSync(join(old.sessionsDir, `${ids.get(tree)}.jsonl`));
    await gateway.configure();
    await gateway.start();
    await connect();
    expect([...(await listed()).keys()]).toEqual(expect.arrayContaining(trees.filter((tree) => !withheld.includes(tree)).map(keyOf)));
    await clawback.watch();
    const incident = await clawback.incident('mass-change');
    expect(incident).toMatchObject({ severity: 'loss', messages: 4, evidence: { what: 'upgrade', sessions: 2, of: 6 } });
    expect((await clawback.openIncidents()).map(({ kind }) => kind)).toEqual(['mass-change']);
  });

  test('has them back under their own keys and ids with one command', async () => {
    const recovered = await recover(await clawback.incident('mass-change'));
    expect(recovered.messages).toBe(4);
    const now = await listed();
    for (const tree of trees) expect([tree, now.get(keyOf(tree))]).toEqual([tree, ids.get(tree)]);
    await say('water the elm', keyOf('elm'));
    expect(await spokenIn('water the elm')).toContain('plant the elm');
    expect(await clawback.openIncidents()).toEqual([]);
  });

  test('begins with an empty database when that one is damaged, and is told what it lost', async () => {
    await clawback.check();
    await gateway.stop();
    const file = openSync(database, 'r+');
    for (let page = 2; page < statSync(database).size / 4096; page += 3) writeSync(file, Buffer.alloc(1024, 0x5a), 0, 1024, page * 4096);
    closeSync(file);
    await expect(gateway.start()).rejects.toThrow(/ended with code/);
    const env = { PATH: process.env.PATH, OPENCLAW_STATE_DIR: gateway.stateDir, OPENCLAW_NO_AUTO_UPDATE: '1', ...gateway.env };
    execFileSync(service.program, ['doctor', '--session-sqlite', 'recover', '--session-sqlite-agent', 'main', '--json'], {
      env,
      stdio: 'pipe',
    });
    expect(readdirSync(dirname(database)).filter((name) => name.includes('.corrupt-'))).not.toEqual([]);
    await gateway.start();
    client[Symbol.dispose]();
    await connect();
    expect([...(await listed()).keys()].filter((key) => trees.map(keyOf).includes(key))).toEqual([]);
    const incident = await clawback.incident('mass-change', ({ evidence }) => evidence.what === 'database');
    expect(incident).toMatchObject({ severity: 'loss', evidence: { sessions: trees.length } });
  });

  test('has every conversation back, goes on with it, and nothing of ours is left beside its files', async () => {
    await recover(await clawback.incident('mass-change', ({ evidence }) => evidence.what === 'database'));
    const now = await listed();
    for (const tree of trees) expect([tree, now.get(keyOf(tree))]).toEqual([tree, ids.get(tree)]);
    const { messages } = await client.request('chat.history', { sessionKey: keyOf('elm'), limit: 100 });
    expect(JSON.stringify(messages)).toMatch(/plant the elm.*water the elm/);
    await say('prune the oak', keyOf('oak'));
    expect(await spokenIn('prune the oak')).toContain('plant the oak');
    expect(
      readdirSync(gateway.sessionsDir).filter(
        (name) => name.endsWith('.jsonl') || name.startsWith('.clawback') || name === 'sessions.json',
      ),
    ).toEqual([]);
    expect(readFileSync(database).subarray(0, 15).toString()).toBe('SQLite format 3');
    await vi.waitFor(async () => expect(await clawback.openIncidents()).toEqual([]), { timeout: 30_000, interval: 500 });
  });
});
