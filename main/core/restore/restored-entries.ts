import { completeAssistant } from './transcript-line.ts';

/** Lines that a rebuilt conversation needs and the captured one never had. Each ends with a line feed. */

export interface EntryPlace {
  readonly id: string;
  readonly parentId: string | null;
  readonly at: number;
}

export function headerLine(sessionId: string, at: number, cwd: string): Uint8Array {
  return lineOf({ type: 'session', version: 3, id: sessionId, timestamp: new Date(at).toISOString(), cwd });
}

/** OpenClaw empties a transcript without any assistant message at the next turn; this one says openly why it is there. */
export function missingReplyLine(place: EntryPlace): Uint8Array {
  const content = [
    { type: 'text', text: '[Clawback] This conversation was restored from a recording. The reply to the message above was never saved.' },
  ];
  return messageLine(place, completeAssistant({ role: 'assistant', content, timestamp: place.at }, place.at));
}

export function missingToolResultLine(place: EntryPlace, call: { readonly id: string; readonly name: string }): Uint8Array {
  return messageLine(place, {
    role: 'toolResult',
    toolCallId: call.id,
    toolName: call.name,
    content: [
      { type: 'text', text: '[Clawback] This conversation was restored from a recording. The result of this tool call was never saved.' },
    ],
    isError: true,
    timestamp: place.at,
  });
}

/** A reply stands here whose prompt no witness could see: two replies in a row would be no conversation. */
export function missingPromptLine(place: EntryPlace): Uint8Array {
  const text = '(This message was not saved by OpenClaw and was not seen by Clawback.)';
  return messageLine(place, { role: 'user', content: [{ type: 'text', text }], timestamp: place.at });
}

export function messageLine(place: EntryPlace, message: Readonly<Record<string, unknown>>): Uint8Array {
  return lineOf({ type: 'message', id: place.id, parentId: place.parentId, timestamp: new Date(place.at).toISOString(), message });
}

function lineOf(entry: Readonly<Record<string, unknown>>): Uint8Array {
  return Buffer.from(`${JSON.stringify(entry)}\n`, 'utf8');
}
