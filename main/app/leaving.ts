import { dialog } from 'electron';
import type { CoreStatus } from '../core/types.ts';
import type { Messages } from '../wording/catalogue.ts';

/** Conversations that would go on unprotected without Clawback. What is paused is not protected now either. */
function wouldBeUnprotected({ running, health, live }: Pick<CoreStatus, 'running' | 'health' | 'live'>): number {
  return running && health !== 'paused' ? live.length : 0;
}

/**
 * True when the app may quit. Asked only where a person chose Quit: a logout or a signal must not be held up by a question
 * that nobody reads. Never twice at once; a second choice brings no second question.
 */
export class Leaving {
  readonly #words: () => Messages;
  #isAsking = false;

  constructor(words: () => Messages) {
    this.#words = words;
  }

  async mayQuit(status: CoreStatus): Promise<boolean> {
    const conversations = wouldBeUnprotected(status);
    if (conversations === 0) return true;
    if (this.#isAsking) return false;
    this.#isAsking = true;
    try {
      const { quitWhileLive, quitWhileLiveBody, quit, keepProtecting } = this.#words().dialogs;
      const { response } = await dialog.showMessageBox({
        type: 'warning',
        message: quitWhileLive(conversations),
        detail: quitWhileLiveBody(conversations),
        buttons: [quit, keepProtecting],
        defaultId: 1,
        cancelId: 1,
        noLink: true,
      });
      return response === 0;
    } finally {
      this.#isAsking = false;
    }
  }
}
