import type { MessageView } from './types.ts';

/** OpenClaw ended in the middle of a turn of this conversation. */
export interface Crash {
  readonly at: number;
  /** Nobody saw when it ended: it had by then. */
  readonly noticed?: true;
  /** It let go of nothing and said nothing; absent: it was told to stop, or nobody knows. */
  readonly abrupt?: true;
}

/**
 * How it is known that something is missing. `unheld`: the message names the one before it, and nobody holds that. `unreadable`:
 * a line of the file cannot be read. `unheard`: a reply that OpenClaw did not save, whose prompt no witness saw.
 */
export type Gap = 'unheld' | 'unreadable' | 'unheard';

/** Why OpenClaw began anew in the same transcript, as it does in a database: its model knows nothing of what came before. */
export type Reset = 'new' | 'reset' | 'idle';

/** A message with what happened beside it. */
export interface MarkedMessage extends MessageView {
  readonly gapBefore?: Gap;
  readonly resetBefore?: Reset;
  readonly crashAfter?: Crash;
}
