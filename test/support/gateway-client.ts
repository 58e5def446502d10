import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';

/** A `chat` event that ends a run: `final`, `error` or `aborted`. */
export interface ChatEnd {
  readonly runId: string;
  readonly sessionKey: string;
  readonly state: string;
  readonly errorMessage?: string;
  readonly message?: unknown;
}

/** An operator of a gateway, protocols 3 and 4, as far as the tests need one. */
export interface GatewayClient extends Disposable {
  /** Rejects with the gateway's error message, or when the connection ends. */
  request(method: string, params: object, timeoutMs?: number): Promise<Record<string, unknown>>;
  /** Sends without waiting for the answer; the id of the run that was started. */
  send(message: string, sessionKey?: string): Promise<string>;
  /** Waits for the end of a run, also of one that has ended already. */
  waitForFinal(runId: string, timeoutMs?: number): Promise<ChatEnd>;
  /** `send` and `waitForFinal`. */
  chat(message: string, sessionKey?: string, timeoutMs?: number): Promise<ChatEnd>;
  /** Waits for the first text of a run. */
  waitForText(runId: string, timeoutMs?: number): Promise<void>;
}

interface Frame {
  readonly type: 'event' | 'res';
  readonly id?: string;
  readonly ok?: boolean;
  readonly event?: string;
  readonly payload?: Record<string, unknown>;
  readonly error?: { readonly message?: string };
}

interface Pending<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

const scopes = ['operator.admin', 'operator.read', 'operator.write'];
// Ids and modes are enums of the protocol; webchat ones are refused mutations.
const client = { id: 'gateway-client', version: '0.0.1', platform: 'linux', mode: 'ui', displayName: 'clawback-test' };

/** Connects and shakes hands; a device with the shared token is paired without asking on loopback. */
export async function connectGateway(url: string, token: string): Promise<GatewayClient> {
  const socket = new WebSocket(url);
  const answers = new Map<string, Pending<Record<string, unknown>>>();
  const ends = new Map<string, ChatEnd>();
  const spoke = new Set<string>();
  const listeners = new Set<() => void>();
  let closed: Error | undefined;

  const call = (method: string, params: object, timeoutMs = 30_000) =>
    new Promise<Record<string, unknown>>((resolve, reject) => {
      if (closed !== undefined) return reject(closed);
      const id = randomUUID();
      const timer = setTimeout(() => settle(() => reject(new Error(`${method}: no answer within ${timeoutMs} ms`))), timeoutMs);
      const settle = (act: () => void) => {
        clearTimeout(timer);
        answers.delete(id);
        act();
      };
      answers.set(id, { resolve: (value) => settle(() => resolve(value)), reject: (error) => settle(() => reject(error)) });
      socket.send(JSON.stringify({ type: 'req', id, method, params }));
    });

  const until = <T>(what: string, look: () => T | undefined, timeoutMs: number) =>
    new Promise<T>((resolve, reject) => {
      const check = () => {
        const found = look();
        if (found !== undefined) settle(() => resolve(found));
        else if (closed !== undefined) settle(() => reject(closed ?? new Error(what)));
      };
      const settle = (act: () => void) => {
        clearTimeout(timer);
        listeners.delete(check);
        act();
      };
      const timer = setTimeout(() => settle(() => reject(new Error(`${what} within ${timeoutMs} ms`))), timeoutMs);
      listeners.add(check);
      check();
    });

  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('error', () => reject(new Error(`cannot connect to ${url}`)));
    socket.addEventListener('close', (event) => {
      closed = new Error(`connection closed ${event.code} ${event.reason}`);
      for (const answer of [...answers.values()]) answer.reject(closed);
      for (const listener of [...listeners]) listener();
      reject(closed);
    });
    socket.addEventListener('message', (event) => {
      const frame: Frame = JSON.parse(String(event.data));
      if (frame.event === 'connect.challenge') {
        call('connect', connectParams(token, String(frame.payload?.nonce))).then(() => resolve(), reject);
      } else if (frame.type === 'res') {
        const answer = answers.get(frame.id ?? '');
        if (frame.ok === true) answer?.resolve(frame.payload ?? {});
        else answer?.reject(new Error(frame.error?.message ?? 'refused'));
      } else if (frame.event === 'chat') {
        const end = frame.payload as unknown as ChatEnd;
        if (end.state === 'delta') spoke.add(end.runId);
        else if (end.state !== 'status') ends.set(end.runId, end);
        for (const listener of [...listeners]) listener();
      }
    });
  });

  const send = async (message: string, sessionKey = 'main') => {
    const runId = randomUUID();
    await call('chat.send', { sessionKey, message, idempotencyKey: runId });
    return runId;
  };
  const waitForFinal = (runId: string, timeoutMs = 60_000) => until(`no end of run ${runId}`, () => ends.get(runId), timeoutMs);
  return {
    request: call,
    send,
    waitForFinal,
    chat: async (message, sessionKey, timeoutMs) => waitForFinal(await send(message, sessionKey), timeoutMs),
    waitForText: async (runId, timeoutMs = 30_000) => {
      await until(`no text of run ${runId}`, () => (spoke.has(runId) ? true : undefined), timeoutMs);
    },
    [Symbol.dispose]: () => socket.close(),
  };
}

/** The signed text of a version 3 device signature is these fields joined by bars; the last is the empty device family. */
function connectParams(token: string, nonce: string): object {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(12);
  const id = createHash('sha256').update(raw).digest('hex');
  const signedAt = Date.now();
  const signed = ['v3', id, client.id, client.mode, 'operator', scopes.join(','), String(signedAt), token, nonce, client.platform, ''].join(
    '|',
  );
  const signature = sign(null, Buffer.from(signed), privateKey).toString('base64url');
  return {
    minProtocol: 3,
    maxProtocol: 4,
    client,
    role: 'operator',
    scopes,
    caps: [],
    auth: { token },
    device: { id, publicKey: raw.toString('base64url'), signature, signedAt, nonce },
  };
}
