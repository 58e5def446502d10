import { existsSync, readFileSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openclawJsonl } from '../../main/core/sources/openclaw-jsonl.ts';
import type { IndexEntry, LockReading } from '../../main/core/sources/source.ts';
import type { GatewayClient } from '../support/gateway-client.ts';
import { type OpenClawGateway, startGateway } from '../support/openclaw-gateway.ts';
import { type ScriptedModel, startScriptedModel } from '../support/scripted-model.ts';

/**
 * What detection relies on when it calls a missing transcript a loss. Every way in which a run ends by itself (answered, NO_REPLY,
 * aborted before the first word; failed and model unreachable were tried by hand, OpenClaw repeats those for 20 s) writes the
 * transcript first and then a `systemPromptReport` with the session's own id. A run that was cut short writes neither.
 */
describe('what the files of OpenClaw 2026.3.13 say about a turn', () => {
  let model: ScriptedModel;
  let gateway: OpenClawGateway;
  let client: GatewayClient;

  beforeAll(async () => {
    model = await startScriptedModel();
    gateway = await startGateway({ modelUrl: model.baseUrl });
    client = await gateway.connect();
  });

  afterAll(async () => {
    client[Symbol.dispose]();
    await gateway[Symbol.asyncDispose]();
    await model[Symbol.asyncDispose]();
  });

  const entryOf = (key: string): IndexEntry | undefined => {
    const reading = openclawJsonl.parseIndex(readFileSync(join(gateway.sessionsDir, 'sessions.json')));
    return reading.ok ? reading.entries.get(key) : undefined;
  };
  const transcriptOf = (sessionId: string) => join(gateway.sessionsDir, `${sessionId}.jsonl`);
  const lockOf = (sessionId: string): LockReading | undefined => openclawJsonl.parseLock(readFileSync(`${transcriptOf(sessionId)}.lock`));
  const resetTo = async (key: string): Promise<string> => {
    const { entry } = await client.request('sessions.reset', { key });
    return (entry as { sessionId: string }).sessionId;
  };
  const ranOnce = (key: string) => expect.poll(() => entryOf(key)?.ranOnce, { timeout: 10_000 }).toBe(true);

  test.each([
    ['answered', 'agent:main:answered', 'hello'],
    ['without a reply', 'agent:main:silent', 'be SILENT'],
  ])('a run that ended %s has a transcript and a report', async (_, key, message) => {
    await client.chat('first', key);
    const sessionId = await resetTo(key);
    expect(entryOf(key)).toMatchObject({ sessionId, ranOnce: false, hasSessionFile: false });
    await client.chat(message, key);
    await ranOnce(key);
    expect(existsSync(transcriptOf(sessionId))).toBe(true);
  });

  test('an aborted run has a transcript and a report, and no mark of the abort', async () => {
    const key = 'agent:main:aborted';
    await client.chat('first', key);
    const sessionId = await resetTo(key);
    const runId = await client.send('stay MUTE for the abort', key);
    await model.requestWith('stay MUTE for the abort');
    await client.request('chat.abort', { sessionKey: key, runId });
    expect((await client.waitForFinal(runId)).state).toBe('aborted');
    await ranOnce(key);
    expect(existsSync(transcriptOf(sessionId))).toBe(true);
    expect(entryOf(key)?.abortedLastRun).toBe(false);
  });

  test('after /new, before the first reply, only a lock shows the turn', async () => {
    const key = 'agent:main:new';
    await client.chat('first', key);
    await ranOnce(key);
    await client.send('/new and stay MUTE', key);
    await model.requestWith('and stay MUTE');
    const entry = entryOf(key);
    const sessionId = entry?.sessionId ?? '';
    // The entry keeps the model and the report of the conversation before.
    expect(gateway.index()[key]).toMatchObject({ model: 'mock-1', systemPromptReport: { sessionId: expect.any(String) } });
    expect(entry).toMatchObject({ ranOnce: false, hasSessionFile: true });
    expect(existsSync(transcriptOf(sessionId))).toBe(false);
    expect(lockOf(sessionId)).toMatchObject({ pid: gateway.pid });
    // The index is written before the lock is taken, so a later `updatedAt` is of the turn's end.
    expect(entry?.updatedAt).toBeLessThanOrEqual(lockOf(sessionId)?.createdAt ?? 0);
  });

  test('a transcript that cannot be created is lost in silence', async () => {
    const key = 'agent:main:unwritable';
    await client.chat('first', key);
    const sessionId = await resetTo(key);
    // A link into nowhere fails every append with ENOENT, also for root, and is not there for a look at the file.
    symlinkSync(join(gateway.stateDir, 'nowhere', 'transcript'), transcriptOf(sessionId));
    expect((await client.chat('told and never written', key)).state).toBe('final');
    await ranOnce(key);
    unlinkSync(transcriptOf(sessionId));
    expect(existsSync(`${transcriptOf(sessionId)}.lock`)).toBe(false);
    expect(await client.request('chat.history', { sessionKey: key })).toMatchObject({ messages: [] });
  });

  test('a gateway that is told to stop in the first turn leaves neither lock nor transcript nor report', async () => {
    const key = 'agent:main:stopped';
    await client.chat('first', key);
    const sessionId = await resetTo(key);
    await client.waitForText(await client.send('HANG until the stop', key));
    const lock = lockOf(sessionId);
    await gateway.stop();
    expect(existsSync(`${transcriptOf(sessionId)}.lock`)).toBe(false);
    expect(existsSync(transcriptOf(sessionId))).toBe(false);
    expect(entryOf(key)).toMatchObject({ sessionId, ranOnce: false, hasSessionFile: true });
    expect(entryOf(key)?.updatedAt).toBeLessThanOrEqual(lock?.createdAt ?? 0);
    await gateway.start();
    client = await gateway.connect();
  });

  test('a gateway that is killed in the first turn leaves its lock and nothing else', async () => {
    const key = 'agent:main:killed';
    await client.chat('first', key);
    const sessionId = await resetTo(key);
    await client.waitForText(await client.send('HANG until the kill', key));
    const pid = gateway.pid;
    await gateway.kill();
    expect(lockOf(sessionId)).toMatchObject({ pid });
    expect(existsSync(transcriptOf(sessionId))).toBe(false);
    expect(entryOf(key)).toMatchObject({ sessionId, ranOnce: false });
  });
});
