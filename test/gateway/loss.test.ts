import { readFileSync, rmSync, symlinkSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RunningGateway } from './running-gateway.ts';

describe('what gets lost under a running gateway', () => {
  let running: RunningGateway;

  beforeAll(async () => {
    running = await RunningGateway.start();
  });

  afterAll(() => running[Symbol.asyncDispose]());

  test('a deleted transcript', async () => {
    const { sessionId, path } = await running.converse('agent:main:deleted', 'first', 'second');
    await running.clawback.check();
    const bytes = readFileSync(path);
    rmSync(path);
    const incident = await running.clawback.incident('deleted', (found) => found.sessionId === sessionId);
    expect(incident).toMatchObject({ severity: 'loss', messages: 4 });
    expect((await running.clawback.run('export', sessionId)).stdout.equals(bytes)).toBe(true);
  });

  test('a truncated transcript', async () => {
    const { sessionId, path } = await running.converse('agent:main:truncated', 'first', 'second', 'third');
    await running.clawback.check();
    truncateSync(path, Math.floor(readFileSync(path).length / 2));
    const incident = await running.clawback.incident('truncated', (found) => found.sessionId === sessionId);
    expect(incident.severity).toBe('loss');
    expect(incident.messages).toBeGreaterThan(0);
    expect(incident.messages).toBeLessThan(6);
  });

  test('a header that was cut off is told before the next turn wipes the file, and the wipe after it', async () => {
    const key = 'agent:main:headless';
    const { sessionId, path } = await running.converse(key, 'first', 'second');
    await running.clawback.check();
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(bytes.indexOf(10) + 1));
    const pending = await running.clawback.incident('wipe-pending', (found) => found.sessionId === sessionId);
    expect(pending).toMatchObject({ severity: 'warning', messages: 4 });

    await running.chat(key, 'the turn that wipes');
    // The file is begun anew with the one turn, so it is shorter than it was.
    const wiped = await running.clawback.incident('truncated', (found) => found.sessionId === sessionId);
    expect(wiped).toMatchObject({ severity: 'loss', messages: 4 });
    expect((await running.clawback.run('export', sessionId, '--generation', '1')).stdout.equals(bytes)).toBe(true);
  });

  test('turns after a reset that are written nowhere', async () => {
    const key = 'agent:main:unwritten';
    const before = await running.converse(key, 'written');
    await running.clawback.check();
    const sessionId = await running.reset(key);
    await running.clawback.check();
    const path = join(running.gateway.sessionsDir, `${sessionId}.jsonl`);
    // See openclaw-facts.test.ts: every append fails, the gateway says nothing.
    symlinkSync(join(running.gateway.stateDir, 'nowhere', 'transcript'), path);
    await running.chat(key, 'unwritten');
    await running.chat(key, 'unwritten too');
    unlinkSync(path);
    // Of the old conversation first, by files alone; then it carries what the stream heard of the new one.
    const incident = await running.clawback.incident(
      'reset-without-successor',
      (found) => found.sessionId === sessionId && found.messages === 2,
    );
    expect(incident).toMatchObject({ sessionKey: key, evidence: { unpersisted: 2, witnesses: ['gateway-stream'] } });
    expect((await running.clawback.session(before.sessionId))?.onlyHere).toBe(0);
  });

  test('a truncated index, with the conversations that nobody finds any more', async () => {
    const kept = await running.converse('agent:main:unlisted', 'still on disk');
    await running.clawback.check();
    const indexPath = join(running.gateway.sessionsDir, 'sessions.json');
    const before = readFileSync(indexPath);
    writeFileSync(indexPath, '');
    const incident = await running.clawback.incident('index-lost');
    expect(incident.severity).toBe('warning');
    expect((await running.clawback.run('export', kept.sessionId)).stdout.equals(readFileSync(kept.path))).toBe(true);

    writeFileSync(indexPath, before);
    await expect
      .poll(async () => (await running.clawback.openIncidents()).map(({ kind }) => kind), { timeout: 20_000, interval: 250 })
      .not.toContain('index-lost');
  });
});
