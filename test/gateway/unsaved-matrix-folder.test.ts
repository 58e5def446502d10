import { chmodSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { SmallDisk } from '../support/small-disk.ts';
import { gone, modes, Said, shown, toldOf } from './matrix-row.ts';
import { RunningGateway } from './running-gateway.ts';

/** Each row has a folder of its own, that of an agent, until the gateway itself is hit. */
describe.each(modes)('a folder or a gateway that is manipulated, $mode', ({ recorder }) => {
  let running: RunningGateway;
  const disks = new DisposableStack();

  beforeAll(async () => {
    running = await RunningGateway.start({ recorder, ordinaryUser: true });
  });

  afterAll(async () => {
    // A recorder that runs holds files open for a while: their volume is busy.
    await running.clawback.stop();
    await running.gateway.kill();
    disks.dispose();
    await running[Symbol.asyncDispose]();
  });

  const keyOf = (agent: string) => `agent:${agent}:main`;
  const said = new Said(() => running);
  const unwritten = recorder ? 'only here by recorder-plugin' : 'only here by gateway-stream';
  const cutOff = 'only here by gateway-stream, cut off';
  const begin = async (key: string, ...messages: readonly string[]) => {
    const conversation = await running.converse(key, ...messages);
    // A folder that is new is found in a moment.
    await vi.waitFor(
      async () => {
        if ((await running.clawback.session(conversation.sessionId)) === undefined) throw new Error('this folder is not watched yet');
      },
      { timeout: 20_000, interval: 50 },
    );
    await running.clawback.check();
    return { ...conversation, directory: dirname(conversation.path) };
  };
  const speak = async (key: string, message: string) => {
    const run = await running.client.send(message, key);
    await running.client.waitForText(run);
    await running.clawback.check();
    return run;
  };

  test.concurrent('read-only before the message: OpenClaw says that it failed, and nothing was lost', async () => {
    const key = keyOf('closed');
    const { sessionId, directory } = await begin(key, 'closed one');
    chmodSync(directory, 0o555);
    expect(await running.client.chat('closed two', key)).toMatchObject({ state: 'error', errorMessage: expect.stringContaining('EACCES') });
    chmodSync(directory, 0o755);
    await begin(key, 'closed three');
    expect(await shown(running.clawback, sessionId)).toEqual([...said.turn('closed one'), ...said.turn('closed three')]);
    expect(toldOf(running.clawback, key)).toEqual([]);
  });

  test.concurrent('removed between turns: the turns before are here, and what comes next is on disk', async () => {
    const key = keyOf('removed');
    const { sessionId, directory } = await begin(key, 'removed one');
    rmSync(directory, { recursive: true });
    const incident = await running.clawback.incident('deleted', (found) => found.sessionId === sessionId);
    expect(incident).toMatchObject({ severity: 'loss', messages: 2 });
    const next = await begin(key, 'removed two');
    expect(next.sessionId).not.toBe(sessionId);
    expect(await shown(running.clawback, sessionId)).toEqual(said.turn('removed one', gone));
    expect(await shown(running.clawback, next.sessionId)).toEqual(said.turn('removed two'));
    expect(toldOf(running.clawback, key)).toEqual(['deleted']);
  });

  test.concurrent('removed in mid turn: the reply that OpenClaw wrote nowhere is here too', async () => {
    const key = keyOf('vanished');
    const { sessionId, directory } = await begin(key, 'vanished one');
    const run = await speak(key, 'vanished two SLOW 8 100');
    rmSync(directory, { recursive: true });
    expect((await running.client.waitForFinal(run)).state).toBe('final');
    const incident = await running.clawback.incident('unpersisted', (found) => found.sessionId === sessionId);
    expect(incident).toMatchObject({ severity: 'loss', messages: 1 });
    expect(await running.clawback.incident('deleted', (found) => found.sessionId === sessionId)).toMatchObject({ messages: 3 });
    expect(await shown(running.clawback, sessionId)).toEqual([
      ...said.turn('vanished one', gone),
      said.user('vanished two SLOW 8 100', gone),
      said.answer('vanished two SLOW 8 100', unwritten, 8),
    ]);
  });

  test.concurrent('on a full disk: the reply that found no room is here, and the reason is told', async () => {
    const key = keyOf('full');
    const agentDir = join(running.gateway.stateDir, 'agents/full');
    mkdirSync(agentDir, { recursive: true });
    const disk = disks.use(new SmallDisk(join(agentDir, 'sessions')));
    const { sessionId } = await begin(key, 'full one');
    const run = await speak(key, 'full two SLOW 10 60 LONG 1');
    disk.fill(0);
    await running.client.waitForFinal(run);
    const incident = await running.clawback.incident('writes-blocked', (found) => found.sessionId === sessionId);
    expect(incident).toMatchObject({ severity: 'loss', messages: 1, evidence: { reason: 'disk-full' } });
    expect(await running.client.chat('full three', key)).toMatchObject({ errorMessage: expect.stringContaining('ENOSPC') });
    disk.free();
    await begin(key, 'full four');
    const rows = await shown(running.clawback, sessionId);
    expect(rows).toEqual([
      ...said.turn('full one'),
      said.user('full two SLOW 10 60 LONG 1'),
      expect.stringContaining(`assistant ${unwritten}: Answer`),
      ...said.turn('full four'),
    ]);
    expect(rows[3]?.length).toBeGreaterThan(10_000);
  });

  test.concurrent('without its index: the conversations that nobody finds any more are named, and on disk', async () => {
    const { sessionId, directory } = await begin('agent:unlisted:main', 'unlisted one');
    const other = await begin('agent:unlisted:other', 'other one');
    truncateSync(join(directory, 'sessions.json'));
    const next = await begin('agent:unlisted:main', 'unlisted two');
    const incident = await running.clawback.incident('index-lost', ({ evidence }) => evidence.directory === directory);
    expect(incident).toMatchObject({ severity: 'warning', evidence: { lostKeys: 2 } });
    expect(await shown(running.clawback, sessionId)).toEqual(said.turn('unlisted one'));
    expect(await shown(running.clawback, other.sessionId)).toEqual(said.turn('other one'));
    expect(await shown(running.clawback, next.sessionId)).toEqual(said.turn('unlisted two'));
  });

  test('killed in a first and in a later turn: the beginnings of both replies are here, and told', async () => {
    const [first, later] = ['agent:main:first', 'agent:main:later'];
    const { sessionId: laterId } = await begin(later, 'later one');
    await speak(first, 'first one HANG');
    await speak(later, 'later two HANG');
    const { sessionId: firstId } = running.conversation(first);
    await running.gateway.kill();
    const inFirst = await running.clawback.incident('interrupted-reply', (found) => found.sessionId === firstId && found.messages > 0);
    const inLater = await running.clawback.incident('interrupted-reply', (found) => found.sessionId === laterId && found.messages > 0);
    expect(inFirst).toMatchObject({ severity: 'loss', messages: recorder ? 2 : 1, evidence: { clean: false } });
    expect(inFirst.evidence.userMessagesMissing).toBe(recorder ? undefined : 1);
    expect(inLater).toMatchObject({ severity: 'loss', messages: 1, evidence: { clean: false } });
    expect(inLater.evidence.userMessagesMissing).toBe(undefined);
    expect(await shown(running.clawback, firstId)).toEqual([
      ...(recorder ? [said.user('first one HANG', 'only here by recorder-plugin')] : []),
      said.answer('first one HANG', cutOff, 0),
    ]);
    expect(await shown(running.clawback, laterId)).toEqual([
      ...said.turn('later one'),
      said.user('later two HANG'),
      said.answer('later two HANG', cutOff, 0),
    ]);
  });

  test('stopped for longer than a run may take: OpenClaw keeps the beginning of the reply itself', async () => {
    const key = 'agent:main:paused';
    const seconds = 6;
    const config = JSON.parse(readFileSync(running.gateway.configPath, 'utf8'));
    config.agents.defaults.timeoutSeconds = seconds;
    writeFileSync(running.gateway.configPath, JSON.stringify(config, undefined, 2));
    await running.startAgain();
    await running.clawback.listening('gateway-stream');
    const { sessionId, path } = await begin(key, 'paused one');
    await speak(key, 'paused two HANG');
    const overAt = Date.now() + seconds * 1000;
    const { pid } = running.gateway;
    if (pid === undefined) throw new Error('no gateway');
    process.kill(pid, 'SIGSTOP');
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(overAt), { timeout: 20_000, interval: 100 });
    process.kill(pid, 'SIGCONT');
    // OpenClaw tells its clients a minute or two later.
    await vi.waitFor(() => expect(readFileSync(path, 'utf8')).toContain('"stopReason":"aborted"'), { timeout: 20_000 });
    await begin(key, 'paused three');
    expect(await shown(running.clawback, sessionId)).toEqual([
      ...said.turn('paused one'),
      said.user('paused two HANG'),
      said.answer('paused two HANG', undefined, 0),
      ...said.turn('paused three'),
    ]);
    expect(toldOf(running.clawback, key)).toEqual([]);
  });

  test('told to stop in mid turn: the beginning of the reply is here, and that it was orderly is told', async () => {
    const key = 'agent:main:stopped';
    const { sessionId } = await begin(key, 'stopped one');
    await speak(key, 'stopped two HANG');
    await running.gateway.stop();
    const incident = await running.clawback.incident('interrupted-reply', (found) => found.sessionId === sessionId && found.messages > 0);
    expect(incident).toMatchObject({ severity: 'loss', messages: 1, evidence: { clean: true, closeCode: 1012 } });
    expect(await shown(running.clawback, sessionId)).toEqual([
      ...said.turn('stopped one'),
      said.user('stopped two HANG'),
      said.answer('stopped two HANG', cutOff, 0),
    ]);
    expect(toldOf(running.clawback, key)).toEqual(['interrupted-reply']);
  });

  test('and nobody was told of anything else', async () => {
    const open = (await running.clawback.openIncidents()).map(({ kind, sessionKey }) => `${kind} of ${sessionKey}`);
    expect(open.toSorted()).toEqual([
      'deleted of agent:removed:main',
      'deleted of agent:vanished:main',
      // Of a whole folder, `unlisted`. That `vanished` has no list either is no news: its conversation went with it.
      'index-lost of null',
      'interrupted-reply of agent:main:first',
      'interrupted-reply of agent:main:later',
      'interrupted-reply of agent:main:stopped',
      'unpersisted of agent:vanished:main',
      'writes-blocked of agent:full:main',
    ]);
    expect(new Set(running.clawback.told.map((line) => line.replace(/ of .*/, '')))).toEqual(
      new Set(['deleted', 'index-lost', 'interrupted-reply', 'unpersisted', 'writes-blocked']),
    );
  });
});
