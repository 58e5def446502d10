/** A conversation as Markdown or as a page of its own. Ids and keys stand in it as OpenClaw has them. */
export const readable = {
  roles: { user: 'user', assistant: 'assistant', tool: 'tool', toolResult: 'tool', system: 'system' },
  facts: { agent: 'Agent', session: 'Session', key: 'Key', lastMessage: 'Last message', onlyHere: "Only in Clawback's recording" },
  /** Of all that the conversation holds. */
  ofTheMessages: (messages: number) => `${messages} of the messages`,
  continues: (sessionId: string) => `OpenClaw reset the chat here: what came before is session ${sessionId}.`,
  continuedBy: (sessionId: string) => `OpenClaw reset the chat here: it goes on in session ${sessionId}.`,
  hoursLater: (hours: number) => `${hours} hours later`,
  daysLater: (days: number) => `${days} days later`,
  notOnDisk: "Only in Clawback's recording: no file on disk holds this message.",
  neverSaved: {
    'recorder-plugin': 'Never saved by OpenClaw: the recorder saw it.',
    'acp-store': 'Never saved by OpenClaw: the ACP runner kept it.',
    trajectory: 'Never saved by OpenClaw: the trajectory of its run tells it.',
    'pending-input': 'Never saved by OpenClaw: it had accepted it.',
    'gateway-stream': 'Never saved by OpenClaw: it was heard on the live stream.',
  },
  cutOff: 'This reply was cut off.',
  /** OpenClaw ended in the middle of a turn; `noticed`: nobody saw when. */
  crashed: (at: string, { noticed = false, abrupt = false }: { readonly noticed?: boolean; readonly abrupt?: boolean }) => {
    const what = `OpenClaw ended ${abrupt ? 'abruptly ' : ''}here, in the middle of a turn`;
    return noticed ? `${what} · noticed ${at}` : `${at} · ${what}`;
  },
  /** Between two messages. */
  gaps: {
    unheld: 'Something is missing here that no file holds and nobody saw',
    unreadable: 'Something is missing here: a line of the file cannot be read',
    unheard: 'What was asked here is missing: OpenClaw did not save it, and nobody saw it',
  },
  /** In the same transcript. */
  resets: {
    new: 'Reset by a command: the agent begins anew here, and knows nothing of what came before',
    reset: 'Reset: the agent begins anew here, and knows nothing of what came before',
    idle: 'Reset after a pause: the agent begins anew here, and knows nothing of what came before',
  },
  /** Of what a tool gave back. */
  characters: (characters: number) => `${characters} characters`,
};
