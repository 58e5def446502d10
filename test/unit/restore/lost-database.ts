import type { Scene } from './scene.ts';
import { healthy } from './transcripts.ts';

/** A database was put aside, and these conversations with it; the incident's id. */
export function lostDatabase(scene: Scene, names: readonly string[]): string {
  for (const name of names) {
    scene.record(name, [healthy()]);
    scene.lose(name, `agent:main:${name}`);
  }
  return scene.incident({
    kind: 'mass-change',
    dedupeKey: `mass-change:${names.join()}`,
    severity: 'loss',
    sourceId: scene.sourceId,
    agent: 'main',
    messages: names.length * 4,
    bytes: 1,
    evidence: { what: 'database', sessions: names.length, nativeIds: names },
  });
}
