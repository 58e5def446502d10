import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IncidentRow } from '../gateway/clawback.ts';
import { RunningGateway } from '../gateway/running-gateway.ts';
import { NormalLife } from './normal-life.ts';

const minutes = Number(process.env.CLAWBACK_SOAK_MINUTES ?? 3);
const seed = Number(process.env.CLAWBACK_SEED ?? 46_250);
const timeoutMs = (minutes + 5) * 60_000;

describe(`${minutes} minutes of normal life, seed ${seed}`, () => {
  let running: RunningGateway;

  beforeAll(async () => {
    running = await RunningGateway.start({ recorder: true });
  });

  afterAll(() => running[Symbol.asyncDispose]());

  test('raise no alarm, and the first real loss afterwards does', { timeout: timeoutMs }, async () => {
    const life = new NormalLife(running, seed);
    await life.live(Date.now() + minutes * 60_000);
    expect(Math.min(...life.acts.values())).toBeGreaterThan(0);

    // A loss that is told proves that everything before it was judged.
    const control = await running.converse('agent:main:control', 'to be lost');
    await running.clawback.check();
    rmSync(control.path);
    await running.clawback.incident('deleted', (found) => found.sessionId === control.sessionId);
    const told = [];
    for (const incident of await running.clawback.json<readonly IncidentRow[]>('incidents', '--all')) {
      if (incident.severity === 'info') continue;
      const lost = (await running.clawback.show(incident.id)).filter(({ persisted }) => !persisted);
      told.push({ ...incident, lost: lost.map(({ role, text, provenance }) => `${role} (${provenance}): ${text.slice(0, 80)}`) });
    }
    // Those that ended by themselves count: somebody was told of them.
    expect(told).toEqual([expect.objectContaining({ kind: 'deleted', sessionKey: 'agent:main:control' })]);
    expect(running.clawback.told).toEqual([`deleted of agent:main:control`]);
  });
});
