import { rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CoreRig } from '../../support/core-rig.ts';

const KEY = 'agent:main:main';
const GATEWAY = 4_242;

interface OngoingTurn {
  readonly rig: CoreRig;
  readonly lock: string;
}

/** A gateway in the middle of a turn, followed by a core that has settled. */
async function ongoingTurn(): Promise<OngoingTurn> {
  const rig = new CoreRig();
  rig.gateway.running = 'running';
  rig.gateway.gatewayPid = GATEWAY;
  rig.state.begin(KEY, 'first');
  rig.state.turn('first', 'question', 'answer');
  const lock = `${rig.state.path('first')}.lock`;
  writeFileSync(lock, JSON.stringify({ pid: GATEWAY, createdAt: new Date(rig.clock.now()).toISOString() }));
  await rig.start();
  await rig.pass(10_000);
  return { rig, lock };
}

function crash(rig: CoreRig): void {
  rig.gateway.dead.add(GATEWAY);
  rig.gateway.running = 'stopped';
  rig.gateway.gatewayPid = undefined;
}

/** What the core awaits gets its turn; no time passes. */
async function settled(rig: CoreRig): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  rig.clock.advance(0);
}

describe('a process that holds a lock', () => {
  it('is followed once, as the gateway and as the holder of a turn', async () => {
    const { rig } = await ongoingTurn();
    await using _rig = rig;
    expect(rig.exits.watched).toEqual([GATEWAY]);
  });

  it('is looked at in the moment in which it ends: its turn counts as interrupted from then on', async () => {
    const { rig } = await ongoingTurn();
    await using _rig = rig;
    // Just after a round: the next one would come a whole interval later.
    const endedAt = rig.clock.now();
    crash(rig);
    rig.exits.end(GATEWAY);
    await settled(rig);
    expect(rig.core.status.sources[0]?.gateway).toBe('stopped');
    await rig.pass(2_500);
    expect(rig.incidents).toMatchObject([{ kind: 'interrupted-reply', evidence: { pid: GATEWAY, deadSince: endedAt } }]);
  });

  it('is followed also where it is no gateway', async () => {
    const { rig } = await ongoingTurn();
    await using _rig = rig;
    rig.gateway.running = 'stopped';
    rig.gateway.gatewayPid = undefined;
    await rig.pass(15_000);
    expect(rig.core.status.sources[0]?.gateway).toBe('stopped');
    expect(rig.exits.watched).toEqual([GATEWAY]);
  });

  it('is found dead by looking alone, a moment later, where nobody tells', async () => {
    const { rig } = await ongoingTurn();
    await using _rig = rig;
    const endedAt = rig.clock.now();
    crash(rig);
    await settled(rig);
    expect(rig.core.status.sources[0]?.gateway).toBe('running');
    await rig.pass(5_000);
    expect(rig.core.status.sources[0]?.gateway).toBe('stopped');
    expect(rig.incidents).toMatchObject([{ kind: 'interrupted-reply' }]);
    expect(Number(rig.incidents[0]?.evidence.deadSince)).toBeGreaterThan(endedAt);
  });

  it('is looked at again a second later when its pid is still taken', async () => {
    const { rig, lock } = await ongoingTurn();
    await using _rig = rig;
    rmSync(lock);
    await rig.pass(60_000);
    rig.exits.end(GATEWAY);
    await settled(rig);
    expect(rig.core.status.sources[0]?.gateway).toBe('running');
    crash(rig);
    await rig.pass(1_000);
    await settled(rig);
    expect(rig.core.status.sources[0]?.gateway).toBe('stopped');
  });

  it('is not asked for again and again while its pid is still taken', async () => {
    const { rig } = await ongoingTurn();
    await using _rig = rig;
    rig.exits.end(GATEWAY);
    await rig.pass(5_000);
    expect(rig.exits.watched).toEqual([]);
  });

  it('is followed no longer once its lock is gone', async () => {
    const { rig, lock } = await ongoingTurn();
    await using _rig = rig;
    rmSync(lock);
    rig.gateway.running = 'stopped';
    rig.gateway.gatewayPid = undefined;
    await rig.pass(15_000);
    expect(rig.exits.watched).toEqual([]);
  });
});

describe('a gateway that has just been started again', () => {
  it('is followed under its new pid', async () => {
    const { rig, lock } = await ongoingTurn();
    await using _rig = rig;
    rmSync(lock);
    crash(rig);
    rig.exits.end(GATEWAY);
    await settled(rig);
    rig.gateway.running = 'running';
    rig.gateway.gatewayPid = GATEWAY + 1;
    await rig.pass(15_000);
    expect(rig.exits.watched).toEqual([GATEWAY + 1]);
  });
});
