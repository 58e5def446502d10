import type { Clawback, MessageRow } from './clawback.ts';
import type { RunningGateway } from './running-gateway.ts';

/** What watches while OpenClaw is manipulated. */
export const modes = [
  { mode: 'with the recorder', recorder: true },
  { mode: 'with the stream alone', recorder: false },
] as const;

const onDisk = 'on disk by transcript';
/** A file held it, and no longer does. */
export const gone = 'only here by transcript';

/** A conversation as `show` reads it, one line for each message: `user on disk by transcript: the text`. */
export async function shown(clawback: Clawback, reference: string): Promise<readonly string[]> {
  return (await clawback.show(reference)).filter(({ role }) => role !== 'system').map(lineOf);
}

function lineOf({ role, text, provenance, persisted, interrupted }: MessageRow): string {
  return `${role} ${persisted ? 'on disk' : 'only here'} by ${provenance}${interrupted ? ', cut off' : ''}: ${text.trim()}`;
}

/** What was said, line by line as `shown` gives it. `where` defaults to a transcript that is on disk. */
export class Said {
  readonly #running: () => RunningGateway;

  constructor(running: () => RunningGateway) {
    this.#running = running;
  }

  user(text: string, where = onDisk): string {
    return `user ${where}: ${text}`;
  }

  /** What the model answered to a message. `parts` is 3 but for messages that say otherwise. */
  answer(text: string, where = onDisk, parts = 3): string {
    const serial = this.#running().model.requests.findIndex(({ lastUserText }) => lastUserText.includes(text)) + 1;
    return [`assistant ${where}: Answer ${serial}.`, ...Array.from({ length: parts }, (_, index) => `part ${index}`)].join(' ');
  }

  turn(text: string, where = onDisk): readonly string[] {
    return [this.user(text, where), this.answer(text, where)];
  }
}

/** Kinds of what a person was told of one conversation, in order and once each. */
export function toldOf({ told }: Clawback, key: string): readonly string[] {
  const suffix = ` of ${key}`;
  return [...new Set(told.filter((line) => line.endsWith(suffix)).map((line) => line.slice(0, -suffix.length)))];
}
