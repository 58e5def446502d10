import { appendFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../main/core/platform/clock.ts';

interface Entry {
  sessionId: string;
  updatedAt: number;
  sessionFile?: string;
  systemPromptReport?: { sessionId: string };
}

/** A state directory written the way OpenClaw 2026.3.13 writes it: append per line, index by atomic rename, lock per turn. */
export class OpenclawState {
  readonly root: string;
  readonly sessions: string;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #index: Record<string, Entry> = {};
  readonly #lastEntry = new Map<string, string>();
  #entries = 0;

  constructor(root: string, clock: Pick<Clock, 'now'>, agent = 'main') {
    this.root = root;
    this.#clock = clock;
    this.sessions = join(root, 'agents', agent, 'sessions');
    mkdirSync(this.sessions, { recursive: true });
  }

  path(sessionId: string): string {
    return join(this.sessions, `${sessionId}.jsonl`);
  }

  /** A new transcript with its header and index entry. */
  begin(key: string, sessionId: string): void {
    const header = { type: 'session', version: 3, id: sessionId, timestamp: this.#iso(), cwd: '/home/user/workspace' };
    writeFileSync(this.path(sessionId), `${JSON.stringify(header)}\n`);
    this.#lastEntry.delete(sessionId);
    this.point(key, sessionId, { ranOnce: true });
  }

  /** One turn: a user line and an assistant line. */
  turn(sessionId: string, user: string, assistant: string): void {
    this.#message(sessionId, { role: 'user', content: [{ type: 'text', text: user }], timestamp: this.#clock.now() });
    this.#message(sessionId, {
      role: 'assistant',
      content: [{ type: 'text', text: assistant }],
      api: 'openai-completions',
      provider: 'mock',
      model: 'mock-1',
      usage: {
        input: 1,
        output: 1,
        cacheRead: 0,
        cacheWrite: 0,
        totalTokens: 2,
        cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, total: 0 },
      },
      stopReason: 'stop',
      timestamp: this.#clock.now(),
    });
  }

  /** Re-points a key; with `ranOnce` as after a completed run, else as right after a reset. */
  point(key: string, sessionId: string, state: { readonly ranOnce: boolean }): void {
    this.#index[key] = {
      sessionId,
      updatedAt: this.#clock.now(),
      ...(state.ranOnce ? { sessionFile: this.path(sessionId), systemPromptReport: { sessionId } } : {}),
    };
    this.writeIndex();
  }

  forget(key: string): void {
    delete this.#index[key];
    this.writeIndex();
  }

  /** What `sessions.reset` and `/new` do: the index first, then the rename. Returns the archive's path. */
  reset(key: string, oldId: string, newId: string): string {
    this.point(key, newId, { ranOnce: false });
    return this.archive(oldId, 'reset');
  }

  archive(sessionId: string, because: 'reset' | 'deleted' | 'bak'): string {
    const archive = `${this.path(sessionId)}.${because}.${this.#iso().replaceAll(':', '-')}`;
    renameSync(this.path(sessionId), archive);
    return archive;
  }

  writeIndex(): void {
    const temporary = join(this.sessions, `sessions.json.${this.#entries++}.tmp`);
    writeFileSync(temporary, JSON.stringify(this.#index, null, 2), { mode: 0o600 });
    renameSync(temporary, join(this.sessions, 'sessions.json'));
  }

  #message(sessionId: string, message: unknown): void {
    const id = (++this.#entries).toString(16).padStart(8, '0');
    const parentId = this.#lastEntry.get(sessionId) ?? null;
    appendFileSync(this.path(sessionId), `${JSON.stringify({ type: 'message', id, parentId, timestamp: this.#iso(), message })}\n`);
    this.#lastEntry.set(sessionId, id);
  }

  #iso(): string {
    return new Date(this.#clock.now()).toISOString();
  }
}
