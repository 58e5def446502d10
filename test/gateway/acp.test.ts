import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { hasChild } from '../../main/core/platform/child-processes.ts';
import { recorderPlaces } from '../../main/core/recorder-plugin/setup.ts';
import { createAcpStore } from '../../main/core/witness/acp-store.ts';
import { createRecorderWitness } from '../../main/core/witness/recorder-spool.ts';
import type { OpenWitnesses } from '../../main/core/witnesses.ts';
import { AcpRunner, acpConfig, editIndex } from '../support/acp-runner.ts';
import { CoreRig } from '../support/core-rig.ts';
import type { IncidentRow, MessageRow } from './clawback.ts';
import { RunningGateway } from './running-gateway.ts';

const said = (rows: readonly MessageRow[]) => rows.map(({ role, text }) => `${role}: ${text}`);

/** A gateway whose conversations with the agent `kimi` go by way of the real `acpx`. */
class AcpScene implements AsyncDisposable {
  readonly running: RunningGateway;
  readonly runner: AcpRunner;

  private constructor(running: RunningGateway) {
    this.running = running;
    this.runner = new AcpRunner(running.gateway.env.HOME);
  }

  static async start(): Promise<AcpScene> {
    return new AcpScene(await RunningGateway.start({ config: acpConfig() }));
  }

  /** A conversation that OpenClaw hands to the agent; its key. The backend comes up some time after the gateway. */
  async spawn(): Promise<string> {
    for (let tries = 0; tries < 30; tries++) {
      const { message } = await this.running.chat('agent:main:desk', '/acp spawn kimi --mode persistent --thread off');
      const key = /agent:kimi:acp:[0-9a-f-]{36}/.exec(JSON.stringify(message))?.[0];
      if (key !== undefined) return key;
      await this.running.chat('agent:main:desk', '/acp doctor');
    }
    throw new Error('the gateway has no ACP backend');
  }

  entry(key: string): { readonly sessionId: string; readonly acp?: { readonly state?: string } } {
    const agent = key.split(':')[1] ?? 'main';
    return JSON.parse(readFileSync(join(this.running.gateway.stateDir, 'agents', agent, 'sessions/sessions.json'), 'utf8'))[key];
  }

  /** OpenClaw hands the conversation of this key to the agent from now on, as a configured binding makes it. */
  async bind(key: string): Promise<void> {
    const { stateDir, sessionsDir } = this.running.gateway;
    const cwd = join(stateDir, '../workspace');
    const acp = {
      backend: 'acpx',
      agent: 'kimi',
      runtimeSessionName: key,
      mode: 'persistent',
      runtimeOptions: { cwd },
      cwd,
      state: 'idle',
    };
    await editIndex(sessionsDir, (index) => {
      index[key] = { ...index[key], acp: { ...acp, lastActivityAt: Date.now() } };
    });
  }

  /** The runner waits for an agent that is gone. */
  async runnerHasNoAgent(key: string): Promise<void> {
    const look = () => expect([this.entry(key).acp?.state, this.runner.owners.map(hasChild)]).toEqual(['running', [false]]);
    // Its agent starts and speaks first: the record of the turn before is older than the crash.
    await vi.waitFor(() => expect([this.entry(key).acp?.state, this.runner.owners.map(hasChild)]).toEqual(['running', [true]]), {
      timeout: 20_000,
      interval: 10,
    });
    await vi.waitFor(look, { timeout: 20_000, interval: 50 });
  }

  async history(sessionKey: string): Promise<readonly string[]> {
    const { messages } = await this.running.client.request('chat.history', { sessionKey, limit: 100 });
    return (messages as { role: string; content: { text?: string }[] | string }[]).map(
      ({ role, content }) => `${role}: ${typeof content === 'string' ? content : content.map(({ text }) => text ?? '').join('')}`,
    );
  }

  /** The conversation as Clawback has it, once it has this much of it. */
  async kept(sessionId: string, messages: number): Promise<readonly MessageRow[]> {
    return await vi.waitFor(
      async () => {
        if ((await this.running.clawback.session(sessionId)) === undefined) throw new Error(`nothing of ${sessionId} is kept`);
        const rows = await this.running.clawback.show(sessionId);
        if (rows.length < messages) throw new Error(`kept: ${said(rows).join(' | ')}`);
        return rows;
      },
      { timeout: 30_000, interval: 300 },
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.runner[Symbol.dispose]();
    await this.running[Symbol.asyncDispose]();
  }
}

/** Says that OpenClaw does not save this kind of conversation, and calls nothing a loss. */
function expectNoLoss(incidents: readonly IncidentRow[]): void {
  for (const { kind, severity, evidence } of incidents) {
    expect({ kind, severity, because: evidence.because }).toEqual({ kind: 'unpersisted', severity: 'warning', because: 'acp-runner' });
  }
}

/** One story in order: it begins without any set-up, and has the recorder when OpenClaw starts again. */
describe('conversations that OpenClaw hands to an ACP agent', () => {
  let scene: AcpScene;

  beforeAll(async () => {
    scene = await AcpScene.start();
  });
  afterAll(() => scene[Symbol.asyncDispose]());

  test('the incident of 13 March 2026 by way of an agent is one incident, and goes on as an ordinary conversation', async () => {
    const { running, runner } = scene;
    const { clawback, gateway } = running;
    const key = 'agent:main:main';
    await scene.spawn();
    const before = await running.converse(key, 'from before the reset');
    const sessionId = await running.reset(key);
    await scene.bind(key);
    const first = await running.chat(key, 'what was it again #a1');
    const second = await running.chat(key, 'TOOL THINK how would you do it #a2');
    for (const end of [first, second]) expect(end).not.toHaveProperty('message');
    expect(existsSync(join(gateway.sessionsDir, `${sessionId}.jsonl`))).toBe(false);
    expect(await scene.history(key)).toEqual([]);
    const told = await clawback.incident('unpersisted', ({ sessionKey }) => sessionKey === key);

    // The runner goes on without the gateway, and while nobody watches.
    await running.client.send('SLOW 10 100 and then #a3', key);
    await vi.waitFor(() => expect(runner.owners).not.toEqual([]), { timeout: 20_000, interval: 20 });
    await Promise.all([gateway.kill(), clawback.kill()]);
    await vi.waitFor(() => expect(JSON.stringify(runner.records)).toContain('end of a3'), { timeout: 20_000, interval: 100 });
    await clawback.json('recorder', 'install', '--yes');
    await running.startAgain();
    await clawback.watch();
    await clawback.listening('recorder-plugin');

    const conversation = [
      'user: what was it again #a1',
      'assistant: acp reply to a1: part 1 part 2 part 3 end of a1',
      'user: TOOL THINK how would you do it #a2',
      'assistant: [tool read file]',
      'tool: file of a2',
      'assistant: acp reply to a2: part 1 part 2 part 3 end of a2',
      'user: SLOW 10 100 and then #a3',
      expect.stringMatching(/^assistant: acp reply to a3: part 1 .* end of a3$/),
    ];
    const shown = await scene.kept(sessionId, 8);
    expect(said(shown)).toEqual(conversation);
    for (const row of shown) expect(row).toMatchObject({ provenance: 'acp-store', persisted: false, interrupted: false });
    expect(said(await clawback.show(before.sessionId))).toEqual(['user: from before the reset', expect.stringMatching(/^assistant: ./)]);
    const open = await clawback.openIncidents();
    expect(open).toMatchObject([{ id: told.id, messages: 8, evidence: { witnesses: ['acp-store'] } }]);
    expectNoLoss(open);

    const receipt = await clawback.json<{ sessionKey: string; messages: number }>('restore', told.id, '--yes');
    expect(receipt.messages).toBe(8);
    const restored = (await scene.history(receipt.sessionKey)).join('\n');
    for (const words of ['what was it again', 'end of a1', 'how would you do it', 'file of a2', 'end of a2', 'and then', 'end of a3']) {
      expect(restored).toContain(words);
    }
    await running.chat(receipt.sessionKey, 'do you remember');
    const { messages } = await running.model.requestWith('do you remember');
    const context = messages.map(({ text }) => text).join('\n');
    // OpenClaw keeps calls of tools that it does not have from its model. What was said is all there, and not what was thought.
    for (const words of ['what was it again', 'end of a1', 'how would you do it', 'end of a2', 'and then', 'end of a3']) {
      expect(context).toContain(words);
    }
    expect(context).not.toContain('thinking of a2');
  });

  test('a spawned conversation is kept through /new and a reset', async () => {
    const { running, runner } = scene;
    const key = await scene.spawn();
    const { sessionId } = scene.entry(key);
    await running.chat(key, 'hello #s1');
    await running.chat(key, '/new');
    await running.chat(key, 'hello again #s2');
    expect(scene.entry(key).sessionId).toBe(sessionId);
    const before = await scene.kept(sessionId, 4);
    const next = await running.reset(key);
    expect(next).not.toBe(sessionId);
    expect(runner.records.filter(({ name }) => name === key).map(({ closed }) => closed)).toEqual([true, true]);
    await running.clawback.check();
    const after = await running.clawback.show(sessionId);
    for (const rows of [before, after]) {
      expect(said(rows).filter((line) => /#s|of s/.test(line))).toEqual([
        'user: hello #s1',
        'assistant: acp reply to s1: part 1 part 2 part 3 end of s1',
        'user: hello again #s2',
        'assistant: acp reply to s2: part 1 part 2 part 3 end of s2',
      ]);
    }
    expectNoLoss(await running.clawback.openIncidents());
  });

  test('a prompt to a session that OpenClaw cannot open is given back to the file with its error', async () => {
    const { running } = scene;
    await scene.spawn();
    const { runId, message } = await running.chat(`acp:${randomUUID()}`, 'nobody will answer this');
    expect(JSON.stringify(message)).toContain('ACP_SESSION_INIT_FAILED');
    expect(existsSync(join(running.gateway.sessionsDir, `${runId}.jsonl`))).toBe(true);
    expect(said(await scene.kept(runId, 2))).toEqual([
      'user: nobody will answer this',
      expect.stringMatching(/^assistant: ACP error \(ACP_SESSION_INIT_FAILED\)/),
    ]);
    expect(await running.clawback.incident('unpersisted', ({ sessionId }) => sessionId === runId)).toMatchObject({
      severity: 'warning',
      messages: 1,
      evidence: { because: 'acp-init-failed' },
    });
  });

  test('a prompt is kept whose agent died, and its conversation is called stuck until it answers again', async () => {
    const { running, runner } = scene;
    const key = await scene.spawn();
    const { sessionId } = scene.entry(key);
    await running.chat(key, 'hello #d1');
    const crash = await running.client.send('CRASH 2 are you there #d2', key);
    const after = await running.client.send('are you still there #d3', key);
    await scene.runnerHasNoAgent(key);

    // Two minutes pass at once for a second core with the same witnesses, beside the same files and processes.
    await using rig = new CoreRig();
    rig.openWitnesses = witnessesOfAcp(running);
    rig.gateway.running = 'running';
    await rig.start({ roots: [running.gateway.stateDir] });
    await rig.pass(180_000);
    const stuck = rig.incidents.filter(({ kind }) => kind === 'agent-stuck');
    expect(stuck).toMatchObject([{ severity: 'warning', nativeId: sessionId, evidence: { sessionKey: key, waiting: 2 } }]);
    expect(rig.incidents.filter(({ kind }) => kind !== 'agent-stuck' && kind !== 'unpersisted')).toEqual([]);

    // What a person does about it: the runner is ended, and OpenClaw starts another one for what waits.
    runner.end();
    await Promise.all([crash, after].map((runId) => running.client.waitForFinal(runId)));
    await rig.pass(10_000);
    expect(rig.resolved.filter(({ kind }) => kind === 'agent-stuck')).toMatchObject([{ resolution: 'self-healed' }]);
    // What waited was asked before the error of the prompt before it, and handed on after that.
    const isError = (line: string) => line.startsWith('assistant: ACP error');
    const kept = said(await scene.kept(sessionId, 6));
    expect(kept.filter(isError)).toHaveLength(1);
    expect(kept.filter((line) => !isError(line))).toEqual([
      'user: hello #d1',
      'assistant: acp reply to d1: part 1 part 2 part 3 end of d1',
      'user: CRASH 2 are you there #d2',
      'user: are you still there #d3',
      'assistant: acp reply to d3: part 1 part 2 part 3 end of d3',
    ]);
  });
});

/** The witnesses of ACP conversations as the product puts them together, for a core in this process. */
function witnessesOfAcp({ gateway }: RunningGateway): OpenWitnesses {
  return ({ root, fs, clock, log, keys, cursor, alive, agentOf }) => {
    const recorder = createRecorderWitness({
      spoolDir: recorderPlaces(join(gateway.env.HOME, 'clawback')).spoolDir,
      root,
      cursor: cursor('recorder-plugin'),
      fs,
      clock,
      log,
      processAlive: alive,
      setup: () => ({ is: 'installed' }),
    });
    const directory = join(gateway.env.HOME, '.acpx');
    return [
      recorder,
      createAcpStore({ directory, fs, clock, keys, cursor: cursor('acp-store'), agentOf, hasChild, alive, recorder: recorder.feed }),
    ];
  };
}
