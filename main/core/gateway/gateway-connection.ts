import type { Clock } from '../platform/clock.ts';
import { CoreError } from '../platform/errors.ts';
import type { ConnectionEnds } from '../platform/peer-owner.ts';
import { isObject, type JsonObject, stringOf } from '../sources/json-value.ts';
import type { DeviceIdentity } from './device-identity.ts';
import type { GatewayAddress, GatewayConnection, GatewayScope } from './gateway.ts';
import { type GatewaySocket, openSocket } from './gateway-socket.ts';
import { type ClientName, type Credential, connectParams, type HelloFacts, readHello, refusalCode } from './handshake.ts';

/** An event of the gateway. `seq` counts what it sent to everybody, one by one; what it sent to us alone has none. */
export interface GatewayEvent {
  readonly event: string;
  readonly payload: unknown;
  readonly seq?: number;
}

export interface ConnectionEnd {
  /** 1006: it broke off. 1012: the gateway announced its end. */
  readonly code: number;
  readonly reason: string;
}

export interface ConnectOptions {
  readonly address: GatewayAddress;
  /** Allows an address that is not on this machine: the person entered it. */
  readonly remote?: boolean;
  readonly identity: DeviceIdentity;
  /** Under which name the device token of this gateway is kept; without one none is used or kept, only the shared secret. */
  readonly gateway?: string;
  readonly name: ClientName;
  readonly scopes: readonly GatewayScope[];
  readonly clock: Clock;
  /** Whether who answers on this machine may be shown a secret; default: whoever it is. */
  readonly mayTrust?: (ends: ConnectionEnds) => boolean;
  /** Before the first event; the promise may resolve after it. */
  readonly onHello?: (hello: HelloFacts) => void;
  readonly onEvent?: (event: GatewayEvent) => void;
  /** After `hello-ok`, once; not for an end of our own making. */
  readonly onEnd?: (end: ConnectionEnd) => void;
}

export interface OpenConnection extends GatewayConnection {
  readonly hello: HelloFacts;
}

interface Pending {
  resolve(payload: unknown): void;
  reject(error: CoreError): void;
}

const HANDSHAKE_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const MESSAGE_LIMIT = 200;
/** A `hint` of ours among the gateway's codes. */
export const FOREIGN_PEER = 'CLAWBACK_FOREIGN_PEER';
/** What a gateway answers to a device token that it no longer takes, or that is for less than we ask. */
const STALE_TOKEN = /^AUTH_(?!RATE_LIMITED)|^DEVICE_AUTH_|^NOT_PAIRED$|^PAIRING_REQUIRED$/;

/**
 * Opens a connection and shakes hands: with the token that this device was given, else with the shared secret. Rejects with
 * CoreError `gateway-gone` (nobody there, or gone meanwhile), `gateway-refused` (its code in `hint`), `timeout`, `refused`
 * (an address that is not allowed), `unreadable` (no secret to show).
 */
export async function connectToGateway(options: ConnectOptions): Promise<OpenConnection> {
  const { identity, gateway, scopes, address } = options;
  const own = gateway === undefined ? undefined : identity.token(gateway, scopes);
  if (gateway !== undefined && own !== undefined) {
    try {
      return await shakeHands(options, { token: own });
    } catch (error) {
      if (!(error instanceof CoreError) || error.code !== 'gateway-refused' || !STALE_TOKEN.test(error.hint)) throw error;
      identity.forget(gateway);
    }
  }
  const { auth } = address;
  if (auth.mode === 'unreadable') throw new CoreError('unreadable', auth.reason, auth.hint);
  if (auth.mode === 'none') return await shakeHands(options, undefined);
  return await shakeHands(options, auth.mode === 'token' ? { token: auth.token } : { password: auth.password });
}

function shakeHands(options: ConnectOptions, credential: Credential): Promise<OpenConnection> {
  return new Promise((resolve, reject) => {
    const connection = new Connection(options, credential, { resolve, reject });
    connection.open();
  });
}

class Connection implements OpenConnection {
  readonly #options: ConnectOptions;
  readonly #credential: Credential;
  readonly #opening: { readonly resolve: (connection: OpenConnection) => void; readonly reject: (error: CoreError) => void };
  readonly #pending = new Map<string, Pending>();
  #socket: GatewaySocket | undefined;
  #hello: HelloFacts | undefined;
  #handshakeTimer: Disposable | undefined;
  #requests = 0;
  #isOver = false;

  constructor(
    options: ConnectOptions,
    credential: Credential,
    opening: { readonly resolve: (connection: OpenConnection) => void; readonly reject: (error: CoreError) => void },
  ) {
    this.#options = options;
    this.#credential = credential;
    this.#opening = opening;
  }

  open(): void {
    const { address, remote = false, clock } = this.#options;
    try {
      this.#socket = openSocket(address.url, remote, {
        onText: (text) => this.#receive(text),
        onClose: (end) => this.#closed(end),
      });
    } catch (error) {
      this.#opening.reject(error instanceof CoreError ? error : new CoreError('invalid', 'not an address', 'Check the address.', error));
      return;
    }
    this.#handshakeTimer = clock.schedule(HANDSHAKE_TIMEOUT_MS, () => {
      this.#fail(new CoreError('timeout', 'the gateway did not complete its greeting', 'It may be starting, or busy.'));
    });
  }

  get hello(): HelloFacts {
    if (this.#hello === undefined) throw new CoreError('bug', 'the gateway has not greeted yet', 'Please report this.');
    return this.#hello;
  }

  request(method: string, params: unknown, timeoutMs = REQUEST_TIMEOUT_MS): Promise<unknown> {
    if (this.#isOver) return Promise.reject(gone());
    this.#requests += 1;
    const id = `r${this.#requests}`;
    return new Promise((resolve, reject) => {
      const timer = this.#options.clock.schedule(timeoutMs, () => {
        if (this.#pending.delete(id)) reject(new CoreError('timeout', `${method}: no answer from the gateway`, 'Try again.'));
      });
      this.#pending.set(id, {
        resolve: (payload) => {
          timer[Symbol.dispose]();
          resolve(payload);
        },
        reject: (error) => {
          timer[Symbol.dispose]();
          reject(error);
        },
      });
      this.#socket?.send(JSON.stringify({ type: 'req', id, method, params }));
    });
  }

  [Symbol.dispose](): void {
    if (this.#isOver) return;
    this.#end(gone());
    this.#socket?.close();
  }

  #receive(text: string): void {
    if (this.#isOver) return;
    const frame = parseFrame(text);
    if (frame?.type === 'res') this.#answer(frame);
    else if (frame?.type === 'event') this.#event(frame);
  }

  #event(frame: JsonObject): void {
    const event = stringOf(frame.event);
    if (event === undefined) return;
    if (this.#hello === undefined) {
      if (event === 'connect.challenge') this.#greet(frame.payload);
      return;
    }
    const seq = Number.isSafeInteger(frame.seq) ? { seq: frame.seq as number } : {};
    this.#options.onEvent?.({ event, payload: frame.payload, ...seq });
  }

  #greet(challenge: unknown): void {
    const nonce = isObject(challenge) ? stringOf(challenge.nonce) : undefined;
    if (nonce === undefined || !isObject(challenge)) return;
    const { identity, name, scopes, clock, mayTrust } = this.#options;
    const ends = this.#socket?.ends;
    if (ends !== undefined && mayTrust?.(ends) === false) {
      this.#fail(new CoreError('gateway-refused', "another user's program answers at the gateway's port", FOREIGN_PEER));
      return;
    }
    // The gateway's own time, so that a clock that differs does not make the signature look old.
    const signedAt = Number.isSafeInteger(challenge.ts) ? (challenge.ts as number) : clock.now();
    const credential = this.#credential;
    const params = connectParams({ identity, name, scopes, credential, nonce, signedAt, platform: process.platform });
    this.request('connect', params, HANDSHAKE_TIMEOUT_MS).then(
      (payload) => this.#welcomed(payload),
      (error) => this.#fail(error instanceof CoreError ? error : gone()),
    );
  }

  #welcomed(payload: unknown): void {
    const { identity, gateway, clock } = this.#options;
    const hello = readHello(payload, clock.now());
    if (hello === undefined) {
      this.#fail(new CoreError('gateway-refused', 'the gateway speaks a protocol that Clawback does not know', 'PROTOCOL_MISMATCH'));
      return;
    }
    this.#handshakeTimer?.[Symbol.dispose]();
    this.#hello = hello;
    if (gateway !== undefined && hello.deviceToken !== undefined) identity.remember(gateway, hello.deviceToken);
    this.#options.onHello?.(hello);
    this.#opening.resolve(this);
  }

  #answer(frame: JsonObject): void {
    const id = stringOf(frame.id) ?? '';
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    if (frame.ok === true) pending.resolve(frame.payload);
    else pending.reject(refused(frame.error));
  }

  #closed({ code, reason, error }: ConnectionEnd & { readonly error?: string }): void {
    if (this.#isOver) return;
    const wasOpen = this.#hello !== undefined;
    const cause = error === undefined ? undefined : new Error(error);
    this.#end(code === 1002 && !wasOpen ? refused({ code: 'PROTOCOL_MISMATCH', message: reason }) : gone(cause));
    if (wasOpen) this.#options.onEnd?.({ code, reason });
  }

  #fail(error: CoreError): void {
    if (this.#isOver) return;
    this.#end(error);
    this.#socket?.terminate();
  }

  #end(error: CoreError): void {
    this.#isOver = true;
    this.#handshakeTimer?.[Symbol.dispose]();
    for (const pending of this.#pending.values()) pending.reject(error);
    this.#pending.clear();
    // Without effect once the greeting was answered.
    this.#opening.reject(error);
  }
}

function parseFrame(text: string): JsonObject | undefined {
  try {
    const frame: unknown = JSON.parse(text);
    return isObject(frame) ? frame : undefined;
  } catch {
    // What is no JSON is no frame; whoever listens on that port is not asked to make sense.
    return undefined;
  }
}

function gone(cause?: Error): CoreError {
  return new CoreError('gateway-gone', 'the gateway is not there', 'It may have stopped; Clawback tries again by itself.', cause);
}

function refused(error: unknown): CoreError {
  const message = isObject(error) ? stringOf(error.message) : undefined;
  return new CoreError(
    'gateway-refused',
    `the gateway refused: ${(message ?? 'no reason given').slice(0, MESSAGE_LIMIT)}`,
    refusalCode(error),
  );
}
