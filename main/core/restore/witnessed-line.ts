import { completeAssistant, objectOf, parseObject, readTranscriptLine, type TranscriptEntry } from './transcript-line.ts';

/** A message that no transcript holds, as it goes into a restored one. */
export interface WitnessedLine {
  /** When it was said. */
  readonly at: number;
  readonly role: string;
  readonly runId?: string;
  readonly message: Readonly<Record<string, unknown>>;
  /** What OpenClaw would read of it. */
  readonly entry: TranscriptEntry;
}

/** Lines of `Catalog.unpersistedLines`, made complete for OpenClaw. What is no message is left out. */
export function readWitnessedLines(lines: readonly { readonly at: number; readonly bytes: Uint8Array }[]): readonly WitnessedLine[] {
  return lines.flatMap(({ at, bytes }): WitnessedLine[] => {
    const stored = parseObject(bytes);
    const told = objectOf(stored?.message);
    if (stored === undefined || told === undefined || typeof told.role !== 'string') return [];
    const clawback = objectOf(stored.clawback);
    const message = complete(told, clawback, at);
    const id = typeof stored.id === 'string' && /^[0-9a-f]{8}$/.test(stored.id) ? { id: stored.id } : {};
    const entry = readTranscriptLine(
      Buffer.from(JSON.stringify({ type: 'message', ...id, timestamp: new Date(at).toISOString(), message })),
    );
    if (entry.is !== 'entry') return [];
    const runId = clawback?.runId;
    return [{ at, role: told.role, ...(typeof runId === 'string' ? { runId } : {}), message, entry }];
  });
}

function complete(
  message: Readonly<Record<string, unknown>>,
  clawback: Readonly<Record<string, unknown>> | undefined,
  at: number,
): Readonly<Record<string, unknown>> {
  if (message.role === 'assistant') {
    const whole = completeAssistant(message, at);
    const isCutOff = clawback?.phase === 'partial' || clawback?.phase === 'aborted';
    if (!isCutOff || whole.stopReason === 'aborted' || whole.stopReason === 'error') return whole;
    // As OpenClaw 2026.3 keeps what a reply had said until it was aborted: a model is shown no reply that ended as `aborted`.
    return {
      ...whole,
      openclawAbort: { aborted: true, origin: 'clawback', ...(clawback.runId === undefined ? {} : { runId: clawback.runId }) },
    };
  }
  const content = typeof message.content === 'string' ? [{ type: 'text', text: message.content }] : message.content;
  return { ...message, content, timestamp: typeof message.timestamp === 'number' ? message.timestamp : at };
}
