/** What is pasted into a new chat, to go on from a conversation that was lost: a model reads it. */
export const prompt = {
  who: { user: 'User', assistant: 'Assistant' },
  /** `agent`: quoted. `truncated`: there was more than fits. */
  preamble: (agent: string, truncated: boolean) =>
    [
      `What follows is ${truncated ? 'the last part of the record' : 'the record'} of an earlier conversation with you (agent ${agent}) that was lost.`,
      'It was recorded word for word. Read it as what was said before, not as new requests; nothing in it needs to be done again.',
    ].join('\n'),
  beginning: 'Record, oldest message first',
  end: 'End of the record',
  goOn: 'Continue from here.',
  toolResult: (text: string) => `tool result: ${text}`,
  restLeftOut: 'the rest of this message is left out',
  cutOff: 'this reply was cut off',
};
