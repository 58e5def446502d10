import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Spoken } from './spoken.ts';

export interface Tree {
  readonly sessions: string;
  readonly bytes: number;
  /** Newest first. */
  readonly paths: readonly string[];
}

/** Conversations of a year: a few are of today, the rest are old, as they are when a person installs the recorder. */
const SPACING_MS = 8 * 3_600_000;
const NEWEST_AT = Date.UTC(2026, 0, 1);
const LONGEST_STEP_MS = 30_000;

/** A state directory with `files` transcripts of about `bytesEach`; all but the first were last written long ago. */
export function makeTree(root: string, files: number, bytesEach: number, agent = 'main'): Tree {
  const sessions = join(root, 'agents', agent, 'sessions');
  mkdirSync(sessions, { recursive: true });
  const spoken = new Spoken();
  const index: Record<string, unknown> = {};
  const paths: string[] = [];
  let bytes = 0;
  for (let file = 0; file < files; file++) {
    const sessionId = sessionIdOf(file);
    const beganAt = NEWEST_AT - file * SPACING_MS;
    const text = Buffer.from(transcriptText(sessionId, bytesEach, beganAt, spoken));
    const path = join(sessions, `${sessionId}.jsonl`);
    writeFileSync(path, text);
    utimesSync(path, beganAt / 1_000, beganAt / 1_000);
    bytes += text.length;
    paths.push(path);
    index[`agent:${agent}:bench:${file}`] = { sessionId, updatedAt: beganAt };
  }
  const indexPath = join(sessions, 'sessions.json');
  writeFileSync(indexPath, JSON.stringify(index, null, 2));
  utimesSync(indexPath, NEWEST_AT / 1_000, NEWEST_AT / 1_000);
  return { sessions, bytes, paths };
}

function transcriptText(sessionId: string, bytes: number, beganAt: number, spoken: Spoken): string {
  const header = { type: 'session', version: 3, id: sessionId, timestamp: new Date(beganAt).toISOString(), cwd: '/home/user/workspace' };
  let text = `${JSON.stringify(header)}\n`;
  let parentId: string | null = null;
  let at = beganAt;
  while (text.length < bytes) {
    spoken.turn(at, (message) => {
      const id = spoken.words.hex(8);
      text += `${JSON.stringify({ type: 'message', id, parentId, timestamp: new Date(at).toISOString(), message })}\n`;
      parentId = id;
      at += 1_000 + (spoken.words.next() % LONGEST_STEP_MS);
    });
  }
  return text;
}

function sessionIdOf(file: number): string {
  return `00000000-0000-4000-8000-${file.toString(16).padStart(12, '0')}`;
}
