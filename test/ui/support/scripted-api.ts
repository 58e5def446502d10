import type { ErrorShape } from '../../../main/core/requests.ts';
import { isChannel } from '../../../main/ipc/channels.ts';
import type { Channel, Reply, Requests } from '../../../main/ipc/contract.ts';
import { schemas } from '../../../main/ipc/schemas.ts';

type Answer<K extends Channel> = (input: Requests[K]['in']) => Requests[K]['out'] | Promise<Requests[K]['out']>;

/** What the core and the app say to a window in a test. */
export type Answers = { readonly [K in Channel]?: Answer<K> };

export interface Call {
  readonly channel: Channel;
  readonly input: unknown;
}

/** An expected error, as it crosses the bridge. */
class Refused extends Error {
  readonly shape: ErrorShape;

  constructor(shape: ErrorShape) {
    super(shape.message);
    this.shape = shape;
  }
}

/** As the end of an answer: the request is refused in these words. */
export function refuse(code: string, message: string, hint = ''): never {
  throw new Refused({ code, message, hint });
}

/** The other side of `window.api`, by a script. What it was not told to answer, and what the app's router would not let through, is a fault. */
export class ScriptedApi {
  readonly calls: Call[] = [];
  readonly faults: string[] = [];
  #answers: Answers;

  constructor(answers: Answers) {
    this.#answers = answers;
  }

  /** From now on these answers, and the others as before. */
  answer(answers: Answers): void {
    this.#answers = { ...this.#answers, ...answers };
  }

  inputsOf<K extends Channel>(channel: K): readonly Requests[K]['in'][] {
    return this.calls.filter((call) => call.channel === channel).map((call) => call.input as Requests[K]['in']);
  }

  async handle(channel: string, input: unknown): Promise<Reply<unknown>> {
    if (!isChannel(channel)) return this.#fault(`unknown channel ${channel}`);
    const parsed = schemas[channel].safeParse(input);
    if (!parsed.success) return this.#fault(`${channel} would be refused: ${parsed.error.message}`);
    this.calls.push({ channel, input: parsed.data });
    const answer = this.#answers[channel] as ((input: unknown) => unknown) | undefined;
    if (answer === undefined) return this.#fault(`no answer to ${channel}`);
    try {
      return { ok: true, value: await answer(parsed.data) };
    } catch (error) {
      if (error instanceof Refused) return { ok: false, error: error.shape };
      return this.#fault(`the answer to ${channel} failed: ${String(error)}`);
    }
  }

  #fault(message: string): Reply<unknown> {
    this.faults.push(message);
    return { ok: false, error: { code: 'bug', message, hint: '' } };
  }
}
