import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const AGENT = 'main';
const TURNS = 6;
const MODEL = { api: 'openai-completions', provider: 'clawback', model: 'self-test' };
const USAGE = {
  input: 1,
  output: 1,
  cacheRead: 0,
  cacheWrite: 0,
  totalTokens: 2,
  cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, total: 0 },
};

/** A conversation that exists only to be lost. */
export interface Canary {
  readonly path: string;
  readonly bytes: Buffer;
  readonly messages: number;
}

/** Writes a state directory with one conversation in it, as OpenClaw 2026.3.13 does (transcript version 3). Throws system errors. */
export function writeCanary(root: string, now: number): Canary {
  const sessions = join(root, 'agents', AGENT, 'sessions');
  mkdirSync(sessions, { recursive: true, mode: 0o700 });
  const sessionId = randomUUID();
  const path = join(sessions, `${sessionId}.jsonl`);
  const bytes = Buffer.from(transcript(sessionId, root, now));
  writeFileSync(path, bytes, { mode: 0o600, flag: 'wx' });
  const entry = { sessionId, updatedAt: now, sessionFile: path, systemPromptReport: { sessionId } };
  const index = { [`agent:${AGENT}:self-test`]: entry };
  writeFileSync(join(sessions, 'sessions.json'), JSON.stringify(index, undefined, 2), { mode: 0o600, flag: 'wx' });
  return { path, bytes, messages: 2 * TURNS };
}

function transcript(sessionId: string, cwd: string, now: number): string {
  const lines: object[] = [{ type: 'session', version: 3, id: sessionId, timestamp: iso(now), cwd }];
  let parentId: string | null = null;
  for (let turn = 1; turn <= TURNS; turn += 1) {
    for (const message of [asked(turn, now), answered(turn, now)]) {
      const id = createHash('sha256').update(`${sessionId}:${lines.length}`).digest('hex').slice(0, 8);
      lines.push({ type: 'message', id, parentId, timestamp: iso(now), message });
      parentId = id;
    }
  }
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

function asked(turn: number, timestamp: number): object {
  return { role: 'user', content: [{ type: 'text', text: `Self-test question ${turn}: are you still there? 还在吗？` }], timestamp };
}

function answered(turn: number, timestamp: number): object {
  const content = [{ type: 'text', text: `Self-test answer ${turn}: yes, every byte of it.` }];
  return { role: 'assistant', content, ...MODEL, usage: USAGE, stopReason: 'stop', timestamp };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
