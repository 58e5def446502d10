import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createAcpStore } from '../../../main/core/witness/acp-store.ts';
import { createRecorderWitness } from '../../../main/core/witness/recorder-spool.ts';
import { CoreRig } from '../../support/core-rig.ts';
import { OpenclawState } from '../../support/openclaw-state.ts';

interface RecordedHook {
  readonly at: number;
  readonly hook: 'message_received' | 'before_message_write' | 'reply_payload_sending';
  readonly event: {
    readonly content?: string;
    readonly messageId?: string;
    readonly runId?: string;
    readonly kind?: string;
    readonly payload?: { readonly text: string; readonly isError?: boolean };
    readonly message?: unknown;
  };
  readonly context: { readonly sessionKey: string; readonly agentId?: string };
}

const fixtures = join(import.meta.dirname, '../../fixtures/acp-hooks');

/** A conversation with an ACP agent as the hooks of a later OpenClaw told it, which writes such turns itself. */
class RecordedConversation implements AsyncDisposable {
  readonly rig = new CoreRig();
  readonly hooks: readonly RecordedHook[];
  readonly key: string;
  readonly #version: string;
  readonly #spool: string;
  #seq = 0;
  #at = 0;
  isGatewayAlive = true;

  constructor(version: string) {
    this.#version = version;
    const text = readFileSync(join(fixtures, `${version}.jsonl`), 'utf8').trimEnd();
    this.hooks = text.split('\n').map((line) => JSON.parse(line));
    this.key = this.hooks[0]?.context.sessionKey ?? '';
    this.#spool = join(this.rig.home, 'recorder-spool');
  }

  async start(): Promise<void> {
    mkdirSync(this.#spool, { recursive: true });
    this.#line({ hook: 'spool', pid: 4711, stateDir: this.rig.state.root, openclaw: this.#version });
    this.#line({ hook: 'gateway_start', port: 1 });
    this.rig.openWitnesses = ({ root, clock, log, keys, fs, cursor, agentOf }) => {
      const known = { root, fs, clock, log, cursor: cursor('recorder-plugin'), setup: () => ({ is: 'installed' }) as const };
      const recorder = createRecorderWitness({ ...known, spoolDir: this.#spool, processAlive: () => this.isGatewayAlive });
      const directory = join(this.rig.home, 'nobody', '.acpx');
      const people = { directory, fs, clock, keys, cursor: cursor('acp-store'), agentOf, recorder: recorder.feed };
      return [recorder, createAcpStore({ ...people, hasChild: () => undefined, alive: () => true })];
    };
    await this.rig.start();
    await this.rig.pass(2_000);
  }

  /** What the plugin makes of each hook, in the rhythm in which they came. */
  async play(hooks: readonly RecordedHook[]): Promise<void> {
    for (const { at, hook, event, context } of hooks) {
      const { sessionKey, agentId } = context;
      await this.rig.pass(this.#at === 0 ? 0 : Math.min(5_000, at - this.#at));
      this.#at = at;
      const runId = event.runId ?? event.messageId;
      if (hook === 'message_received') this.#line({ hook, sessionKey, runId, text: event.content });
      else if (hook === 'before_message_write') this.#line({ hook, agentId, sessionKey, message: event.message });
      else this.#line({ hook, sessionKey, runId, text: event.payload?.text, isError: event.payload?.isError });
    }
  }

  /** Those of the turn with this word in its prompt. */
  turn(word: string): readonly RecordedHook[] {
    const received = this.hooks.find(({ hook, event }) => hook === 'message_received' && event.content?.includes(word));
    if (received === undefined) throw new Error(`no turn with ${word}`);
    const { content, messageId } = received.event;
    return this.hooks.filter(
      ({ event }) =>
        [event.messageId, event.runId].includes(messageId) || (event.message as { content?: unknown } | undefined)?.content === content,
    );
  }

  #line(fields: object): void {
    const line = { v: 1, t: this.rig.clock.now(), seq: this.#seq++, ...fields };
    appendFileSync(join(this.#spool, '1700000000000-4711.jsonl'), `${JSON.stringify(line)}\n`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.rig[Symbol.asyncDispose]();
  }
}

describe('a conversation with an ACP agent on OpenClaw 2026.6.11', () => {
  async function begun(): Promise<{ readonly played: RecordedConversation; readonly transcript: OpenclawState }> {
    const played = new RecordedConversation('2026.6.11');
    const transcript = new OpenclawState(played.rig.state.root, played.rig.clock, 'kimi');
    transcript.begin(played.key, 's-acp');
    await played.start();
    return { played, transcript };
  }

  it('raises nothing, though each turn is written twice, seen by four hooks, and one ends in an error', async () => {
    const { played, transcript } = await begun();
    await using _ = played;
    for (const [word, said] of [
      ['#a1', 'acp reply to a1: part1 part2 part3 end-a1'],
      ['#a2', 'acp reply to a2: part1 part2 part3 part4 part5 end-a2'],
    ] as const) {
      const hooks = played.turn(word);
      const asked = hooks[0]?.event.content ?? '';
      await played.play(hooks);
      transcript.turn('s-acp', asked, said);
      transcript.turn('s-acp', asked, said);
      await played.rig.pass(20_000);
    }
    const crashed = played.turn('#a3');
    await played.play(crashed);
    transcript.turn('s-acp', 'CRASH three #a3', 'acp reply to a3: part1 part2 ');
    await played.rig.pass(60_000);
    expect(played.rig.incidents).toEqual([]);
  });

  it('has both sides once, however many hooks told them, when the turn is written nowhere', async () => {
    const { played } = await begun();
    await using _ = played;
    await played.play(played.turn('#a1'));
    await played.rig.pass(30_000);
    expect(played.rig.incidents.at(-1)).toMatchObject({ kind: 'unpersisted', messages: 2, nativeId: 's-acp' });
  });

  it('keeps the prompt of a turn that was cut off by the end of the gateway', async () => {
    const { played, transcript } = await begun();
    await using _ = played;
    await played.play(played.turn('#a1'));
    transcript.turn('s-acp', 'hello one #a1', 'acp reply to a1: part1 part2 part3 end-a1');
    await played.rig.pass(20_000);
    await played.play(played.turn('#a2').slice(0, 1));
    await played.rig.pass(5_000);
    played.isGatewayAlive = false;
    await played.rig.pass(60_000);
    expect(played.rig.incidents.at(-1)).toMatchObject({ kind: 'unpersisted', messages: 1, nativeId: 's-acp' });
    expect(new Set(played.rig.incidents.map(({ id }) => id)).size).toBe(1);
  });
});

describe('a conversation with an ACP agent on OpenClaw 2026.9.6', () => {
  it('raises nothing: it is in the database, where no transcript can prove it', async () => {
    await using played = new RecordedConversation('2026.9.6');
    await played.start();
    await played.play(played.hooks);
    await played.rig.pass(120_000);
    expect(played.rig.incidents).toEqual([]);
  });
});
