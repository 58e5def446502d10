import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { openDeviceIdentity } from '../../main/core/gateway/device-identity.ts';
import { createGatewayStream, type GatewayStreamOptions } from '../../main/core/gateway/gateway-stream.ts';
import { silentLogger } from '../../main/core/platform/logger.ts';
import type { Witness, WitnessEvent, WitnessedMessage } from '../../main/core/witness/witness.ts';
import { FakeClock } from './fake-clock.ts';
import { type FakeGateway, fakeGateway } from './fake-gateway.ts';
import { type TempDir, tempDir } from './temp-dir.ts';

const patience = { timeout: 10_000 };

/** The gateway stream in virtual time beside a scripted gateway. What it hands over is committed at each `take`. */
export class StreamRig implements AsyncDisposable {
  readonly temp: TempDir;
  readonly gateway: FakeGateway;
  readonly clock = new FakeClock();
  readonly messages: WitnessedMessage[] = [];
  readonly events: WitnessEvent[] = [];
  isRunning = true;
  readonly #root: string;
  #stream: Witness | undefined;

  private constructor(temp: TempDir, gateway: FakeGateway) {
    this.temp = temp;
    this.gateway = gateway;
    this.#root = join(temp.path, '.openclaw');
    mkdirSync(this.#root);
    this.configure({ mode: 'token', token: 'shared' });
  }

  static async create(): Promise<StreamRig> {
    return new StreamRig(tempDir(), await fakeGateway());
  }

  get stream(): Witness {
    if (this.#stream === undefined) throw new Error('the stream was not started');
    return this.#stream;
  }

  configure(auth: object): void {
    writeFileSync(join(this.#root, 'openclaw.json'), JSON.stringify({ gateway: { port: this.gateway.port, auth } }));
  }

  start(more: Partial<GatewayStreamOptions> = {}): void {
    const home = this.temp.path;
    this.#stream = createGatewayStream({
      root: this.#root,
      env: { HOME: home },
      home,
      clock: this.clock,
      log: silentLogger,
      identity: openDeviceIdentity(join(home, 'clawback')),
      keys: { byKey: () => undefined, bySessionId: () => undefined, all: [] },
      random: () => 0,
      isRunning: async () => this.isRunning,
      mayTrust: () => true,
      ...more,
    });
    this.clock.advance(0);
  }

  take(): void {
    const batch = this.stream.collect();
    this.messages.push(...batch.messages);
    this.events.push(...batch.events);
    this.stream.committed();
  }

  async listening(): Promise<void> {
    await vi.waitFor(() => expect(this.stream.status.state).toBe('listening'), patience);
  }

  async waiting(): Promise<void> {
    await vi.waitFor(() => expect(this.stream.status.state).toBe('waiting'), patience);
  }

  async blocked(code: string): Promise<void> {
    await vi.waitFor(() => expect(this.stream.status).toMatchObject({ state: 'blocked', problem: { code } }), patience);
  }

  async timerSet(): Promise<void> {
    await vi.waitFor(() => expect(this.clock.pending).toBeGreaterThan(0), patience);
  }

  noticed(event: WitnessEvent['event']): Promise<readonly WitnessEvent[]> {
    return vi.waitFor(() => {
      this.take();
      const found = this.events.filter((candidate) => candidate.event === event);
      expect(found).not.toEqual([]);
      return found;
    }, patience);
  }

  seen(text: string): Promise<WitnessedMessage> {
    return vi.waitFor(() => {
      this.take();
      const found = this.messages.findLast((message) => message.text.includes(text));
      if (found === undefined) throw new Error(`nobody said ${text}`);
      return found;
    }, patience);
  }

  /** A `chat` frame of the session `main`. */
  says(state: string, text: string, runId = 'run'): object {
    const message = { role: 'assistant', content: [{ type: 'text', text }], timestamp: this.clock.now() };
    return { runId, sessionKey: 'main', state, message };
  }

  connects(): number {
    return this.gateway.requests.filter(({ method }) => method === 'connect').length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stream?.[Symbol.dispose]();
    await this.gateway[Symbol.asyncDispose]();
    this.temp[Symbol.dispose]();
  }
}
