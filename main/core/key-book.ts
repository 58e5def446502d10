import { nativeIdOf } from './detect/reset-watch.ts';
import type { Artefact, IndexReading } from './sources/source.ts';
import type { KeyBook, KeyedSession } from './witness/witness.ts';

export interface AgentIndex {
  readonly agent: string;
  /** Latest reading of the agent's `sessions.json`; the same object while the file is the same. */
  readonly index: IndexReading | undefined;
}

/** What the routing keys of one state directory mean now. Built again only when an index is another one. */
export class SourceKeys implements KeyBook {
  readonly #indexes: () => readonly AgentIndex[];
  readonly #classify: (name: string) => Artefact;
  #seen: readonly AgentIndex[] = [];
  #byKey = new Map<string, KeyedSession>();
  #bySessionId = new Map<string, KeyedSession>();

  constructor(indexes: () => readonly AgentIndex[], classify: (name: string) => Artefact) {
    this.#indexes = indexes;
    this.#classify = classify;
  }

  byKey(sessionKey: string): KeyedSession | undefined {
    this.#refresh();
    return this.#byKey.get(sessionKey.toLowerCase());
  }

  bySessionId(sessionId: string): KeyedSession | undefined {
    this.#refresh();
    return this.#bySessionId.get(sessionId);
  }

  get all(): readonly KeyedSession[] {
    this.#refresh();
    return [...this.#byKey.values()];
  }

  #refresh(): void {
    const now = this.#indexes();
    const isSame = now.length === this.#seen.length && now.every(({ index }, at) => index === this.#seen[at]?.index);
    if (isSame) return;
    this.#seen = now;
    this.#byKey = new Map();
    this.#bySessionId = new Map();
    for (const { agent, index } of now) {
      if (index?.ok !== true) continue;
      for (const entry of index.entries.values()) {
        const keyed: KeyedSession = {
          agent,
          sessionKey: entry.key,
          sessionId: entry.sessionId,
          nativeId: nativeIdOf(entry, this.#classify),
          isAcp: entry.isAcp,
          ...(entry.acpState === undefined ? {} : { acpState: entry.acpState }),
          ...(entry.acpActiveAt === undefined ? {} : { acpActiveAt: entry.acpActiveAt }),
          ...(entry.acpRecordId === undefined ? {} : { acpRecordId: entry.acpRecordId }),
          ...(entry.acpCwd === undefined ? {} : { acpCwd: entry.acpCwd }),
        };
        this.#byKey.set(entry.key, keyed);
        this.#bySessionId.set(entry.sessionId, keyed);
      }
    }
  }
}
