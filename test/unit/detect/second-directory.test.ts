import { describe, expect, it } from 'vitest';
import { type DirectoryView, defaultPolicy, type Outcome } from '../../../main/core/detect/detection.ts';
import { createDetector } from '../../../main/core/detect/detector.ts';
import { classify, Scene, startAt } from './scene.ts';

/** The directory of the time before agents belongs to agent `main` too. */
function legacyOf(view: DirectoryView): DirectoryView {
  const { index: _index, ...rest } = view;
  return { ...rest, directory: { ...view.directory, path: '/state/sessions' }, transcripts: new Map() };
}

describe('two directories of one agent', () => {
  it('do not take the index of the one for the lost index of the other', () => {
    const scene = new Scene();
    scene.index('agent:main:main', { sessionId: 's1' });
    const detector = createDetector({ policy: defaultPolicy, sessions: [], incidents: [], classify });
    const outcomes: Outcome[] = [];
    for (let at = startAt; at < startAt + 20_000; at += 500) {
      const directories = [scene.view(), legacyOf(scene.view())];
      outcomes.push(detector.observe({ at, changes: [], directories }), detector.decide(at, scene.evidence));
    }
    expect(outcomes.flatMap(({ drafts }) => drafts)).toEqual([]);
  });

  it('tell of trouble with each by itself', () => {
    const scene = new Scene();
    const detector = createDetector({ policy: defaultPolicy, sessions: [], incidents: [], classify });
    const drafts = new Set<string>();
    for (let at = startAt; at < startAt + 20_000; at += 500) {
      const directories = [scene.view(), legacyOf(scene.view())].map((view) => ({ ...view, state: 'unreadable' as const }));
      for (const outcome of [detector.observe({ at, changes: [], directories }), detector.decide(at, scene.evidence)]) {
        for (const draft of outcome.drafts) drafts.add(draft.dedupeKey);
      }
    }
    expect(drafts.size).toBe(2);
  });
});
