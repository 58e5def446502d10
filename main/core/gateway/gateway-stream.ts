import { homedir, hostname } from 'node:os';
import type { Clock } from '../platform/clock.ts';
import { CoreError } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { Nudge } from '../platform/nudge.ts';
import type { ConnectionEnds } from '../platform/peer-owner.ts';
import { createGatewayProbe } from '../sources/openclaw-gateway.ts';
import type { Environment } from '../sources/openclaw-home.ts';
import type { WitnessStatus } from '../types.ts';
import type { KeyBook, Witness, WitnessBatch, WitnessEvent } from '../witness/witness.ts';
import { BackOff } from './back-off.ts';
import { type Problem, problemOf } from './blocked.ts';
import type { DeviceIdentity } from './device-identity.ts';
import { isThisMachine, namedFor, servesRoot } from './elsewhere.ts';
import type { GatewayAddress } from './gateway.ts';
import { type GatewayOverride, gatewayAddress, isLoopbackUrl } from './gateway-address.ts';
import { type ConnectionEnd, connectToGateway, type GatewayEvent, type OpenConnection } from './gateway-connection.ts';
import type { HelloFacts } from './handshake.ts';
import { MissedMessages } from './missed-messages.ts';
import { Outbox } from './outbox.ts';
import { SequenceWatch } from './sequence-watch.ts';
import { type FrameOutcome, StreamFrames } from './stream-frames.ts';
import { isTrustedPeer } from './trusted-peer.ts';

export interface GatewayStreamOptions {
  /** State directory of OpenClaw. */
  readonly root: string;
  readonly sourceId?: number;
  readonly env: Environment;
  readonly clock: Clock;
  readonly log: Logger;
  readonly identity: DeviceIdentity;
  /** Whose conversation a key is that does not name its agent. */
  readonly keys: KeyBook;
  /** What the person named to Clawback itself. */
  readonly override?: GatewayOverride;
  readonly home?: string;
  readonly version?: string;
  readonly random?: () => number;
  /** Whether a gateway of this state directory runs; default: by its lock and its port. */
  readonly isRunning?: () => Promise<boolean>;
  /** Whether who answers may be shown the secret; default: by whose program it is. */
  readonly mayTrust?: (ends: ConnectionEnds) => boolean;
  /** A message is whole, or a turn or the gateway has ended: not to be left until the next round. */
  readonly onNews?: () => void;
}

const LONGEST_WAIT_MS = 30_000;
/** Nobody runs here: looking costs next to nothing, and the first words of a gateway that starts should not be missed. */
const LONGEST_WAIT_FOR_START_MS = 5000;
/** A refusal is written into the gateway's log: not every half minute for ever, unless the configuration changed. */
const REFUSED_WAIT_MS = 300_000;
/** The gateway still writes down what it has just told; whoever looks at once is in its way and sees half of it. */
const NEWS_PACE = { delayMs: 100, spacingMs: 500 };
/** Silence for so many of its own ticks: the gateway hangs, or is not there any more. */
const SILENT_TICKS = 3;
/** A connection that held so long was a good one. */
const STEADY_MS = 5000;
const SUBSCRIBE_TIMEOUT_MS = 10_000;
const WITNESS = 'gateway-stream';

/** Listens to the live stream of one source's gateway for ever: connects by itself, and again after every end. Read only. */
export function createGatewayStream(options: GatewayStreamOptions): Witness {
  return new GatewayStream(options);
}

/** Who is asked, and what is known of it before it answers. */
interface Answering {
  readonly isLocal: boolean;
  readonly runsHere: boolean;
  readonly url: string;
}

class GatewayStream implements Witness {
  readonly kind = WITNESS;
  readonly #options: GatewayStreamOptions;
  readonly #isRunning: () => Promise<boolean>;
  readonly #frames = new StreamFrames();
  readonly #outbox = new Outbox();
  readonly #sequence = new SequenceWatch();
  readonly #missed: MissedMessages;
  readonly #backOff: BackOff;
  readonly #news: Nudge;
  #connection: OpenConnection | undefined;
  #hello: HelloFacts | undefined;
  /** Address of a gateway whose conversations are not written on this machine. */
  #elsewhere: string | undefined;
  #problem: Problem | undefined;
  #refusedAddress: string | undefined;
  #refusedUntil = 0;
  #isStopping = false;
  #isDisposed = false;
  #openedAt = 0;
  #lastFrameAt = 0;
  #lastMessageAt: number | undefined;
  #timer: Disposable | undefined;

  constructor(options: GatewayStreamOptions) {
    this.#options = options;
    this.#isRunning = options.isRunning ?? runningProbe(options);
    this.#backOff = new BackOff(options.random);
    this.#news = new Nudge(options.clock, NEWS_PACE, () => options.onNews?.());
    this.#missed = new MissedMessages((payload) => this.#take(this.#frames.stored(payload, options.clock.now())));
    this.#attemptIn(0);
  }

  get status(): WitnessStatus {
    const state = this.#connection !== undefined ? 'listening' : this.#problem === undefined ? 'waiting' : 'blocked';
    return {
      kind: WITNESS,
      state,
      ...(state === 'blocked' && this.#problem !== undefined ? { problem: this.#problem } : {}),
      ...(this.#lastMessageAt === undefined ? {} : { lastMessageAt: this.#lastMessageAt }),
    };
  }

  collect(): WitnessBatch {
    const now = this.#options.clock.now();
    this.#take(this.#frames.settle(now));
    return this.#outbox.collect(now);
  }

  committed(): void {
    this.#outbox.committed();
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#timer?.[Symbol.dispose]();
    this.#news[Symbol.dispose]();
    this.#connection?.[Symbol.dispose]();
    this.#connection = undefined;
  }

  #attemptIn(delayMs: number): void {
    this.#timer?.[Symbol.dispose]();
    if (this.#isDisposed) return;
    this.#timer = this.#options.clock.schedule(delayMs, () => {
      this.#attempt().catch((error: unknown) => this.#failed(error));
    });
  }

  async #attempt(): Promise<void> {
    const { root, env, home, override, clock } = this.#options;
    const address = gatewayAddress(root, env, home, override);
    const isLocal = isLoopbackUrl(address.url);
    const runsHere = await this.#isRunning();
    if (isLocal && !runsHere) {
      this.#problem = undefined;
      this.#refusedAddress = undefined;
      this.#attemptIn(this.#backOff.next(LONGEST_WAIT_FOR_START_MS));
      return;
    }
    if (this.#isDisposed) return;
    if (this.#refusedAddress === JSON.stringify(address) && clock.monotonic() < this.#refusedUntil) {
      this.#attemptIn(this.#backOff.next(LONGEST_WAIT_MS));
      return;
    }
    await this.#connect(address, isLocal, runsHere);
  }

  async #connect(address: GatewayAddress, isLocal: boolean, runsHere: boolean): Promise<void> {
    const { root, env, home = homedir(), identity, clock, override, version, mayTrust } = this.#options;
    try {
      const connection = await connectToGateway({
        address,
        remote: override?.url !== undefined,
        identity,
        gateway: isLocal ? root : address.url,
        name: { displayName: `Clawback recorder on ${hostname().slice(0, 40)} ${identity.deviceId.slice(0, 8)}`, version: version ?? '0' },
        scopes: ['operator.read'],
        clock,
        mayTrust: mayTrust ?? ((ends) => isTrustedPeer(root, ends, { env, home })),
        onHello: (hello) => this.#greeted(hello, { isLocal, runsHere, url: address.url }),
        onEvent: (event) => this.#event(event),
        onEnd: (end) => this.#ended(end),
      });
      this.#opened(connection, isLocal);
    } catch (error) {
      const code = error instanceof CoreError ? problemOf(error)?.code : undefined;
      if (code === 'auth-refused' || code === 'protocol-mismatch') {
        this.#refusedAddress = JSON.stringify(address);
        this.#refusedUntil = clock.monotonic() + REFUSED_WAIT_MS;
      }
      throw error;
    }
  }

  /** Before the first event of the connection. */
  #greeted(hello: HelloFacts, { isLocal, runsHere, url }: Answering): void {
    const isOurs = servesRoot(hello, this.#options.root);
    if (isLocal && !isOurs) return;
    // Its own files are compared with what it says where a gateway of theirs runs on this machine, whatever the address.
    this.#elsewhere = isLocal || (isOurs && runsHere && isThisMachine(hello)) ? undefined : url;
    const at = this.#options.clock.now();
    const { isNew, replaced } = this.#sequence.begin(hello);
    this.#frames.begin(hello, (key) => (this.#elsewhere === undefined ? this.#options.keys.byKey(key)?.agent : undefined));
    this.#hello = hello;
    this.#isStopping = false;
    this.#lastFrameAt = this.#options.clock.monotonic();
    // Another process answers than the one that we listened to: that one ended, and nobody saw how.
    if (replaced) this.#note({ witness: WITNESS, at, event: 'gateway-ended', clean: undefined });
    if (isNew) {
      const { version, instance, startedAt } = hello;
      const facts = {
        ...(version === undefined ? {} : { version }),
        ...(instance === undefined ? {} : { instance }),
        ...(startedAt === undefined ? {} : { startedAt }),
      };
      this.#note({ witness: WITNESS, at, event: 'gateway-up', ...facts });
    }
  }

  #opened(connection: OpenConnection, isLocal: boolean): void {
    if (this.#isDisposed) {
      connection[Symbol.dispose]();
      return;
    }
    if (isLocal && !servesRoot(connection.hello, this.#options.root)) {
      // The gateway of another profile has the port.
      connection[Symbol.dispose]();
      this.#problem = undefined;
      this.#attemptIn(this.#backOff.next(LONGEST_WAIT_MS));
      return;
    }
    // It ended at once; the next attempt is under way.
    if (this.#hello === undefined) return;
    this.#connection = connection;
    this.#openedAt = this.#options.clock.monotonic();
    this.#problem = undefined;
    this.#refusedAddress = undefined;
    this.#options.log.log('info', 'gateway-stream-listening', { sourceId: this.#options.sourceId, protocol: connection.hello.protocol });
    if (connection.hello.protocol === 4) {
      this.#subscribe(connection).catch((error: unknown) => this.#warn('gateway-subscribe-failed', error));
    }
    this.#watchSilence();
  }

  async #subscribe(connection: OpenConnection): Promise<void> {
    await connection.request('sessions.subscribe', {}, SUBSCRIBE_TIMEOUT_MS);
    await this.#missed.catchUp(connection);
  }

  #event({ event, payload, seq }: GatewayEvent): void {
    const { clock } = this.#options;
    if (this.#hello === undefined) return;
    this.#lastFrameAt = clock.monotonic();
    const at = clock.now();
    const gap = seq === undefined ? 0 : this.#sequence.next(seq);
    if (gap > 0) {
      this.#outbox.note({ witness: WITNESS, at, event: 'missed', frames: gap });
      this.#missed.askForAll();
    }
    if (event === 'shutdown') this.#isStopping = true;
    else this.#take(this.#frames.read(event, payload, at));
  }

  #take({ messages, events, cut }: FrameOutcome): void {
    const told = this.#elsewhere === undefined ? { messages, events } : namedFor(this.#elsewhere, { messages, events });
    for (const message of told.messages) this.#outbox.put(message);
    for (const event of told.events) this.#outbox.note(event);
    for (const message of messages) {
      this.#lastMessageAt = Math.max(this.#lastMessageAt ?? 0, message.at);
      this.#missed.saw(message);
    }
    if (events.length > 0 || messages.some(({ phase }) => phase !== 'partial')) this.#news.soon();
    for (const message of cut) this.#missed.askFor(message);
    for (const event of events) if (event.event === 'run-ended') this.#missed.turnEnded(event.sessionKey);
    const connection = this.#connection;
    if (connection?.hello.protocol === 4 && this.#missed.isWaiting) {
      this.#missed.catchUp(connection).catch((error: unknown) => this.#warn('gateway-fetch-failed', error));
    }
  }

  #ended({ code }: ConnectionEnd): void {
    const at = this.#options.clock.now();
    const clean = this.#isStopping || code === 1012 ? true : code === 1006 ? false : undefined;
    this.#connection = undefined;
    if (this.#hello !== undefined && clean !== undefined) {
      this.#note({ witness: WITNESS, at, event: 'gateway-ended', clean, closeCode: code });
      this.#sequence.forget();
      this.#options.onNews?.();
    }
    this.#hello = undefined;
    // One that takes us in and throws us out is not to be pressed.
    if (this.#options.clock.monotonic() - this.#openedAt >= STEADY_MS) this.#backOff.reset();
    this.#missed.askForAll();
    this.#options.log.log('info', 'gateway-stream-ended', { sourceId: this.#options.sourceId, code });
    this.#attemptIn(this.#backOff.next(LONGEST_WAIT_MS));
  }

  /** Of the gateway itself. One on another machine says nothing of what happens on this one. */
  #note(event: WitnessEvent): void {
    if (this.#elsewhere === undefined) this.#outbox.note(event);
  }

  /** A gateway that hangs answers nothing and closes nothing. */
  #watchSilence(): void {
    const { clock } = this.#options;
    const limitMs = (this.#hello?.tickMs ?? LONGEST_WAIT_MS) * SILENT_TICKS;
    this.#timer?.[Symbol.dispose]();
    this.#timer = clock.schedule(Math.max(0, this.#lastFrameAt + limitMs - clock.monotonic()), () => {
      if (this.#connection === undefined) return;
      if (clock.monotonic() - this.#lastFrameAt < limitMs) {
        this.#watchSilence();
        return;
      }
      this.#connection[Symbol.dispose]();
      this.#ended({ code: 1000, reason: 'silent' });
    });
  }

  #failed(error: unknown): void {
    if (this.#isDisposed) return;
    const problem = error instanceof CoreError ? problemOf(error) : undefined;
    if (problem !== undefined && problem.code !== this.#problem?.code) {
      this.#options.log.log('warn', 'gateway-stream-blocked', { sourceId: this.#options.sourceId, code: problem.code });
    }
    if (!(error instanceof CoreError)) this.#warn('gateway-stream-failed', error);
    this.#problem = problem;
    this.#attemptIn(this.#backOff.next(LONGEST_WAIT_MS));
  }

  #warn(event: string, error: unknown): void {
    const code = error instanceof CoreError ? error.code : String(error);
    if (!this.#isDisposed) this.#options.log.log('warn', event, { sourceId: this.#options.sourceId, code });
  }
}

/** By its lock; a gateway without one by its port. A port that another profile's gateway holds is none of ours. */
function runningProbe({ root, env, home }: GatewayStreamOptions): () => Promise<boolean> {
  const probe = createGatewayProbe({ env, homedir: home ?? homedir() });
  return async () => (await probe.state(root)) === 'running';
}
