import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recorderPlaces } from '../../main/core/recorder-plugin/setup.ts';
import { createGatewayProbe } from '../../main/core/sources/openclaw-gateway.ts';
import { Said, shown, toldOf } from './matrix-row.ts';
import { RunningGateway } from './running-gateway.ts';

/** Files as before, protocol 4, and a trajectory beside each transcript. One story in order. */
describe('the witnesses of OpenClaw 2026.6.11', () => {
  let running: RunningGateway;

  beforeAll(async () => {
    running = await RunningGateway.start({ version: '2026.6.11', ordinaryUser: true, config: { plugins: {} } });
  });

  afterAll(() => running[Symbol.asyncDispose]());

  const keyOf = (name: string) => `agent:main:${name}`;
  const said = new Said(() => running);
  /** 2026.6 refuses a message that comes before the turn before it is stored. */
  const say = async (name: string, ...messages: readonly string[]) => {
    for (const message of messages) await running.converse(keyOf(name), message);
    return running.conversation(keyOf(name));
  };
  /** A conversation whose file takes everything and keeps nothing from now on. */
  const swallowed = async (name: string) => {
    const conversation = await running.converse(keyOf(name), `${name} before`);
    await running.clawback.check();
    // In one step: a name that is missing for a moment is a deleted file.
    const link = join(running.gateway.stateDir, `${conversation.sessionId}.link`);
    symlinkSync('/dev/null', link);
    renameSync(link, conversation.path);
    return conversation;
  };

  test('nothing that it does by itself alarms anybody, and every message is shown once', async () => {
    const first = await say('ordinary', 'ordinary one', 'ordinary two TOOL', 'ordinary three');
    const second = await say('ordinary', '/new', 'ordinary four');
    await running.reset(keyOf('ordinary'));
    const third = await say('ordinary', 'ordinary five LONG 20');
    expect(new Set([first.sessionId, second.sessionId, third.sessionId]).size).toBe(3);
    await running.clawback.check();
    const told = await shown(running.clawback, first.sessionId);
    expect(told.filter((line) => line.startsWith('user'))).toEqual(
      ['ordinary one', 'ordinary two TOOL', 'ordinary three'].map((text) => said.user(text)),
    );
    expect(told.filter((line) => line.includes('only here'))).toEqual([]);
  });

  test('both sides of turns that no file holds are told by its trajectory, with their tools', async () => {
    const { sessionId } = await swallowed('void');
    await running.chat(keyOf('void'), 'void two');
    await running.clawback.incident('unpersisted', (found) => found.sessionId === sessionId && found.messages === 2);
    await running.chat(keyOf('void'), 'void three TOOL');
    const incident = await running.clawback.incident('writes-blocked', (found) => found.sessionId === sessionId && found.messages === 6);
    expect(incident).toMatchObject({ severity: 'loss', evidence: { witnesses: ['trajectory'] } });
    const here = 'only here by trajectory';
    expect(await shown(running.clawback, sessionId)).toEqual([
      ...said.turn('void before'),
      ...said.turn('void two', here),
      said.user('void three TOOL', here),
      `assistant ${here}: Let me run that. \n[tool exec]`,
      expect.stringMatching(new RegExp(`^tool ${here}: tool-ran-\\d+$`)),
      expect.stringMatching(new RegExp(`^assistant ${here}: Answer \\d+\\. part 0 part 1 part 2$`)),
    ]);
  });

  test('both sides are told by its stream where it keeps no trajectory', async () => {
    const { sessionId, path } = await swallowed('streamed');
    const trajectory = path.replace(/\.jsonl$/, '.trajectory.jsonl');
    rmSync(trajectory);
    mkdirSync(trajectory);
    await running.chat(keyOf('streamed'), 'streamed two');
    await running.clawback.incident('unpersisted', (found) => found.sessionId === sessionId && found.messages === 2);
    expect(await shown(running.clawback, sessionId)).toEqual([
      ...said.turn('streamed before'),
      ...said.turn('streamed two', 'only here by gateway-stream'),
    ]);
  });

  test('both sides are told by its trajectory when Clawback did not run', async () => {
    const { sessionId } = await swallowed('unwatched');
    await running.clawback.kill();
    await running.chat(keyOf('unwatched'), 'unwatched two');
    await running.clawback.watch();
    await running.clawback.incident('unpersisted', (found) => found.sessionId === sessionId && found.messages === 2);
    expect(await shown(running.clawback, sessionId)).toEqual([
      ...said.turn('unwatched before'),
      ...said.turn('unwatched two', 'only here by trajectory'),
    ]);
    await running.clawback.listening('gateway-stream');
  });

  test('a reply that it could not write at its end is here whole', async () => {
    const key = keyOf('refused');
    const { sessionId, path } = await running.converse(key, 'refused before');
    const run = await running.client.send('refused two SLOW 6 100', key);
    await running.client.waitForText(run);
    chmodSync(path, 0o444);
    expect(await running.client.waitForFinal(run)).toMatchObject({ state: 'error', errorMessage: expect.stringContaining('EACCES') });
    const incident = await running.clawback.incident('writes-blocked', (found) => found.sessionId === sessionId);
    expect(incident).toMatchObject({ severity: 'loss', messages: 1, evidence: { reason: 'read-only-file' } });
    expect(await shown(running.clawback, sessionId)).toEqual([
      ...said.turn('refused before'),
      said.user('refused two SLOW 6 100'),
      said.answer('refused two', 'only here by trajectory', 6),
    ]);
  });

  test('what was lost is put back while it runs, and its model knows it in the next turn', async () => {
    const incident = (await running.clawback.openIncidents()).find(({ sessionKey }) => sessionKey === keyOf('void'));
    const receipt = await running.clawback.json<{ sessionKey: string; messages: number }>('restore', incident?.id ?? '', '--yes');
    expect(receipt.messages).toBe(8);
    await running.chat(receipt.sessionKey, 'after the restore');
    const { messages } = await running.model.requestWith('after the restore');
    const spoken = messages.filter(({ role }) => role === 'user').map(({ text }) => text);
    expect(spoken).toHaveLength(4);
    for (const [index, text] of ['void before', 'void two', 'void three TOOL', 'after the restore'].entries())
      expect(spoken[index]).toContain(text);
  });

  test('a first turn whose gateway is killed, of which it has nothing, is here with the part that had streamed', async () => {
    const key = keyOf('killed');
    await running.converse(key, 'killed before');
    const sessionId = await running.reset(key);
    const run = await running.client.send('killed two SLOW 60 150', key);
    await running.client.waitForText(run);
    await running.clawback.check();
    await running.gateway.kill();
    await running.clawback.incident('interrupted-reply', (found) => found.sessionKey === key && found.messages === 2);
    expect(statSync(join(running.gateway.sessionsDir, `${sessionId}.jsonl`), { throwIfNoEntry: false })?.size ?? 0).toBe(0);
    expect(await shown(running.clawback, sessionId)).toEqual([
      said.user('killed two SLOW 60 150', 'only here by gateway-stream'),
      expect.stringMatching(/^assistant only here by gateway-stream, cut off: Answer \d+\./),
    ]);
  });

  test('with the recorder in it both sides of a turn are told by that, and a restart alarms nobody', async () => {
    await running.clawback.json('recorder', 'install', '--yes');
    await running.startAgain();
    await running.clawback.listening('recorder-plugin');
    await running.clawback.listening('gateway-stream');
    const { sessionId } = await swallowed('recorded');
    await running.chat(keyOf('recorded'), 'recorded two');
    await running.clawback.incident('unpersisted', (found) => found.sessionId === sessionId && found.messages === 2);
    expect(await shown(running.clawback, sessionId)).toEqual([
      ...said.turn('recorded before'),
      ...said.turn('recorded two', 'only here by recorder-plugin'),
    ]);
    expect(toldOf(running.clawback, keyOf('ordinary'))).toEqual([]);
  });
});

/** A database instead of files. One story in order. */
describe('the witnesses of OpenClaw 2026.9.6', () => {
  const key = 'agent:main:main';
  let running: RunningGateway;

  beforeAll(async () => {
    running = await RunningGateway.start({ version: '2026.9.6', recorder: true });
  });

  afterAll(() => running[Symbol.asyncDispose]());

  const recorded = () => {
    const { spoolDir } = recorderPlaces(join(running.gateway.env.HOME, 'clawback'));
    return readdirSync(spoolDir)
      .filter((name) => name.endsWith('.jsonl'))
      .flatMap((name) => readFileSync(join(spoolDir, name), 'utf8').trimEnd().split('\n'))
      .map((line) => JSON.parse(line) as { readonly hook: string; readonly message?: { readonly role: string; readonly content: unknown } })
      .filter(({ hook }) => hook === 'before_message_write');
  };

  test('the recorder has both sides of a turn with a tool', async () => {
    await running.chat(key, 'database one TOOL');
    const messages = recorded().map(({ message }) => message);
    expect([...new Set(messages.map((message) => message?.role))]).toEqual(['user', 'assistant', 'toolResult']);
    expect(JSON.stringify(messages[0]?.content)).toContain('database one TOOL');
    expect(JSON.stringify(messages.at(-1)?.content)).toMatch(/Answer \d+\. part 0 part 1 part 2/);
  });

  test('what it keeps in a database is protected', async () => {
    const { health, sources } = await running.clawback.json<{ health: string; sources: { layout: string; problems: string[] }[] }>(
      'status',
    );
    // Its database is opened in its place only while its lock says that it lives.
    expect(createGatewayProbe({ env: { ...running.gateway.env } }).pid?.(running.gateway.stateDir)).toBe(running.gateway.pid);
    expect({ health, sources }).toMatchObject({ health: 'protecting', sources: [{ layout: 'openclaw-sqlite', problems: [] }] });
  });

  test('turns, resets and a restart alarm nobody', async () => {
    await running.chat(key, 'database two LONG 20');
    await running.chat(key, '/new');
    await running.chat(key, 'database three');
    await running.reset(key);
    await running.chat(key, 'be SILENT');
    await running.chat(key, 'database four');
    await running.gateway.stop();
    await running.startAgain();
    await running.clawback.listening('gateway-stream');
    await running.clawback.listening('recorder-plugin');
    await running.chat(key, 'database five');
    expect(recorded().filter(({ message }) => JSON.stringify(message).includes('database five'))).not.toEqual([]);
  });

  test('what had streamed of a reply when it is killed is here after its prompt and told, and nothing else ever was', async () => {
    const run = await running.client.send('database six SLOW 60 150', key);
    await running.client.waitForText(run);
    await running.clawback.check();
    await running.gateway.kill();
    const incident = await running.clawback.incident('interrupted-reply');
    expect(incident).toMatchObject({ severity: 'loss', sessionKey: key, messages: 1, evidence: { clean: false } });
    const told = await shown(running.clawback, incident.id);
    expect(told.slice(-2)).toEqual([
      'user on disk by transcript: database six SLOW 60 150',
      expect.stringMatching(/^assistant only here by gateway-stream, cut off: Answer \d+\./),
    ]);
    expect(told.filter((line) => line.includes('only here'))).toHaveLength(1);
    expect([...new Set(running.clawback.told)]).toEqual([`interrupted-reply of ${key}`]);
  });
});
