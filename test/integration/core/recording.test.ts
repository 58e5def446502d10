import { appendFileSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CoreRig } from '../../support/core-rig.ts';

const KEY = 'agent:main:main';

describe('recording a state directory', () => {
  it('imports what is there and then says that it protects', async () => {
    await using rig = new CoreRig();
    rig.state.begin(KEY, 'first');
    rig.state.turn('first', 'hello', 'hello to you');
    await rig.start();
    await rig.pass(1_000);
    expect(rig.core.status).toMatchObject({ health: 'protecting', lagBytes: 0, sources: [{ sessions: 1, agents: 1 }] });
    const [session] = (await rig.core.handlers.sessions({ limit: 10 })).items;
    expect(session).toMatchObject({ sessionId: 'first', sessionKey: KEY, records: 2, state: 'live' });
  });

  it.each([250, 1_000, 30_000])('has an append in the buffer within a flush interval of %d ms', async (flushIntervalMs) => {
    await using rig = new CoreRig();
    rig.state.begin(KEY, 'first');
    await rig.start({ flushIntervalMs });
    await rig.pass(60_000);
    const before = rig.committedBytes;
    const line = `${JSON.stringify({ type: 'custom', id: 'aaaaaaaa', customType: 'note', data: {} })}\n`;
    appendFileSync(rig.state.path('first'), line);
    await rig.pass(flushIntervalMs);
    expect(rig.committedBytes - before).toBe(line.length);
  });

  it('finds an append to a file that nobody hinted at', async () => {
    await using rig = new CoreRig();
    rig.state.begin(KEY, 'first');
    await rig.start();
    await rig.pass(3_600_000);
    const before = rig.committedBytes;
    appendFileSync(rig.state.path('first'), 'x');
    await rig.pass(30_000);
    expect(rig.committedBytes - before).toBe(1);
  });

  it('writes nothing while nothing happens', async () => {
    await using rig = new CoreRig();
    rig.state.begin(KEY, 'first');
    rig.state.turn('first', 'hello', 'hello to you');
    await rig.start();
    await rig.pass(700_000);
    const commits: unknown[] = [];
    rig.core.on('committed', (info) => commits.push(info));
    await rig.pass(120_000);
    expect(commits).toEqual([]);
  });

  it('gives every generation back byte for byte', async () => {
    await using rig = new CoreRig();
    rig.state.begin(KEY, 'first');
    for (let turn = 0; turn < 20; turn++) rig.state.turn('first', `question ${turn}`, `answer ${turn}`);
    await rig.start();
    await rig.pass(2_000);
    const whole = readFileSync(rig.state.path('first'));
    truncateSync(rig.state.path('first'), 900);
    await rig.pass(5_000);
    const [session] = (await rig.core.handlers.sessions({ limit: 10 })).items;
    if (session === undefined) throw new Error('no session');
    const { generations } = await rig.core.handlers.session({ row: session.id });
    expect(generations.map((generation) => generation.bytes)).toEqual([whole.length, 900]);
    const messages = await rig.core.handlers.messages({ sessionRow: session.id, limit: 100 });
    expect(messages.items.map((message) => message.text)).toEqual(
      Array.from({ length: 20 }, (_, turn) => [`question ${turn}`, `answer ${turn}`]).flat(),
    );
    expect(messages.items.filter((message) => message.persisted).length).toBeLessThan(40);
  });

  it('goes on where it stopped after a restart, without taking a byte twice', async () => {
    await using rig = new CoreRig();
    rig.state.begin(KEY, 'first');
    await rig.start();
    await rig.pass(2_000);
    await rig.stop();
    rig.state.turn('first', 'while you were away', 'indeed');
    const size = readFileSync(rig.state.path('first')).length;
    await rig.start();
    await rig.pass(2_000);
    const [session] = (await rig.core.handlers.sessions({ limit: 10 })).items;
    expect(session).toMatchObject({ bytes: size, generations: 1, records: 2 });
    expect(rig.damage).toEqual([]);
  });

  it('keeps nothing while paused and catches up afterwards', async () => {
    await using rig = new CoreRig();
    rig.state.begin(KEY, 'first');
    await rig.start();
    await rig.pass(2_000);
    await rig.core.handlers.pause({ untilMs: rig.clock.now() + 60_000 });
    const before = rig.committedBytes;
    rig.state.turn('first', 'in private', 'of course');
    await rig.pass(50_000);
    expect(rig.committedBytes).toBe(before);
    expect(rig.core.status.health).toBe('paused');
    await rig.pass(20_000);
    expect(rig.core.status.health).toBe('protecting');
    expect(rig.committedBytes).toBeGreaterThan(before);
  });

  it('goes on when somebody who listens fails', async () => {
    await using rig = new CoreRig();
    rig.state.begin(KEY, 'first');
    await rig.start();
    rig.core.on('committed', () => {
      throw new Error('a fault of the listener');
    });
    await rig.pass(2_000);
    const before = rig.committedBytes;
    rig.state.turn('first', 'still there?', 'yes');
    await rig.pass(2_000);
    expect(rig.committedBytes).toBeGreaterThan(before);
    expect(rig.core.status).toMatchObject({ health: 'protecting' });
    expect(rig.core.status.problem).toBeUndefined();
  });

  it('takes new settings without a restart', async () => {
    await using rig = new CoreRig();
    rig.state.begin(KEY, 'first');
    await rig.start({ flushIntervalMs: 30_000 });
    await rig.pass(2_000);
    await rig.core.handlers.configure({ roots: [rig.state.root], flushIntervalMs: 250 });
    expect(rig.core.status.flushIntervalMs).toBe(250);
    await expect(rig.core.handlers.configure({ flushIntervalMs: 5 })).rejects.toMatchObject({ code: 'invalid' });
  });

  it('says that a state directory is missing instead of calling its conversations deleted, and goes on when it returns', async () => {
    await using rig = new CoreRig();
    rig.state.begin(KEY, 'first');
    rig.state.turn('first', 'hello', 'hello to you');
    await rig.start();
    await rig.pass(2_000);
    const kept = readFileSync(rig.state.path('first'));
    rmSync(rig.state.root, { recursive: true });
    await rig.pass(30_000);
    expect(rig.core.status.health).toBe('degraded');
    expect(rig.incidents.filter((incident) => incident.kind === 'deleted')).toEqual([]);
    const again = new (await import('../../support/openclaw-state.ts')).OpenclawState(rig.state.root, rig.clock);
    again.begin(KEY, 'first');
    appendFileSync(again.path('first'), kept.subarray(readFileSync(again.path('first')).length));
    await rig.pass(30_000);
    expect(rig.core.status.health).toBe('protecting');
  });
});
