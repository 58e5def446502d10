import { isObject, type JsonObject, readJson, stringOf } from '../sources/json-value.ts';
import type { WitnessedMessage } from './witness.ts';

/** A reply as far as its deltas came. */
interface Run {
  readonly sessionKey?: string;
  text: string;
  at: number;
  phase: 'partial' | 'final' | 'error';
}

const LONGEST_REPLY = 4 * 1024 * 1024;

/**
 * `<child session>.acp-stream.jsonl`: what an ACP agent says to the conversation that started it, while it says it; its own
 * transcript is written only at the end. The agent's side alone. One reader a file. Recorded from 2026.3.13.
 */
export class AcpStreamReader {
  readonly #agent: string;
  readonly #sessionId: string;
  readonly #runs = new Map<string, Run>();
  readonly #touched = new Set<string>();

  constructor(agent: string, sessionId: string) {
    this.#agent = agent;
    this.#sessionId = sessionId;
  }

  /** Total: lines that say nothing are passed over. */
  push(line: Uint8Array): void {
    const entry = readJson(line);
    const runId = isObject(entry) ? stringOf(entry.runId) : undefined;
    if (!isObject(entry) || runId === undefined) return;
    const run = this.#runs.get(runId) ?? newRun(entry);
    this.#runs.set(runId, run);
    if (typeof entry.epochMs === 'number' && entry.epochMs > 0) run.at = Math.trunc(entry.epochMs);
    if (entry.kind === 'assistant_delta') run.text = (run.text + (stringOf(entry.delta) ?? '')).slice(0, LONGEST_REPLY);
    else if (entry.kind === 'lifecycle' && entry.phase === 'end') run.phase = 'final';
    else if (entry.kind === 'lifecycle' && entry.phase === 'error') run.phase = 'error';
    else return;
    this.#touched.add(runId);
  }

  /** Replies that changed since they were last taken. */
  take(): readonly WitnessedMessage[] {
    const messages = [...this.#touched].flatMap((runId): readonly WitnessedMessage[] => {
      const run = this.#runs.get(runId);
      if (run === undefined || run.text.trim() === '') return [];
      return [
        {
          witness: 'acp-store',
          ref: `stream:${runId}`,
          agent: this.#agent,
          sessionId: this.#sessionId,
          ...(run.sessionKey === undefined ? {} : { sessionKey: run.sessionKey }),
          runId,
          role: 'assistant',
          phase: run.phase,
          endsRun: true,
          at: run.at,
          text: run.text.toWellFormed(),
        },
      ];
    });
    this.#touched.clear();
    return messages;
  }
}

function newRun(entry: JsonObject): Run {
  const sessionKey = stringOf(entry.childSessionKey)?.toLowerCase();
  return { ...(sessionKey === undefined ? {} : { sessionKey }), text: '', at: 0, phase: 'partial' };
}
