import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WordStream } from './word-stream.ts';

export interface Tree {
  readonly sessions: string;
  readonly bytes: number;
  /** Newest first. */
  readonly paths: readonly string[];
}

/** Conversations of a year: a few are of today, the rest are old, as they are when a person installs the recorder. */
const SPACING_MS = 8 * 3_600_000;
const NEWEST_AT = Date.UTC(2026, 0, 1);
/** Drawn from again and again: distinct beyond the reach of the compressor, and quick to write. */
const SENTENCES = 6_000;

/** A state directory with `files` transcripts of about `bytesEach`; all but the first were last written long ago. */
export function makeTree(root: string, files: number, bytesEach: number): Tree {
  const sessions = join(root, 'agents', 'main', 'sessions');
  mkdirSync(sessions, { recursive: true });
  const said = new Sayings(bytesEach < 10_000 ? 500 : SENTENCES);
  const index: Record<string, unknown> = {};
  const paths: string[] = [];
  let bytes = 0;
  for (let file = 0; file < files; file++) {
    const sessionId = sessionIdOf(file);
    const beganAt = NEWEST_AT - file * SPACING_MS;
    const text = Buffer.from(transcriptText(sessionId, bytesEach, beganAt, said));
    const path = join(sessions, `${sessionId}.jsonl`);
    writeFileSync(path, text);
    utimesSync(path, beganAt / 1_000, beganAt / 1_000);
    bytes += text.length;
    paths.push(path);
    index[`agent:main:bench:${file}`] = { sessionId, updatedAt: beganAt };
  }
  const indexPath = join(sessions, 'sessions.json');
  writeFileSync(indexPath, JSON.stringify(index, null, 2));
  utimesSync(indexPath, NEWEST_AT / 1_000, NEWEST_AT / 1_000);
  return { sessions, bytes, paths };
}

function transcriptText(sessionId: string, bytes: number, beganAt: number, said: Sayings): string {
  const lines = [
    JSON.stringify({ type: 'session', version: 3, id: sessionId, timestamp: new Date(beganAt).toISOString(), cwd: '/home/user/workspace' }),
  ];
  let size = 0;
  let parentId: string | null = null;
  for (let index = 0; size < bytes; index++) {
    const id = said.words.hex(8);
    const timestamp = beganAt + index * 20_000;
    const message = index % 2 === 0 ? question(said, timestamp) : answer(said, timestamp);
    const line: string = JSON.stringify({ type: 'message', id, parentId, timestamp: new Date(timestamp).toISOString(), message });
    lines.push(line);
    size += line.length + 1;
    parentId = id;
  }
  return `${lines.join('\n')}\n`;
}

function question(said: Sayings, timestamp: number): unknown {
  return { role: 'user', content: [{ type: 'text', text: said.short() }], timestamp };
}

function answer(said: Sayings, timestamp: number): unknown {
  return {
    role: 'assistant',
    content: [{ type: 'text', text: said.long() }],
    api: 'openai-completions',
    provider: 'bench',
    model: 'bench-1',
    usage: { input: 0, output: 0, totalTokens: 0 },
    stopReason: 'stop',
    timestamp,
  };
}

class Sayings {
  readonly words = new WordStream(46_250);
  readonly #short: readonly string[];
  readonly #long: readonly string[];

  constructor(count: number) {
    this.#short = Array.from({ length: count }, () => this.words.sentence(40));
    this.#long = Array.from({ length: count }, () => this.words.sentence(260));
  }

  short(): string {
    return this.#short[this.words.next() % this.#short.length] ?? '';
  }

  long(): string {
    return this.#long[this.words.next() % this.#long.length] ?? '';
  }
}

function sessionIdOf(file: number): string {
  return `00000000-0000-4000-8000-${file.toString(16).padStart(12, '0')}`;
}
