import type { Clawback, MessageRow } from './clawback.ts';
import type { RunningGateway } from './running-gateway.ts';

/** What watches while OpenClaw is manipulated. */
export const modes = [
  { mode: 'with the recorder', recorder: true },
  { mode: 'with the stream alone', recorder: false },
] as const;

/** A conversation as `show` reads it, one line for each message: `user on disk by transcript: the text`. */
export async function shown(clawback: Clawback, reference: string): Promise<readonly string[]> {
  return (await clawback.show(reference)).filter(({ role }) => role !== 'system').map(lineOf);
}

function lineOf({ role, text, provenance, persisted, interrupted }: MessageRow): string {
  return `${role} ${persisted ? 'on disk' : 'only here'} by ${provenance}${interrupted ? ', cut off' : ''}: ${text.trim()}`;
}

/** What the model answered to a message, as it is shown. */
export function answerTo({ model }: RunningGateway, message: string, parts = 3): string {
  const serial = model.requests.findIndex(({ lastUserText }) => lastUserText.includes(message)) + 1;
  return [`Answer ${serial}.`, ...Array.from({ length: parts }, (_, index) => `part ${index}`)].join(' ');
}

/** Kinds of what a person was told of one conversation, in order and once each. */
export function toldOf({ told }: Clawback, key: string): readonly string[] {
  const suffix = ` of ${key}`;
  return [...new Set(told.filter((line) => line.endsWith(suffix)).map((line) => line.slice(0, -suffix.length)))];
}
