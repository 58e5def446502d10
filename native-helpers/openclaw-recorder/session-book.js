import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

const KEYS_LIMIT = 20_000;
/** Parsing stops the gateway's loop for about 10 ms a MiB. */
const INDEX_LIMIT_BYTES = 8 * 1024 * 1024;

/** Which session id a key has: the hook that tells of messages does not say. */
export class SessionBook {
  #ids = new Map();

  idOf(sessionKey) {
    return this.#ids.get(normal(sessionKey));
  }

  began(sessionKey, sessionId) {
    // Some runs have no key: none of them is another one's.
    if (typeof sessionKey !== 'string' || typeof sessionId !== 'string') return;
    const key = normal(sessionKey);
    this.#ids.delete(key);
    this.#ids.set(key, sessionId);
    if (this.#ids.size > KEYS_LIMIT) this.#ids.delete(this.#ids.keys().next().value);
  }

  ended(sessionKey, sessionId) {
    const key = normal(sessionKey);
    if (this.#ids.get(key) === sessionId) this.#ids.delete(key);
  }

  /** Conversations that go on after a restart are not begun again: their ids are in the index (2026.3 and 2026.6). */
  async readIndexes(stateDir) {
    try {
      const agents = join(stateDir, 'agents');
      for (const agent of await readdir(agents)) await this.#readIndex(join(agents, agent, 'sessions', 'sessions.json'));
    } catch {
      // No conversation yet, or another layout: Clawback finds the id by the key.
    }
  }

  async #readIndex(path) {
    try {
      if ((await stat(path)).size > INDEX_LIMIT_BYTES) return;
      const index = JSON.parse(await readFile(path, 'utf8'));
      // What a hook told meanwhile is newer than the file.
      for (const [key, entry] of Object.entries(index)) if (!this.#ids.has(normal(key))) this.began(key, entry?.sessionId);
    } catch {
      // An agent without an index, or one that is being written.
    }
  }
}

function normal(sessionKey) {
  return String(sessionKey).toLowerCase();
}
