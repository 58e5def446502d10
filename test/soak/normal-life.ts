import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { RunningGateway } from '../gateway/running-gateway.ts';

const keys = ['agent:main:main', 'agent:main:left', 'agent:main:right', 'agent:main:telegram:group:7'];

/** A conversation of its own with everything that happens in one, drawn from a seed. Each act is over when it resolves. */
export class NormalLife {
  readonly #running: RunningGateway;
  readonly #random: () => number;
  readonly acts = new Map<string, number>();

  constructor(running: RunningGateway, seed: number) {
    this.#running = running;
    this.#random = mulberry32(seed);
  }

  /** Until the time is over, and at least everything once. */
  async live(untilMs: number): Promise<void> {
    const acts = this.#acts();
    for (const [name, act] of acts) await this.#do(name, act);
    const weighted = acts.flatMap(([name, act, weight]) => Array.from({ length: weight }, () => [name, act] as const));
    while (Date.now() < untilMs) {
      const [name, act] = weighted[Math.floor(this.#random() * weighted.length)] ?? weighted[0] ?? [];
      if (name !== undefined && act !== undefined) await this.#do(name, act);
    }
  }

  async #do(name: string, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      throw new Error(
        `normal life went wrong at "${name}" after ${JSON.stringify(Object.fromEntries(this.acts))}; told: ${this.#running.clawback.told.join(', ')}`,
        { cause: error },
      );
    }
    this.acts.set(name, (this.acts.get(name) ?? 0) + 1);
  }

  #acts(): readonly (readonly [string, () => Promise<void>, number])[] {
    const say = async (key: string, text: string) => {
      await this.#running.chat(key, text);
    };
    return [
      ['turn', () => say(this.#key(), `tell me about ${this.#word()}`), 8],
      ['same words again', () => say('agent:main:main', 'thanks'), 3],
      ['slow turn', () => say(this.#key(), `SLOW 12 60 ${this.#word()}`), 3],
      ['long reply', () => say(this.#key(), 'LONG 24'), 2],
      ['tool turn', () => say(this.#key(), `TOOL ${this.#word()}`), 4],
      ['no reply', () => say(this.#key(), 'SILENT'), 2],
      ['failing model', () => this.#end(this.#key(), 'FAIL500'), 1],
      ['model that fails in the middle', () => this.#end(this.#key(), `BREAK ${this.#word()}`), 1],
      ['abort', () => this.#abort(this.#key()), 2],
      ['/new', () => say(this.#key(), '/new'), 2],
      ['/reset with words', () => say(this.#key(), `/reset ${this.#word()}`), 2],
      ['/status', () => this.#end(this.#key(), '/status'), 2],
      ['/compact', () => this.#compact(), 1],
      ['sessions.reset', () => this.#reset(this.#key()), 2],
      ['two at once', () => this.#together(), 2],
      ['one after another in a queue', () => this.#queue(this.#key()), 1],
      ['/new in the middle of a turn', () => this.#newMeanwhile(), 1],
      ['delete', () => this.#delete(), 1],
      ['restart', () => this.#restart(), 1],
      ['note by the operator', () => this.#inject(), 1],
    ];
  }

  /** Whatever way it ends. */
  async #end(key: string, text: string): Promise<void> {
    const { client } = this.#running;
    await client.waitForFinal(await client.send(text, key));
  }

  async #abort(key: string): Promise<void> {
    const { client } = this.#running;
    const runId = await client.send(`SLOW 100 50 ${this.#word()}`, key);
    await this.#speaks(runId);
    await client.request('chat.abort', { sessionKey: key, runId });
    await client.waitForFinal(runId);
  }

  /** It has begun to answer, or ended without a word. */
  async #speaks(runId: string): Promise<void> {
    const { client } = this.#running;
    await Promise.race([client.waitForText(runId), client.waitForFinal(runId)]);
  }

  async #compact(): Promise<void> {
    const key = 'agent:main:compacted';
    await this.#running.chat(key, `remember ${this.#word()}`);
    await this.#end(key, '/compact');
  }

  async #reset(key: string): Promise<void> {
    await this.#running.chat(key, `before the reset: ${this.#word()}`);
    await this.#running.reset(key);
  }

  async #together(): Promise<void> {
    await Promise.all(['agent:main:left', 'agent:main:right'].map((key) => this.#running.chat(key, `SLOW 6 50 ${this.#word()}`)));
  }

  /** OpenClaw may make one turn of what arrives meanwhile. */
  async #queue(key: string): Promise<void> {
    const { client } = this.#running;
    const first = await client.send(`SLOW 20 50 ${this.#word()}`, key);
    await this.#speaks(first);
    const second = await client.send(`and ${this.#word()}`, key);
    await Promise.all([client.waitForFinal(first), client.waitForFinal(second)]);
    await this.#running.chat(key, 'and that was all');
  }

  async #newMeanwhile(): Promise<void> {
    const { client } = this.#running;
    const key = 'agent:main:impatient';
    const first = await client.send(`SLOW 20 50 ${this.#word()}`, key);
    await this.#speaks(first);
    const second = await client.send('/new', key);
    await Promise.all([client.waitForFinal(first), client.waitForFinal(second)]);
  }

  async #delete(): Promise<void> {
    const key = `agent:main:short-${Math.floor(this.#random() * 1e9)}`;
    await this.#running.converse(key, `only ${this.#word()}`);
    await this.#running.client.request('sessions.delete', { key });
  }

  async #restart(): Promise<void> {
    const { gateway } = this.#running;
    // A message that came during a turn waits in OpenClaw's memory, is told as ended, and is answered later; a stop would lose it,
    // and a reply that a stop cuts off is a loss too. Neither is normal life.
    for (const key of [...keys, 'agent:main:compacted', 'agent:main:impatient']) await this.#settle(key);
    const turns = () => readdirSync(gateway.sessionsDir).filter((name) => name.endsWith('.jsonl.lock'));
    await expect.poll(turns, { timeout: 60_000, interval: 100 }).toEqual([]);
    await gateway.stop();
    await this.#running.startAgain();
    await this.#running.clawback.listening('gateway-stream');
  }

  /** One more message, and nothing before it waits any more when it is written. */
  async #settle(key: string): Promise<void> {
    const last = `before the restart: ${this.#word()}`;
    await this.#running.chat(key, last);
    const written = () => {
      const { path } = this.#running.conversation(key);
      return existsSync(path) && readFileSync(path, 'utf8').includes(last);
    };
    await expect.poll(written, { timeout: 60_000, interval: 100 }).toBe(true);
  }

  async #inject(): Promise<void> {
    await this.#running.converse('agent:main:main', `noted: ${this.#word()}`);
    await this.#running.client.request('chat.inject', {
      sessionKey: 'agent:main:main',
      message: `a note about ${this.#word()}`,
      label: 'note',
    });
  }

  #key(): string {
    return keys[Math.floor(this.#random() * keys.length)] ?? 'agent:main:main';
  }

  #word(): string {
    const words = ['cedar', 'harbour', 'lantern', 'meadow', 'compass', 'orchard', 'granite', 'violin'];
    return `${words[Math.floor(this.#random() * words.length)]} ${Math.floor(this.#random() * 1e6)}`;
  }
}

/** A small generator with a seed; the same life again for the same number. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
