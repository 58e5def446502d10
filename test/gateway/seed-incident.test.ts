import { chmodSync, existsSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { IncidentRow, MessageRow } from './clawback.ts';
import { RunningGateway } from './running-gateway.ts';

const key = 'agent:main:main';

interface Shown {
  readonly messages: readonly { readonly role: string; readonly content: unknown }[];
}

/**
 * openclaw/openclaw#46250, in seconds instead of hours: after a reset the old transcript is put away, the folder cannot be written while
 * the first reply streams, no new transcript is ever made, and the conversation goes on. Then everything is killed.
 */
describe('the incident of 13 March 2026', () => {
  let running: RunningGateway;

  afterEach(async () => {
    chmodSync(running.gateway.sessionsDir, 0o755);
    await running[Symbol.asyncDispose]();
  });

  async function loseConversation(recorder: boolean) {
    running = await RunningGateway.start({ recorder, ordinaryUser: true });
    const { gateway, client, clawback } = running;
    const before = await running.converse(key, 'from before the reset');
    const sessionId = await running.reset(key);
    const path = join(gateway.sessionsDir, `${sessionId}.jsonl`);

    const first = await client.send('SLOW 8 100 what was it again', key);
    await client.waitForText(first);
    chmodSync(gateway.sessionsDir, 0o555);
    await client.waitForFinal(first);
    const told = await clawback.incident('reset-without-successor');
    chmodSync(gateway.sessionsDir, 0o755);
    // The run could not remove its own lock, which would stop the conversation here.
    rmSync(`${path}.lock`);
    symlinkSync(join(gateway.stateDir, 'nowhere', 'transcript'), path);
    for (const question of ['how would you do it', 'and then']) await running.chat(key, question);

    await client.waitForText(await client.send('HANG the last question', key));
    // The beginning of the reply is in the buffer a flush later.
    await expect.poll(async () => (await clawback.show(sessionId)).length, { timeout: 20_000 }).toBeGreaterThanOrEqual(recorder ? 6 : 3);
    await clawback.check();
    await Promise.all([gateway.kill(), clawback.kill()]);
    rmSync(path);
    await running.startAgain();
    await clawback.watch();
    return { sessionId, path, oldSessionId: before.sessionId, told };
  }

  const said = (rows: readonly MessageRow[]) => rows.map(({ role, text }) => `${role}: ${text}`);

  /** It has the messages that were expected, and is the only thing that a person was told. */
  async function onlyIncident(messages: number): Promise<IncidentRow> {
    await expect
      .poll(async () => (await running.clawback.openIncidents()).map((open) => open.messages), { timeout: 30_000 })
      .toEqual([messages]);
    const [incident] = await running.clawback.openIncidents();
    if (incident === undefined) throw new Error('no incident is open');
    return incident;
  }

  async function history(sessionKey: string): Promise<readonly string[]> {
    const { messages } = (await running.client.request('chat.history', { sessionKey, limit: 100 })) as unknown as Shown;
    return messages.map(({ role, content }) => `${role}: ${typeof content === 'string' ? content : JSON.stringify(content)}`);
  }

  async function refusal(incidentId: string): Promise<string | undefined> {
    const { stdout } = await running.clawback.run('--json', 'restore', incidentId, '--to', 'same-session', '--dry-run');
    return (JSON.parse(stdout.toString('utf8')) as { refusal?: { code: string } }).refusal?.code;
  }

  /** The next turn reaches the model with all of this in its context. */
  async function expectContext(sessionKey: string, ...texts: readonly string[]): Promise<void> {
    await running.chat(sessionKey, 'do you remember');
    const request = await running.model.requestWith('do you remember');
    const context = request.messages.map(({ text }) => text).join('\n');
    for (const text of texts) expect(context).toContain(text);
  }

  test('with the recorder: every message of both sides comes back, and the chat simply goes on', async () => {
    const { sessionId, path, oldSessionId, told } = await loseConversation(true);
    const incident = await onlyIncident(8);
    expect(incident).toMatchObject({ id: told.id, kind: 'reset-without-successor', sessionKey: key });
    expect(said(await running.clawback.show(sessionId))).toEqual([
      'user: SLOW 8 100 what was it again',
      expect.stringMatching(/^assistant: ./),
      'user: how would you do it',
      expect.stringMatching(/^assistant: ./),
      'user: and then',
      expect.stringMatching(/^assistant: ./),
      'user: HANG the last question',
      expect.stringMatching(/^assistant: ./),
    ]);

    // A chat in which something was said seconds ago may be about to go on: the offer comes when it is quiet.
    await expect.poll(() => refusal(incident.id), { timeout: 30_000, interval: 500 }).toBeUndefined();
    const receipt = await running.clawback.json<{ sessionId: string; path: string }>(
      'restore',
      incident.id,
      '--to',
      'same-session',
      '--yes',
    );
    expect(receipt).toMatchObject({ sessionId, path });
    expect(readdirSync(running.gateway.sessionsDir).some((name) => name.startsWith(`${oldSessionId}.jsonl.reset.`))).toBe(true);
    expect((await history(key)).filter((line) => line.startsWith('user: '))).toHaveLength(4);
    await expectContext(key, 'what was it again', 'how would you do it', 'and then', 'the last question');
    expect(running.conversation(key)).toEqual({ sessionId, path });
    expect(await running.clawback.openIncidents()).toEqual([]);
  });

  test('with the stream alone: every reply comes back, and what nobody saw is said', async () => {
    const { path } = await loseConversation(false);
    const incident = await onlyIncident(4);
    expect(incident.evidence).toMatchObject({ userMessagesMissing: 4, witnesses: ['gateway-stream'] });
    const shown = await running.clawback.show(incident.id);
    expect(shown.filter(({ provenance }) => provenance === 'gateway-stream').map(({ role }) => role)).toEqual(Array(4).fill('assistant'));
    expect(shown.at(-1)).toMatchObject({ interrupted: true, persisted: false });

    const receipt = await running.clawback.json<{ sessionKey: string; messages: number }>('restore', incident.id, '--yes');
    expect(existsSync(path)).toBe(false);
    const restored = await history(receipt.sessionKey);
    expect(restored.filter((line) => line.startsWith('assistant: '))).toHaveLength(receipt.messages);
    // In the place of each question that nobody saw stands a line that says so.
    expect(restored.filter((line) => line.startsWith('user: ') && line.includes('was not seen by Clawback'))).toHaveLength(4);
    await expectContext(receipt.sessionKey, ...shown.map(({ text }) => text));
  });
});
