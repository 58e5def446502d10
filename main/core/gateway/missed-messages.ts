import { CoreError } from '../platform/errors.ts';
import { isObject, type JsonObject } from '../sources/json-value.ts';
import type { WitnessedMessage } from '../witness/witness.ts';
import { idOf } from './frame-fields.ts';
import type { OpenConnection } from './gateway-connection.ts';
import { type CutMessage, isCutShort } from './stored-message.ts';

/** Conversations that were heard of lately, and messages that came cut: this many are asked for again. */
const KEYS = 16;
const CUT_MESSAGES = 256;
const HISTORY_LIMIT = 50;
const TIMEOUT_MS = 20_000;

/**
 * Fetches from a gateway of protocol 4 what its events did not bring: whole texts, and messages of conversations that went on
 * while numbers were skipped or nobody listened. Protocol 3 has nothing to fetch: its history is the file that is captured.
 */
export class MissedMessages {
  readonly #give: (payload: JsonObject) => void;
  readonly #keys = new Map<string, string | undefined>();
  readonly #cut = new Map<string, CutMessage>();
  /** Not stored yet when they were asked for: 2026.6 tells the first message of a session before it writes any. */
  readonly #early = new Map<string, CutMessage>();
  readonly #wanted = new Set<string>();
  #isBusy = false;

  /** `give` gets each as a `session.message` event would carry it. */
  constructor(give: (payload: JsonObject) => void) {
    this.#give = give;
  }

  get isWaiting(): boolean {
    return !this.#isBusy && (this.#cut.size > 0 || this.#wanted.size > 0);
  }

  saw({ sessionKey, sessionId }: WitnessedMessage): void {
    if (sessionKey === undefined) return;
    this.#keys.delete(sessionKey);
    this.#keys.set(sessionKey, sessionId);
    keepLast(this.#keys, KEYS);
  }

  askFor(message: CutMessage): void {
    this.#cut.delete(message.messageId);
    this.#cut.set(message.messageId, message);
    keepLast(this.#cut, CUT_MESSAGES);
  }

  /** What was said in a turn is stored by now: time to ask once more for what was not. */
  turnEnded(sessionKey: string): void {
    for (const [messageId, message] of this.#early) {
      if (message.sessionKey !== sessionKey || this.#cut.has(messageId)) continue;
      this.#cut.set(messageId, message);
    }
    keepLast(this.#cut, CUT_MESSAGES);
  }

  askForAll(): void {
    this.#wanted.clear();
    for (const key of this.#keys.keys()) this.#wanted.add(key);
  }

  /** One request after the other. What the gateway does not have is not asked for again; what a broken connection left stays. */
  async catchUp(connection: OpenConnection): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      for (const sessionKey of [...this.#wanted]) {
        const history = await ask(connection, 'chat.history', { sessionKey, limit: HISTORY_LIMIT });
        this.#wanted.delete(sessionKey);
        this.#giveHistory(sessionKey, history);
      }
      for (const cut of [...this.#cut.values()]) {
        const { messageId, sessionKey } = cut;
        const answer = await ask(connection, 'chat.message.get', { sessionKey, messageId });
        this.#cut.delete(messageId);
        const isSecond = this.#early.delete(messageId);
        // What comes cut again would be asked for for ever.
        if (isObject(answer?.message) && !isCutShort(answer.message)) this.#give({ ...cut, message: answer.message });
        else if (answer?.unavailableReason === 'not_found' && !isSecond) this.#early.set(messageId, cut);
        keepLast(this.#early, CUT_MESSAGES);
      }
    } finally {
      this.#isBusy = false;
    }
  }

  #giveHistory(sessionKey: string, history: JsonObject | undefined): void {
    const sessionId = idOf(history?.sessionId);
    const messages = Array.isArray(history?.messages) ? history.messages : [];
    for (const message of messages) this.#give({ sessionKey, message, ...(sessionId === undefined ? {} : { sessionId }) });
  }
}

/** `undefined` when the gateway refuses; rejects when it is gone. */
async function ask(connection: OpenConnection, method: string, params: object): Promise<JsonObject | undefined> {
  try {
    const answer = await connection.request(method, params, TIMEOUT_MS);
    return isObject(answer) ? answer : undefined;
  } catch (error) {
    if (error instanceof CoreError && error.code === 'gateway-refused') return undefined;
    throw error;
  }
}

function keepLast(map: Map<string, unknown>, count: number): void {
  for (const key of map.keys()) {
    if (map.size <= count) return;
    map.delete(key);
  }
}
