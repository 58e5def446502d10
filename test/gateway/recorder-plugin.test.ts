import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../main/core/platform/clock.ts';
import { silentLogger } from '../../main/core/platform/logger.ts';
import { isSameProcess, systemProcesses } from '../../main/core/platform/process-table.ts';
import { readRecorderSetup, recorderPlaces } from '../../main/core/recorder-plugin/setup.ts';
import { createRecorderWitness, type RecorderWitness } from '../../main/core/witness/recorder-spool.ts';
import type { WitnessBatch } from '../../main/core/witness/witness.ts';
import { cli } from '../support/cli.ts';
import type { GatewayClient } from '../support/gateway-client.ts';
import { type OpenClawGateway, prepareGateway } from '../support/openclaw-gateway.ts';
import { type ScriptedModel, startScriptedModel } from '../support/scripted-model.ts';

/** The versions whose gateway the client of these tests speaks to. */
const versions = ['2026.3.13'] as const;
const KEY = 'agent:main:main';

interface SpoolLine {
  readonly hook: string;
  readonly sessionKey?: string;
  readonly sessionId?: string;
  readonly message?: Readonly<Record<string, unknown>>;
}

describe.each(versions)('the recorder plugin in OpenClaw %s', (version) => {
  let model: ScriptedModel;
  let gateway: OpenClawGateway;
  let client: GatewayClient;
  let home: string;
  let configBefore: string;
  let witness: RecorderWitness;

  beforeAll(async () => {
    model = await startScriptedModel();
    gateway = prepareGateway({ modelUrl: model.baseUrl, version, config: { plugins: {} } });
    await gateway.configure();
    configBefore = readFileSync(gateway.configPath, 'utf8');
    home = join(gateway.env.HOME, 'clawback');
    expect(await recorder('install', '--yes')).toMatchObject({ ok: true, results: [{ changed: true, restartNeeded: false }] });
    await gateway.start();
    client = await gateway.connect();
    witness = listen();
  });

  afterAll(async () => {
    client[Symbol.dispose]();
    await gateway[Symbol.asyncDispose]();
    await model[Symbol.asyncDispose]();
  });

  function listen(): RecorderWitness {
    const places = recorderPlaces(home);
    return createRecorderWitness({
      spoolDir: places.spoolDir,
      root: gateway.stateDir,
      cursor: undefined,
      clock: systemClock,
      log: silentLogger,
      processAlive: (pid, startTime) => isSameProcess(systemProcesses, pid, startTime),
      setup: () => readRecorderSetup(gateway.stateDir, places, gateway.env, gateway.env.HOME),
    });
  }

  async function recorder(...args: readonly string[]): Promise<unknown> {
    const places = ['--json', '--home', home, '--state-dir', gateway.stateDir];
    const { stdout } = await cli([...places, 'recorder', ...args], { ...gateway.env, NO_COLOR: '1' });
    return JSON.parse(stdout.toString('utf8'));
  }

  function spooled(): readonly SpoolLine[] {
    const directory = recorderPlaces(home).spoolDir;
    return readdirSync(directory)
      .filter((name) => name.endsWith('.jsonl'))
      .sort()
      .flatMap((name) => readFileSync(join(directory, name), 'utf8').trimEnd().split('\n'))
      .map((line): SpoolLine => JSON.parse(line));
  }

  function messagesOf(key: string): readonly SpoolLine[] {
    return spooled().filter(({ hook, sessionKey }) => hook === 'before_message_write' && sessionKey === key);
  }

  function transcript(sessionId: string): readonly unknown[] {
    return readFileSync(join(gateway.sessionsDir, `${sessionId}.jsonl`), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line): { readonly type: string; readonly message?: unknown } => JSON.parse(line))
      .filter(({ type }) => type === 'message')
      .map(({ message }) => message);
  }

  /** OpenClaw waits 30 s for a lock of its index that a gateway left behind which ended while it wrote. */
  async function startAgain(): Promise<void> {
    client[Symbol.dispose]();
    rmSync(join(gateway.sessionsDir, 'sessions.json.lock'), { force: true });
    await gateway.start();
    client = await gateway.connect();
  }

  async function chat(message: string): Promise<void> {
    const { state, errorMessage } = await client.chat(message, KEY);
    expect({ state, errorMessage }).toEqual({ state: 'final' });
  }

  function taken(): WitnessBatch {
    const batch = witness.collect();
    witness.committed();
    return batch;
  }

  test('records user, assistant and tool result exactly as the transcript then holds them', async () => {
    await chat('TOOL please');
    const sessionId = String(gateway.index()[KEY]?.sessionId);
    const recorded = messagesOf(KEY);
    expect(recorded.map(({ message }) => message?.role)).toEqual(['user', 'assistant', 'toolResult', 'assistant']);
    expect(recorded.map(({ message }) => message)).toEqual(transcript(sessionId));
    expect(recorded.map((line) => line.sessionId)).toEqual(recorded.map(() => sessionId));
  });

  test('is a witness that listens', () => {
    const { messages, events } = taken();
    expect(events).toMatchObject([{ event: 'gateway-up', version }]);
    expect(messages.map(({ role, text, endsRun }) => ({ role, text: text.trim(), endsRun }))).toMatchObject([
      { role: 'user', text: 'TOOL please', endsRun: false },
      { role: 'assistant', endsRun: false },
      { role: 'tool', endsRun: false },
      { role: 'assistant', endsRun: true },
    ]);
    expect(witness.status.state).toBe('listening');
  });

  test('tells the new session after a reset by the RPC, which no hook announces', async () => {
    const { entry } = await client.request('sessions.reset', { key: KEY });
    await chat('after the reset');
    const sessionId = (entry as { readonly sessionId: string }).sessionId;
    expect(messagesOf(KEY).at(-1)?.sessionId).toBe(sessionId);
  });

  test('keeps quiet in the log of OpenClaw', () => {
    const warnings = readFileSync(join(gateway.stateDir, '..', 'gateway.log'), 'utf8')
      .split('\n')
      .filter((line) => line.includes('clawback-recorder') && !line.includes('plugins.allow'));
    expect(warnings).toEqual([]);
  });

  test('has the message of a first turn whose gateway is killed, of which OpenClaw has nothing', async () => {
    taken();
    await client.request('sessions.reset', { key: KEY });
    const sessionId = String(gateway.index()[KEY]?.sessionId);
    await client.waitForText(await client.send('HANG until the kill', KEY));
    await gateway.kill();
    expect(() => transcript(sessionId)).toThrow('ENOENT');
    const { messages, events } = taken();
    expect(messages.at(-1)).toMatchObject({ role: 'user', text: 'HANG until the kill', sessionId, sessionKey: KEY });
    expect([...events, ...taken().events]).toMatchObject([{ event: 'gateway-ended', clean: false }]);
    expect(witness.status.state).toBe('waiting');
  });

  test('goes on in the next process, and tells a stop that was ordered', async () => {
    await startAgain();
    await chat('again');
    await gateway.stop();
    const { messages, events } = taken();
    expect(messages.map(({ text }) => text)).toContain('again');
    expect(events).toMatchObject([{ event: 'gateway-up' }, { event: 'gateway-ended', clean: true }]);
  });

  test('is gone from the configuration to the byte, and from the next start', async () => {
    expect(await recorder('remove', '--yes')).toMatchObject({ ok: true, results: [{ changed: true }] });
    expect(readFileSync(gateway.configPath, 'utf8')).toBe(configBefore);
    const before = spooled().length;
    await startAgain();
    await chat('without a recorder');
    expect(spooled()).toHaveLength(before);
    expect(taken().messages).toEqual([]);
    expect(listen().status.state).toBe('off');
  });
});
