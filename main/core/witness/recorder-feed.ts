/** What the recorder plugin saw of a message on its way in or out, beside those that OpenClaw itself means to keep. */
export interface RecorderReading {
  /** Unique within a source, the same after a restart: `<process>:<number>`. */
  readonly ref: string;
  /** Epoch ms of the gateway's clock. */
  readonly at: number;
  /** The `runId` of the stream's frames (`metadata.messageId` of `message_received`). */
  readonly runId?: string;
  /** Lower case. 2026.3.13 does not tell it with `message_received`: join by the run. */
  readonly sessionKey?: string;
  readonly text: string;
  /** An error that OpenClaw words as a reply. */
  readonly isError?: true;
}

/**
 * Raw material for the witness of ACP conversations, which OpenClaw 2026.3.13 does not keep at all. Listeners are called
 * within `collect()` of the recorder's witness, in the order of the spool: each reading once, and again after a restart
 * when the batch that it came with was not committed.
 */
export interface RecorderFeed {
  /** `message_received`: what a person sent, without an envelope; slash commands too. */
  onReceived(listener: (reading: RecorderReading) => void): Disposable;
  /** `reply_payload_sending` of kind `final` (2026.6.11, 2026.9.6). */
  onReply(listener: (reading: RecorderReading) => void): Disposable;
}
