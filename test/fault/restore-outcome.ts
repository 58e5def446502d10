import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from 'vitest';
import { readIndexText, withoutKey } from '../../main/core/restore/index-text.ts';
import type { RestoreRequest } from '../../main/core/restore/restoring.ts';
import { Scene } from '../unit/restore/scene.ts';
import { healthy, text, user } from '../unit/restore/transcripts.ts';

/** An index with what a JSON printer would change: a restore must leave every byte of it. */
export const indexBefore =
  '{\n  "agent:main:main": {"sessionId": "other", "big": 12345678901234567890, "text": "\\u00e9 é"},\n\n\t"global" : null\n}\n';

export interface Case {
  readonly name: string;
  readonly content: string;
  readonly target: 'new-session' | 'file';
}

export const cases: readonly Case[] = [
  // More than two writes of 256 KiB, so that some crashes leave half a file.
  { name: 'verbatim', content: healthy(1_000), target: 'new-session' },
  { name: 'rebuilt', content: text([user('a', null, 'one')]), target: 'new-session' },
  { name: 'to a file', content: `${healthy(2)}{"cut`, target: 'file' },
];

export function prepareScene(base: string, fault: Case): { readonly scene: Scene; readonly request: RestoreRequest } {
  const scene = new Scene(base);
  writeFileSync(scene.index, indexBefore);
  return { scene, request: requestOf(base, fault, scene.record('lost', [fault.content])) };
}

export function requestOf(base: string, fault: Case, sessionRow: number): RestoreRequest {
  return fault.target === 'file' ? { sessionRow, target: 'file', output: join(base, 'out.jsonl') } : { sessionRow, target: 'new-session' };
}

/** After a crash at any point and the start that follows: nothing or a finished restore, and the rest of the index as it was. */
export function expectNothingOrFinished(scene: Scene, phases: readonly string[]): 'nothing' | 'finished' {
  const [row] = scene.journal.catalog.restores();
  const summary = row ?? { phase: 'failed', path: '', sha256: '', target: 'new-session', sessionKey: undefined };
  expect(phases).toContain(summary.phase);
  const finished = summary.phase === 'verified';
  expect(summary.path !== '' && existsSync(summary.path)).toBe(finished);
  const inside = finished && summary.target === 'new-session';
  expect(scene.names()).toEqual([...(inside ? [basename(summary.path)] : []), 'sessions.json'].sort());
  const index = readIndexText(readFileSync(scene.index));
  if (!index.ok) throw new Error(index.reason);
  const rest = inside && summary.sessionKey !== undefined ? withoutKey(index, summary.sessionKey) : index.bytes;
  expect(Buffer.from(rest).toString('utf8')).toBe(indexBefore);
  expect(index.entries).toHaveLength(inside ? 3 : 2);
  return finished ? 'finished' : 'nothing';
}
