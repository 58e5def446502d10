import { describe, expect, it } from 'vitest';
import { ref } from './scene.ts';
import { key, WitnessedScene } from './witnessed-scene.ts';

describe('a conversation that an ACP runner leads', () => {
  const acpKey = 'agent:kimi:acp:1';

  function acp(scene = new WitnessedScene(), sessionKey = acpKey): WitnessedScene {
    scene.converse('other', { sessionKey: 'agent:main:other' });
    scene.run(5_000);
    scene.index(sessionKey, { sessionId: 'a1', isAcp: true, hasSessionFile: false, ranOnce: false });
    scene.tick();
    return scene;
  }

  function acpTurn(scene: WitnessedScene, n: number, sessionKey = acpKey): void {
    const place = { nativeId: 'a1', sessionKey } as const;
    // On 2026.3.13 the hook that hears it arrive knows the run alone, and the stream tells the key.
    scene.witness(`r:u${n}`, { witness: 'recorder-plugin', role: 'user', text: `ask ${n}`, runId: `acp-${n}` });
    scene.tick(2_000);
    scene.witness(`acp:u${n}`, { witness: 'acp-store', role: 'user', text: `ask ${n}`, ...place });
    scene.witness(`acp:a${n}`, { witness: 'acp-store', role: 'assistant', text: `told ${n}`, ...place });
    scene.tick(1_000);
    scene.ended(`acp-${n}`, 'final', sessionKey, false);
    scene.run(20_000);
  }

  it('is said once and no loss, and grows', () => {
    const scene = acp();
    for (let n = 0; n < 3; n++) acpTurn(scene, n);
    expect(scene.alarms).toEqual(['unpersisted']);
    expect(scene.only('unpersisted').draft).toMatchObject({
      severity: 'warning',
      messages: 6,
      nativeId: 'a1',
      evidence: { because: 'acp-runner', witnesses: ['acp-store', 'recorder-plugin'] },
    });
    expect(scene.witnessed.texts('covered')).toEqual(['ask 0', 'ask 1', 'ask 2']);
  });

  it('is not said again once it was dismissed', () => {
    const scene = acp();
    acpTurn(scene, 0);
    scene.dismiss('unpersisted');
    acpTurn(scene, 1);
    expect(scene.openKinds).toEqual([]);
    expect(scene.witnessed.texts('unpersisted')).toHaveLength(4);
  });

  it('is the story too after a reset of a conversation that was written', () => {
    const scene = new WitnessedScene();
    scene.converse('s1');
    scene.archive('s1', 'reset');
    acp(scene, key);
    acpTurn(scene, 0, key);
    expect(scene.openKinds).toEqual(['unpersisted']);
  });

  it('raises nothing for a final without text', () => {
    const scene = acp();
    scene.ended('acp-1', 'final', acpKey, false);
    scene.run(30_000);
    expect(scene.alarms).toEqual([]);
  });

  it('is stuck when it answers nothing, until it does', () => {
    const scene = acp();
    const wedged = {
      witness: 'acp-store',
      at: scene.now,
      event: 'acp-wedged',
      agent: 'main',
      sessionKey: acpKey,
      since: scene.now,
      sourceId: 1,
    } as const;
    scene.notice({ ...wedged, waiting: 1 });
    scene.tick();
    scene.notice({ ...wedged, waiting: 2 });
    scene.tick();
    expect(scene.only('agent-stuck').draft).toMatchObject({ severity: 'warning', nativeId: 'a1', evidence: { waiting: 2 } });
    scene.ended('acp-1', 'final', acpKey, false);
    scene.tick();
    expect(scene.only('agent-stuck').resolution).toBe('self-healed');
  });

  it('has lost what it was asked when it is stuck, and may still answer while it works', () => {
    const scene = acp();
    scene.index(acpKey, { sessionId: 'a1', isAcp: true, hasSessionFile: false, ranOnce: false, acpState: 'running' });
    scene.witness('r:u', { witness: 'recorder-plugin', role: 'user', text: 'are you there', nativeId: 'a1', sessionKey: acpKey });
    scene.run(60_000);
    expect(scene.alarms).toEqual([]);
    const wedged = { witness: 'acp-store', event: 'acp-wedged', agent: 'main', sessionKey: acpKey, sourceId: 1, waiting: 1 } as const;
    scene.notice({ ...wedged, at: scene.now, since: scene.now - 60_000 });
    scene.run(10_000);
    expect(scene.openKinds).toEqual(['agent-stuck', 'unpersisted']);
    expect(scene.witnessed.texts('unpersisted')).toEqual(['are you there']);
  });

  it('gets the text back of a prompt whose session could not be opened', () => {
    const scene = new WitnessedScene();
    scene.converse('other');
    scene.witness('r:u', { witness: 'recorder-plugin', role: 'user', text: 'never kept', runId: 'run-of-orphan' });
    scene.tick(500);
    scene.write('run-of-orphan', 'assistant', 'ACP error (ACP_SESSION_INIT_FAILED): ACP metadata is missing');
    scene.ended('run-of-orphan', 'final', 'acp:77');
    scene.run(20_000);
    expect(scene.only('unpersisted').draft).toMatchObject({
      severity: 'warning',
      messages: 1,
      nativeId: 'run-of-orphan',
      evidence: { because: 'acp-init-failed' },
    });
  });

  it('is history when it is found by the first look of all', () => {
    const scene = new WitnessedScene();
    const at = scene.now - 3_600_000;
    scene.index(acpKey, { sessionId: 'a1', isAcp: true });
    scene.witness('acp:u', { witness: 'acp-store', role: 'user', text: 'long ago', at, nativeId: 'a1', sessionKey: acpKey });
    scene.witness('acp:a', { witness: 'acp-store', role: 'assistant', text: 'long ago too', at, nativeId: 'a1', sessionKey: acpKey });
    scene.run(30_000);
    expect(scene.alarms).toEqual([]);
    expect(scene.witnessed.unpersisted(ref('a1'))).toHaveLength(2);
    expect(scene.only('unpersisted')).toMatchObject({ resolution: 'expected', draft: { messages: 2 } });
  });
});
