import { existsSync } from 'node:fs';
import type { KnownGeneration } from '../capture/tailing.ts';
import type { AgentDatabase } from './agent-database.ts';

interface Archived {
  readonly generationId: number;
  readonly sessionId: string;
  /** Of the file that OpenClaw publishes beside the row. */
  readonly path: string;
}

/** Transcripts that OpenClaw put into an archive, as long as there is one: a limit on disk space takes them away in the end. */
export class ArchivedWindows {
  readonly #kept = new Map<number, Archived>();

  constructor(known: readonly KnownGeneration[]) {
    for (const { id, nativeId, path, archived } of known) {
      if (archived !== undefined && nativeId !== undefined) this.add(id, nativeId, path);
    }
  }

  add(generationId: number, sessionId: string, path: string): void {
    this.#kept.set(generationId, { generationId, sessionId, path });
  }

  /** Those that are in no archive any more, each told once. */
  gone(database: AgentDatabase): readonly Archived[] {
    if (this.#kept.size === 0) return [];
    const archived = database.archived();
    const gone = [...this.#kept.values()].filter(({ sessionId, path }) => !archived.has(sessionId) && !existsSync(path));
    for (const { generationId } of gone) this.#kept.delete(generationId);
    return gone;
  }
}
