import { chmodSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { MessageRow } from './clawback.ts';
import { RunningGateway } from './running-gateway.ts';

const key = 'agent:main:main';

/** openclaw/openclaw#46250, in minutes instead of hours. */
describe('the incident of 13 March 2026', () => {
  let running: RunningGateway;

  afterEach(async () => {
    chmodSync(running.gateway.sessionsDir, 0o755);
    await running[Symbol.asyncDispose]();
  });

  /** After a reset the folder can no longer be written, and everything that is said from then on is written nowhere. */
  async function loseConversation(recorder: boolean): Promise<{ readonly newSessionId: string; readonly oldSessionId: string }> {
    running = await RunningGateway.start({ recorder, ordinaryUser: true });
    const before = await running.converse(key, 'from before the reset');
    const newSessionId = await running.reset(key);
    const first = await running.client.send('SLOW 8 100 the first question', key);
    await running.client.waitForText(first);
    chmodSync(running.gateway.sessionsDir, 0o555);
    await running.client.waitForFinal(first);
    return { newSessionId, oldSessionId: before.sessionId };
  }

  const said = (rows: readonly MessageRow[]) => rows.map(({ role, text }) => `${role}: ${text}`);

  test('with the recorder: every message of both sides is recovered, and goes on in the restored conversation', async () => {
    const { newSessionId, oldSessionId } = await loseConversation(true);
    const incident = await running.clawback.incident('reset-without-successor', ({ messages }) => messages === 2);
    expect(incident.sessionKey).toBe(key);
    expect(readdirSync(running.gateway.sessionsDir).some((name) => name.startsWith(`${oldSessionId}.jsonl.reset.`))).toBe(true);
    expect(existsSync(join(running.gateway.sessionsDir, `${newSessionId}.jsonl`))).toBe(false);
    expect(said((await running.clawback.show(newSessionId)).filter(({ provenance }) => provenance === 'recorder-plugin'))).toEqual([
      'user: SLOW 8 100 the first question',
      expect.stringMatching(/^assistant: /),
    ]);
    expect(await running.clawback.openIncidents()).toHaveLength(1);
  });
});
