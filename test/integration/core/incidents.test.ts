import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CoreRig } from '../../support/core-rig.ts';

const KEY = 'agent:main:main';

async function conversation(turns: number): Promise<CoreRig> {
  const rig = new CoreRig();
  rig.state.begin(KEY, 'first');
  for (let turn = 0; turn < turns; turn++) rig.state.turn('first', `question ${turn}`, `answer ${turn}`);
  await rig.start();
  await rig.pass(3_000);
  return rig;
}

async function openKinds(rig: CoreRig): Promise<readonly string[]> {
  return (await rig.core.handlers.incidents({ all: false, limit: 50 })).map((incident) => incident.kind);
}

describe('incidents from files alone', () => {
  it('calls nothing lost that says nothing: replies that failed before their first word', async () => {
    await using rig = await conversation(1);
    const before = readFileSync(rig.state.path('first'), 'utf8');
    const failed = (id: string) => {
      const message = { role: 'assistant', content: [], stopReason: 'error', errorMessage: '500', timestamp: rig.clock.now() };
      return `${JSON.stringify({ type: 'message', id, parentId: null, timestamp: new Date(rig.clock.now()).toISOString(), message })}\n`;
    };
    writeFileSync(rig.state.path('first'), `${before}${failed('f0000001')}${failed('f0000002')}`);
    await rig.pass(5_000);
    // As 2026.3.13 does when the model fails and the session begins anew.
    writeFileSync(rig.state.path('first'), before);
    await rig.pass(10_000);
    expect(rig.incidents).toEqual([]);
  });

  it('counts the messages that a truncation took', async () => {
    await using rig = await conversation(10);
    const size = readFileSync(rig.state.path('first')).length;
    truncateSync(rig.state.path('first'), Math.floor(size / 2));
    await rig.pass(5_000);
    expect(rig.incidents).toMatchObject([{ kind: 'truncated', severity: 'loss', sessionKey: KEY }]);
    const lost = rig.incidents[0]?.messages ?? 0;
    expect(lost).toBeGreaterThan(5);
    expect(lost).toBeLessThan(15);
  });

  it('reports a deleted transcript once, also after a restart', async () => {
    await using rig = await conversation(3);
    rmSync(rig.state.path('first'));
    await rig.pass(5_000);
    await rig.stop();
    await rig.start();
    await rig.pass(10_000);
    expect(rig.incidents.map((incident) => incident.kind)).toEqual(['deleted']);
    expect(await openKinds(rig)).toEqual(['deleted']);
  });

  it('tells whoever lists conversations that one became another by what was concluded alone', async () => {
    await using rig = await conversation(3);
    const known: { readonly lastCommitAt: number | undefined; readonly state: string | undefined }[] = [];
    rmSync(rig.state.path('first'));
    for (let second = 0; second < 8; second += 1) {
      await rig.pass(1_000);
      const { items } = await rig.core.handlers.sessions({ limit: 10 });
      known.push({ lastCommitAt: rig.core.status.lastCommitAt, state: items[0]?.state });
    }
    const change = known.findIndex(({ state }, i) => state === 'lost' && known[i - 1]?.state === 'suspended');
    expect(change).toBeGreaterThan(0);
    expect(known[change]?.lastCommitAt).toBeGreaterThan(known[change - 1]?.lastCommitAt ?? 0);
  });

  it('notices a loss that happened while it was not running', async () => {
    await using rig = await conversation(3);
    await rig.stop();
    rmSync(rig.state.path('first'));
    await rig.start();
    await rig.pass(10_000);
    expect(rig.incidents).toMatchObject([{ kind: 'deleted', messages: 6 }]);
  });

  it('reports other bytes in the same file as overwritten', async () => {
    await using rig = await conversation(5);
    rig.clock.advance(1_000);
    rig.state.begin(KEY, 'first');
    for (let turn = 0; turn < 8; turn++) rig.state.turn('first', `something else ${turn}`, 'entirely');
    await rig.pass(8_000);
    expect(rig.incidents.map((incident) => incident.kind)).toEqual(['overwritten']);
    expect(rig.incidents[0]?.messages).toBe(10);
  });

  it('closes an incident by itself when the file comes back', async () => {
    await using rig = await conversation(3);
    const bytes = readFileSync(rig.state.path('first'));
    rmSync(rig.state.path('first'));
    await rig.pass(5_000);
    writeFileSync(rig.state.path('first'), bytes);
    await rig.pass(10_000);
    expect(rig.resolved).toMatchObject([{ kind: 'deleted', resolution: 'self-healed' }]);
    expect(await openKinds(rig)).toEqual([]);
  });

  it('calls many losses at once one mass change', async () => {
    await using rig = new CoreRig();
    for (let file = 0; file < 30; file++) {
      rig.state.begin(`${KEY}:${file}`, `s${file}`);
      rig.state.turn(`s${file}`, 'hello', 'hello to you');
    }
    await rig.start();
    await rig.pass(3_000);
    for (let file = 0; file < 30; file++) rmSync(rig.state.path(`s${file}`));
    await rig.pass(10_000);
    expect((await openKinds(rig)).filter((kind) => kind === 'deleted')).toEqual([]);
    expect(await openKinds(rig)).toContain('mass-change');
  });

  it('keeps ordinary resets, archived deletes and compaction backups quiet', async () => {
    await using rig = await conversation(3);
    rig.state.reset(KEY, 'first', 'second');
    await rig.pass(60_000);
    rig.state.begin(KEY, 'second');
    rig.state.turn('second', 'a new day', 'indeed');
    await rig.pass(10_000);
    rig.state.begin(`${KEY}:other`, 'third');
    rig.state.turn('third', 'x', 'y');
    await rig.pass(5_000);
    rig.state.forget(`${KEY}:other`);
    rig.state.archive('third', 'deleted');
    await rig.pass(10_000);
    expect(await openKinds(rig)).toEqual([]);
    const sessions = (await rig.core.handlers.sessions({ limit: 10 })).items;
    const first = sessions.find((session) => session.sessionId === 'first');
    const second = sessions.find((session) => session.sessionId === 'second');
    expect(first?.state).toBe('superseded');
    expect(second?.continues).toBe(first?.id);
  });

  it('warns of a reset after which a turn completed and nothing was written', async () => {
    await using rig = await conversation(3);
    rig.state.reset(KEY, 'first', 'second');
    await rig.pass(5_000);
    rig.state.point(KEY, 'second', { ranOnce: true });
    await rig.pass(10_000);
    expect(rig.incidents).toMatchObject([{ kind: 'reset-without-successor', sessionId: 'first' }]);
  });

  it('stays quiet after a reset that nobody wrote after', async () => {
    await using rig = await conversation(3);
    rig.state.reset(KEY, 'first', 'second');
    await rig.pass(7_200_000);
    expect(await openKinds(rig)).toEqual([]);
  });

  it('warns of an index that does not parse, and is content when it does again', async () => {
    await using rig = await conversation(3);
    writeFileSync(`${rig.state.sessions}/sessions.json`, '{"agent:main:main": {"sess');
    await rig.pass(8_000);
    expect(await openKinds(rig)).toEqual(['index-lost']);
    rig.state.writeIndex();
    await rig.pass(8_000);
    expect(await openKinds(rig)).toEqual([]);
  });

  it('dismisses for good', async () => {
    await using rig = await conversation(3);
    rmSync(rig.state.path('first'));
    await rig.pass(5_000);
    const [incident] = await rig.core.handlers.incidents({ all: false, limit: 5 });
    if (incident === undefined) throw new Error('no incident');
    await rig.core.handlers.dismiss({ incidentId: incident.id });
    await rig.stop();
    await rig.start();
    await rig.pass(10_000);
    expect(await openKinds(rig)).toEqual([]);
  });
});

describe('restoring from an incident', () => {
  it('brings the messages back as a new session, resolves the incident, and can be undone', async () => {
    await using rig = await conversation(4);
    const bytes = readFileSync(rig.state.path('first'));
    rmSync(rig.state.path('first'));
    await rig.pass(5_000);
    const [incident] = rig.incidents;
    if (incident === undefined) throw new Error('no incident');
    const receipt = await rig.core.handlers.restore({ incidentId: incident.id, target: 'new-session' });
    expect(readFileSync(receipt.path).equals(bytes)).toBe(true);
    const index = JSON.parse(readFileSync(`${rig.state.sessions}/sessions.json`, 'utf8'));
    expect(index[receipt.sessionKey ?? '']).toMatchObject({ sessionId: receipt.sessionId });
    await rig.pass(5_000);
    expect(await openKinds(rig)).toEqual([]);
    expect((await rig.core.handlers.incidents({ all: true, limit: 5 }))[0]).toMatchObject({ resolution: 'restored' });
    await rig.core.handlers.undo({ restoreId: receipt.restoreId });
    expect(existsSync(receipt.path)).toBe(false);
    await rig.pass(10_000);
    expect(await rig.core.handlers.incidents({ all: true, limit: 5 })).toMatchObject([{ id: incident.id, kind: 'deleted' }]);
    expect(await openKinds(rig)).toEqual(['deleted']);
    expect(await rig.core.handlers.outbox({})).toEqual([]);
  });

  it('refuses while the gateway runs and says what to do', async () => {
    await using rig = await conversation(4);
    rmSync(rig.state.path('first'));
    await rig.pass(5_000);
    rig.gateway.running = 'running';
    const [incident] = rig.incidents;
    if (incident === undefined) throw new Error('no incident');
    await expect(rig.core.handlers.restore({ incidentId: incident.id, target: 'new-session' })).rejects.toMatchObject({
      code: 'gateway-running',
    });
    expect(await openKinds(rig)).toEqual(['deleted']);
  });
});
