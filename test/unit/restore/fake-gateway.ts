import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AdminSession, GatewayAdmin } from '../../../main/core/gateway/gateway.ts';
import { CoreError } from '../../../main/core/platform/errors.ts';

type Entry = Record<string, unknown>;

/** What OpenClaw 2026.3.13 does to a sessions directory when it is asked; facts: the recorded run of its safest restore. */
export class FakeGateway implements GatewayAdmin {
  readonly #sessions: string;
  /** Requests in order, as `method key`. */
  readonly asked: string[] = [];
  /** Throws to refuse or to be gone, before the request is carried out. */
  before: (method: string) => void = () => undefined;
  /** The same, but what was asked for has been done. */
  after: (method: string) => void = () => undefined;
  /** What is shown in place of the transcript. */
  shows: AdminSession['history'] | undefined;
  hasActiveRun: boolean | undefined;
  now = Date.now();

  constructor(sessions: string) {
    this.#sessions = sessions;
  }

  async withAdmin<T>(_root: string, work: (session: AdminSession) => Promise<T>): Promise<T> {
    this.before('connect');
    return await work({
      hello: { protocol: 3, methods: [] },
      createSession: (input) =>
        this.#answer('create', input.key, () => {
          const entry = { sessionId: randomUUID(), updatedAt: this.now, label: input.label };
          this.#write({ ...this.#index(), [input.key]: entry });
          return { sessionId: entry.sessionId };
        }),
      refreshSession: (key) =>
        this.#answer('refresh', key, () => this.#write({ ...this.#index(), [key]: { ...this.#index()[key], updatedAt: this.now } })),
      deleteSession: (key) =>
        this.#answer('delete', key, () => {
          const { [key]: entry, ...rest } = this.#index();
          this.#write(rest);
          const path = this.#transcript(entry);
          if (existsSync(path)) renameSync(path, `${path}.deleted.2026-11-22T11-28-59.674Z`);
        }),
      history: async (key) => {
        if (this.shows !== undefined) return await this.shows(key);
        return await this.#answer('history', key, () => this.#history(key));
      },
      busySessions: async () => 0,
      session: (key) =>
        this.#answer('session', key, () => {
          const sessionId = this.#index()[key]?.sessionId;
          const active = this.hasActiveRun === undefined ? {} : { hasActiveRun: this.hasActiveRun };
          return typeof sessionId === 'string' ? { sessionId, ...active } : undefined;
        }),
    });
  }

  async #answer<T>(method: string, key: string, act: () => T): Promise<T> {
    this.asked.push(`${method} ${key}`);
    this.before(method);
    const answer = act();
    this.after(method);
    return answer;
  }

  #history(key: string): Awaited<ReturnType<AdminSession['history']>> {
    const entry = this.#index()[key];
    const path = this.#transcript(entry);
    const lines = existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : [];
    const messages = lines.flatMap((line) => {
      const { message } = JSON.parse(line) as { message?: { role: string; content: { text?: string }[] } };
      return message === undefined ? [] : [{ role: message.role, text: message.content.map(({ text }) => text ?? '').join('\n') }];
    });
    return { sessionId: String(entry?.sessionId), messages };
  }

  #transcript(entry: Entry | undefined): string {
    return join(this.#sessions, `${String(entry?.sessionId)}.jsonl`);
  }

  #index(): Record<string, Entry> {
    const path = join(this.#sessions, 'sessions.json');
    return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Record<string, Entry>) : {};
  }

  #write(index: Record<string, Entry>): void {
    writeFileSync(join(this.#sessions, 'sessions.json'), JSON.stringify(index, null, 2), { mode: 0o600 });
  }
}

export function gone(): CoreError {
  return new CoreError('gateway-gone', 'the gateway is gone', '');
}

export function pairingRequired(): CoreError {
  return new CoreError('gateway-refused', 'the gateway wants this device to be approved', 'PAIRING_REQUIRED');
}
