/** What the buffer takes, and what it is worth. */
export interface StorageFacts {
  /** The folder of the buffer. */
  readonly path: string;
  /** Of the buffer's files on disk. */
  readonly bytes: number;
  /** Left for us on that disk. */
  readonly bytesFree: number;
  /** Captured of conversations, before compression. */
  readonly transcriptBytes: number;
  readonly conversations: number;
  /** Captured of everything in the last seven days, before compression. A conversation that was imported a week ago at most counts too. */
  readonly grownLastWeek: number;
  /** When the oldest thing that is kept was said, or was captured where nobody knows. */
  readonly oldestAt?: number;
  /** What no file of OpenClaw holds any more. */
  readonly onlyHere: { readonly conversations: number; readonly messages: number };
  /** Buffers that were damaged and kept beside the one in use; they may hold what was forgotten since. */
  readonly setAside: { readonly buffers: number; readonly bytes: number };
  /** Not where it is by default. */
  readonly isElsewhere: boolean;
}

/** Of a task that takes longer than a moment. It is over when its request is answered. */
export interface TaskProgress {
  /** `done` and `total` are bytes, records, steps and bytes, in this order. */
  readonly task: 'verify' | 'rebuild-index' | 'self-test' | 'move';
  readonly done: number;
  readonly total: number;
}
