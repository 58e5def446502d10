import { key, WitnessedScene } from './witnessed-scene.ts';

/** A conversation that was written so far. */
export function talked(): WitnessedScene {
  const scene = new WitnessedScene();
  scene.converse('s1');
  scene.converse('s1');
  scene.run(10_000);
  return scene;
}

/** The incident of openclaw/openclaw#46250: reset, and the new conversation is never written. */
export function seed(options: Parameters<WitnessedScene['converse']>[1] = {}): WitnessedScene {
  const scene = talked();
  scene.archive('s1', 'reset');
  scene.index(key, { sessionId: 's2', ranOnce: false, hasSessionFile: true });
  scene.run(1_000);
  scene.probe = { directory: 'read-only', transcript: 'missing' };
  scene.converse('s2', { written: 'none', leaksLock: true, ...options });
  return scene;
}
