import { chmodSync, mkdirSync, readFileSync, renameSync, rmdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gone, modes, Said, shown, toldOf } from './matrix-row.ts';
import { RunningGateway } from './running-gateway.ts';

/** It is begun anew in two writes: seen between them it is shorter than before. */
const wipes = ['truncated', 'overwritten'];

/** Each row is a conversation of its own whose transcript is manipulated while the gateway runs. */
describe.each(modes)('a transcript that is manipulated, $mode', ({ recorder }) => {
  let running: RunningGateway;

  beforeAll(async () => {
    running = await RunningGateway.start({ recorder, ordinaryUser: true });
  });

  afterAll(() => running[Symbol.asyncDispose]());

  const keyOf = (row: string) => `agent:main:${row}`;
  const said = new Said(() => running);
  /** A turn that no file ever held. Nobody but the recorder sees what a person types. */
  const unsavedTurn = (text: string) =>
    recorder ? said.turn(text, 'only here by recorder-plugin') : [said.answer(text, 'only here by gateway-stream')];
  const begin = async (row: string, ...messages: readonly string[]) => {
    const conversation = await running.converse(keyOf(row), ...messages);
    await running.clawback.check();
    return conversation;
  };

  test.concurrent('deleted between turns: the turns before are here, the next one is on disk', async () => {
    const { sessionId, path } = await begin('deleted', 'deleted one');
    rmSync(path);
    const incident = await running.clawback.incident('deleted', (found) => found.sessionId === sessionId);
    expect(incident).toMatchObject({ severity: 'loss', messages: 2 });
    await begin('deleted', 'deleted two');
    expect(await shown(running.clawback, sessionId)).toEqual([...said.turn('deleted one', gone), ...said.turn('deleted two')]);
    expect(toldOf(running.clawback, keyOf('deleted'))).toEqual(['deleted']);
  });

  test.concurrent('truncated to nothing: the turns before are here, the next one is on disk', async () => {
    const { sessionId, path } = await begin('truncated', 'truncated one');
    truncateSync(path);
    const incident = await running.clawback.incident('truncated', (found) => found.sessionId === sessionId);
    expect(incident).toMatchObject({ severity: 'loss', messages: 2 });
    await begin('truncated', 'truncated two');
    expect(await shown(running.clawback, sessionId)).toEqual([...said.turn('truncated one', gone), ...said.turn('truncated two')]);
    expect(toldOf(running.clawback, keyOf('truncated'))).toEqual(['truncated']);
  });

  test.concurrent('cut in its last line: that one message is here', async () => {
    const { sessionId, path } = await begin('cut', 'cut one', 'cut two');
    const bytes = readFileSync(path);
    truncateSync(path, bytes.length - 40);
    const incident = await running.clawback.incident('truncated', (found) => found.sessionId === sessionId);
    expect(incident).toMatchObject({ severity: 'loss', messages: 1 });
    await begin('cut', 'cut three');
    expect(await shown(running.clawback, sessionId)).toEqual([
      ...said.turn('cut one'),
      said.user('cut two'),
      said.answer('cut two', gone),
      ...said.turn('cut three'),
    ]);
    expect(toldOf(running.clawback, keyOf('cut'))).toEqual(['truncated']);
  });

  test.concurrent('without its header: told before the next turn wipes it, and all of it is here afterwards', async () => {
    const { sessionId, path } = await begin('headless', 'headless one');
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(bytes.indexOf(10) + 1));
    const pending = await running.clawback.incident('wipe-pending', (found) => found.sessionId === sessionId);
    expect(pending).toMatchObject({ severity: 'warning', messages: 2 });
    await begin('headless', 'headless two');
    const wiped = await running.clawback.incident(wipes, (found) => found.sessionId === sessionId);
    expect(wiped).toMatchObject({ severity: 'loss', messages: 2 });
    expect(await shown(running.clawback, sessionId)).toEqual([...said.turn('headless one', gone), ...said.turn('headless two')]);
  });

  test.concurrent('renamed in mid turn: the rest of the turn is here when the next one wipes it', async () => {
    const key = keyOf('renamed');
    const { sessionId, path } = await begin('renamed', 'renamed one');
    const run = await running.client.send('renamed two SLOW 8 100', key);
    await running.client.waitForText(run);
    await running.clawback.check();
    renameSync(path, join(running.gateway.stateDir, 'elsewhere'));
    await running.client.waitForFinal(run);
    const deleted = await running.clawback.incident('deleted', (found) => found.sessionId === sessionId);
    expect(deleted).toMatchObject({ severity: 'loss', messages: 3 });
    const pending = await running.clawback.incident('wipe-pending', (found) => found.sessionId === sessionId);
    expect(pending).toMatchObject({ messages: 1 });
    await begin('renamed', 'renamed three');
    await running.clawback.incident(wipes, (found) => found.sessionId === sessionId);
    expect(await shown(running.clawback, sessionId)).toEqual([
      ...said.turn('renamed one', gone),
      said.user('renamed two SLOW 8 100', gone),
      said.answer('renamed two SLOW 8 100', gone, 8),
      ...said.turn('renamed three'),
    ]);
  });

  test.concurrent('read-only for some turns: each of them is here, in its place, and told with its reason', async () => {
    const { sessionId, path } = await begin('frozen', 'frozen one');
    chmodSync(path, 0o444);
    for (const message of ['frozen two', 'frozen three']) await running.chat(keyOf('frozen'), message);
    const isWhole = recorder ? 4 : 2;
    const incident = await running.clawback.incident(
      'writes-blocked',
      (found) => found.sessionId === sessionId && found.messages === isWhole,
    );
    expect(incident).toMatchObject({ severity: 'loss', evidence: { reason: 'read-only-file' } });
    expect(incident.evidence.userMessagesMissing).toBe(recorder ? undefined : 2);
    chmodSync(path, 0o644);
    await begin('frozen', 'frozen four');
    expect(await shown(running.clawback, sessionId)).toEqual([
      ...said.turn('frozen one'),
      ...unsavedTurn('frozen two'),
      ...unsavedTurn('frozen three'),
      ...said.turn('frozen four'),
    ]);
    expect(toldOf(running.clawback, keyOf('frozen'))).toEqual(['writes-blocked']);
  });

  test.concurrent('there before its session, empty and read-only: OpenClaw says that it failed, and nothing else is told', async () => {
    const key = keyOf('occupied');
    const { sessionId } = await begin('occupied', 'occupied one');
    const successor = await running.reset(key);
    const path = join(running.gateway.sessionsDir, `${successor}.jsonl`);
    writeFileSync(path, '', { mode: 0o444 });
    expect(JSON.stringify((await running.chat(key, 'occupied two')).message)).toContain('Agent failed before reply');
    rmSync(path, { force: true });
    await begin('occupied', 'occupied three');
    expect(await shown(running.clawback, sessionId)).toEqual(said.turn('occupied one'));
    expect(await shown(running.clawback, successor)).toEqual(said.turn('occupied three'));
    expect(toldOf(running.clawback, key)).toEqual([]);
  });

  test.concurrent('/new during a long turn: its rest is in a file that nobody names, so nothing is lost', async () => {
    const key = keyOf('impatient');
    const { sessionId } = await begin('impatient', 'impatient one');
    const run = await running.client.send('impatient two SLOW 12 100', key);
    await running.client.waitForText(run);
    const next = await running.client.send('/new', key);
    await Promise.all([running.client.waitForFinal(run), running.client.waitForFinal(next)]);
    await begin('impatient', 'impatient three');
    expect(await shown(running.clawback, sessionId)).toEqual([
      ...said.turn('impatient one'),
      said.user('impatient two SLOW 12 100'),
      said.answer('impatient two SLOW 12 100', undefined, 12),
    ]);
    const { sessionId: successor } = running.conversation(key);
    expect((await shown(running.clawback, successor)).slice(-2)).toEqual(said.turn('impatient three'));
    expect(toldOf(running.clawback, key)).toEqual([]);
  });

  test('a folder in its place: OpenClaw says that it failed, and Clawback that it cannot read this', async () => {
    const key = keyOf('folder');
    await begin('folder', 'folder one');
    const successor = await running.reset(key);
    const path = join(running.gateway.sessionsDir, `${successor}.jsonl`);
    mkdirSync(path);
    expect(JSON.stringify((await running.chat(key, 'folder two')).message)).toContain('EISDIR');
    const incident = await running.clawback.incident('source-unreadable');
    expect(incident).toMatchObject({ severity: 'warning', evidence: { whole: false, skipped: 1 } });
    rmdirSync(path);
    await begin('folder', 'folder three');
    expect(await shown(running.clawback, successor)).toEqual(said.turn('folder three'));
    expect(toldOf(running.clawback, key)).toEqual([]);
  });

  test('and nobody was told of anything else', async () => {
    // When this loss has been told, everything before it has been judged.
    const { sessionId, path } = await begin('control', 'control one');
    rmSync(path);
    await running.clawback.incident('deleted', (found) => found.sessionId === sessionId);
    const told = running.clawback.told.map((line) => line.replace('overwritten', 'truncated'));
    expect([...new Set(told)].toSorted()).toEqual(
      [
        `deleted of ${keyOf('deleted')}`,
        `truncated of ${keyOf('truncated')}`,
        `truncated of ${keyOf('cut')}`,
        `wipe-pending of ${keyOf('headless')}`,
        `truncated of ${keyOf('headless')}`,
        `deleted of ${keyOf('renamed')}`,
        `wipe-pending of ${keyOf('renamed')}`,
        `truncated of ${keyOf('renamed')}`,
        `writes-blocked of ${keyOf('frozen')}`,
        'source-unreadable of null',
        `deleted of ${keyOf('control')}`,
      ].toSorted(),
    );
    const open = (await running.clawback.openIncidents()).map(({ kind }) => kind);
    expect(open).not.toContain('wipe-pending');
    expect(open).not.toContain('source-unreadable');
  });
});
