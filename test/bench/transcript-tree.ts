import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const WORDS =
  'the quick harbour lantern under seven rivers keeps quiet letters about maps tools weather gardens travel music repair tests release budget'.split(
    ' ',
  );

/** Deterministic text, so that two runs index the same words. */
export class WordStream {
  #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  next(): number {
    this.#seed = (Math.imul(this.#seed, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#seed;
  }

  sentence(words: number): string {
    return Array.from(
      { length: words },
      () => `${WORDS[this.next() % WORDS.length]}${this.next() % 97 === 0 ? this.next() % 10_000 : ''}`,
    ).join(' ');
  }
}

export function transcriptLines(sessionId: string, bytes: number, words: WordStream): string {
  const at = Date.UTC(2026, 0, 1);
  const lines = [
    JSON.stringify({ type: 'session', version: 3, id: sessionId, timestamp: new Date(at).toISOString(), cwd: '/home/user/workspace' }),
  ];
  let size = 0;
  let parentId: string | null = null;
  for (let index = 0; size < bytes; index++) {
    const id = (index + 1).toString(16).padStart(8, '0');
    const user = index % 2 === 0;
    const content = [{ type: 'text', text: words.sentence(user ? 40 : 260) }];
    const timestamp = at + index * 1_000;
    const message = user
      ? { role: 'user', content, timestamp }
      : {
          role: 'assistant',
          content,
          api: 'openai-completions',
          provider: 'bench',
          model: 'bench-1',
          usage: { input: 0, output: 0, totalTokens: 0 },
          stopReason: 'stop',
          timestamp,
        };
    const line: string = JSON.stringify({ type: 'message', id, parentId, timestamp: new Date(timestamp).toISOString(), message });
    lines.push(line);
    size += line.length;
    parentId = id;
  }
  return `${lines.join('\n')}\n`;
}

/** A state directory with `files` transcripts of `bytesEach`; returns its sessions directory and the total size. */
export function makeTree(
  root: string,
  files: number,
  bytesEach: number,
): { readonly sessions: string; readonly bytes: number; readonly paths: readonly string[] } {
  const sessions = join(root, 'agents', 'main', 'sessions');
  mkdirSync(sessions, { recursive: true });
  const words = new WordStream(46_250);
  const index: Record<string, unknown> = {};
  const paths: string[] = [];
  let bytes = 0;
  for (let file = 0; file < files; file++) {
    const sessionId = randomUUID();
    const text = transcriptLines(sessionId, bytesEach, words);
    const path = join(sessions, `${sessionId}.jsonl`);
    writeFileSync(path, text);
    bytes += Buffer.byteLength(text);
    paths.push(path);
    index[`agent:main:bench:${file}`] = { sessionId, updatedAt: Date.UTC(2026, 0, 2) };
  }
  writeFileSync(join(sessions, 'sessions.json'), JSON.stringify(index, null, 2));
  return { sessions, bytes, paths };
}
