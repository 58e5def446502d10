import { describe, expect, it } from 'vitest';
import { key, WitnessedScene } from './witnessed-scene.ts';

describe('a Clawback that was not running for days', () => {
  const twoDaysAgo = (scene: WitnessedScene) => scene.now - 2 * 24 * 3_600_000;

  it('alarms nobody about a conversation that OpenClaw has cleaned up since, and keeps what the recorder saw', () => {
    const scene = new WitnessedScene();
    scene.converse('s1');
    scene.restart(3 * 24 * 3_600_000);
    const cron = { witness: 'recorder-plugin', sessionKey: 'agent:main:cron:daily', nativeId: 'cron-1', at: twoDaysAgo(scene) } as const;
    scene.witness('u', { ...cron, role: 'user', text: 'what is new today' });
    scene.witness('a', { ...cron, role: 'assistant', text: 'nothing much' });
    scene.run(60_000);
    expect(scene.alarms).toEqual([]);
    expect(scene.witnessed.texts('unpersisted')).toEqual(['what is new today', 'nothing much']);
  });

  it('tells of what was lost meanwhile of a conversation that goes on', () => {
    const scene = new WitnessedScene();
    scene.converse('s1');
    scene.restart(3 * 24 * 3_600_000);
    const lost = { witness: 'recorder-plugin', sessionKey: key, nativeId: 's1', at: twoDaysAgo(scene) } as const;
    scene.witness('u', { ...lost, role: 'user', text: 'where is the oak' });
    scene.witness('a', { ...lost, role: 'assistant', text: 'by the river' });
    scene.run(60_000);
    expect(scene.alarms).toEqual(['unpersisted']);
  });
});
