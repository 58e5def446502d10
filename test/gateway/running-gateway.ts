import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { ChatEnd, GatewayClient } from '../support/gateway-client.ts';
import { type OpenClawGateway, type OpenClawVersion, prepareGateway } from '../support/openclaw-gateway.ts';
import { type ScriptedModel, startScriptedModel } from '../support/scripted-model.ts';
import { Clawback } from './clawback.ts';

export interface RunningOptions {
  readonly version?: OpenClawVersion;
  readonly recorder?: boolean;
  readonly ordinaryUser?: boolean;
  readonly config?: Readonly<Record<string, unknown>>;
}

/** A gateway, its model, a client of it, and a Clawback that watches; what the scenarios of one file share. */
export class RunningGateway implements AsyncDisposable {
  readonly model: ScriptedModel;
  readonly gateway: OpenClawGateway;
  readonly clawback: Clawback;
  #client: GatewayClient;

  private constructor(model: ScriptedModel, gateway: OpenClawGateway, client: GatewayClient, clawback: Clawback) {
    this.model = model;
    this.gateway = gateway;
    this.#client = client;
    this.clawback = clawback;
  }

  /** `recorder`: our plugin is installed the way a person does it, before the gateway starts. */
  static async start(options: RunningOptions = {}): Promise<RunningGateway> {
    const { recorder = false, ordinaryUser = false, version, config } = options;
    const model = await startScriptedModel();
    const gateway = prepareGateway({
      modelUrl: model.baseUrl,
      ordinaryUser,
      ...(version === undefined ? {} : { version }),
      config: { ...(recorder ? { plugins: {} } : {}), ...config },
    });
    const clawback = new Clawback(gateway, ordinaryUser);
    if (recorder) {
      await gateway.configure();
      await clawback.json('recorder', 'install', '--yes');
    }
    await gateway.start();
    const running = new RunningGateway(model, gateway, await gateway.connect(), clawback);
    await clawback.watch();
    await clawback.listening('gateway-stream');
    if (recorder) await clawback.listening('recorder-plugin');
    return running;
  }

  get client(): GatewayClient {
    return this.#client;
  }

  /** After `gateway.stop()` or `gateway.kill()`. */
  async startAgain(): Promise<void> {
    this.#client[Symbol.dispose]();
    await this.gateway.start();
    this.#client = await this.gateway.connect();
  }

  /** Speaks each message in turn; the id and file of the conversation. */
  async converse(key: string, ...messages: readonly string[]): Promise<{ readonly sessionId: string; readonly path: string }> {
    for (const message of messages) await this.chat(key, message);
    const conversation = this.conversation(key);
    await this.#stored(key, conversation.path);
    return conversation;
  }

  /** `final` comes before OpenClaw has stored the turn in its index: what a test does to the index meanwhile would be written over. */
  async #stored(key: string, path: string): Promise<void> {
    await vi.waitFor(
      () => {
        const last = JSON.parse(readFileSync(path, 'utf8').trimEnd().split('\n').at(-1) ?? '') as { timestamp: string };
        const updatedAt = Number(this.gateway.index(agentOf(key))[key]?.updatedAt);
        if (!(updatedAt >= Date.parse(last.timestamp)) || existsSync(`${path}.lock`))
          throw new Error(`the turn of ${key} is not stored yet`);
      },
      { timeout: 20_000, interval: 25 },
    );
  }

  async chat(key: string, message: string): Promise<ChatEnd> {
    const end = await this.#client.chat(message, key);
    if (end.state !== 'final') throw new Error(`the turn ended as ${end.state}: ${end.errorMessage}`);
    return end;
  }

  conversation(key: string): { readonly sessionId: string; readonly path: string } {
    const agent = agentOf(key);
    const sessionId = String(this.gateway.index(agent)[key]?.sessionId);
    return { sessionId, path: join(this.gateway.stateDir, 'agents', agent, 'sessions', `${sessionId}.jsonl`) };
  }

  /** The RPC; the id that the key has from now on. */
  async reset(key: string): Promise<string> {
    const { entry } = await this.#client.request('sessions.reset', { key });
    return String((entry as { sessionId: unknown }).sessionId);
  }

  /** Path of the archive that OpenClaw made of a conversation. */
  archiveOf(sessionId: string, reason: 'reset' | 'deleted'): string {
    const name = readdirSync(this.gateway.sessionsDir).find((candidate) => candidate.startsWith(`${sessionId}.jsonl.${reason}.`));
    if (name === undefined) throw new Error(`OpenClaw made no ${reason} archive of ${sessionId}`);
    return join(this.gateway.sessionsDir, name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.clawback[Symbol.asyncDispose]();
    this.#client[Symbol.dispose]();
    await this.gateway[Symbol.asyncDispose]();
    await this.model[Symbol.asyncDispose]();
  }
}

/** `agent:<agent>:…` */
function agentOf(key: string): string {
  return key.split(':')[1] ?? 'main';
}
