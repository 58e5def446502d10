import { createHash, createPublicKey, verify } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';

/** What a client asked. `connect` is answered here; the rest by `answers`. */
export interface AskedRequest {
  readonly method: string;
  readonly params: Record<string, unknown>;
}

export interface Refusal {
  readonly code: string;
  readonly message?: string;
  readonly details?: Record<string, unknown>;
  /** The close that follows. */
  readonly closeCode?: number;
}

/** A gateway of the test's own on a free port of loopback; it checks the handshake as a real one does. */
export interface FakeGateway extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly requests: readonly AskedRequest[];
  /** Headers of the upgrade requests, oldest first. */
  readonly upgrades: readonly IncomingMessage[];
  readonly connected: number;
  /** Of every greeting that came; the next ones are answered as set here. */
  hello: Record<string, unknown>;
  refuse: ((params: Record<string, unknown>) => Refusal | undefined) | undefined;
  /** No answer to a greeting. */
  isMute: boolean;
  readonly answers: Map<string, (params: Record<string, unknown>) => unknown>;
  send(event: string, payload: unknown, seq?: number): void;
  sendRaw(text: string): void;
  close(code: number, reason?: string): void;
  /** Breaks every connection off. */
  drop(): void;
}

export const hello = (protocol: 3 | 4, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  type: 'hello-ok',
  protocol,
  server: { version: protocol === 3 ? '2026.3.13' : '2026.9.6', ...(protocol === 4 ? { bootId: 'boot-1' } : {}) },
  features: { methods: ['health'], events: [] },
  snapshot: { uptimeMs: 1000, sessionDefaults: { defaultAgentId: 'main', mainKey: 'main', mainSessionKey: 'agent:main:main' } },
  auth: { role: 'operator', scopes: ['operator.read'] },
  policy: { tickIntervalMs: 30_000 },
  ...more,
});

const NONCE = 'nonce-of-the-test';

export async function fakeGateway(): Promise<FakeGateway> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await new Promise<void>((resolve) => server.once('listening', () => resolve()));
  const address = server.address();
  if (typeof address === 'string' || address === null) throw new Error('no port');
  const requests: AskedRequest[] = [];
  const upgrades: IncomingMessage[] = [];
  const greeted = new Set<WebSocket>();
  const toAll = (text: string) => {
    for (const socket of greeted) socket.send(text);
  };
  const gateway: FakeGateway = {
    port: address.port,
    url: `ws://127.0.0.1:${address.port}`,
    requests,
    upgrades,
    get connected() {
      return greeted.size;
    },
    hello: hello(3),
    refuse: undefined,
    isMute: false,
    answers: new Map(),
    send: (event, payload, seq) => toAll(JSON.stringify({ type: 'event', event, payload, seq })),
    sendRaw: toAll,
    close: (code, reason) => {
      for (const socket of greeted) socket.close(code, reason);
    },
    drop: () => {
      for (const socket of server.clients) socket.terminate();
    },
    async [Symbol.asyncDispose]() {
      gateway.drop();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  server.on('connection', (socket, request) => {
    upgrades.push(request);
    socket.on('close', () => greeted.delete(socket));
    socket.on('message', (data) => {
      const { id, method, params } = JSON.parse(data.toString()) as AskedRequest & { id: string };
      requests.push({ method, params });
      const answer = (body: object) => socket.send(JSON.stringify({ type: 'res', id, ...body }));
      if (method !== 'connect') {
        const known = gateway.answers.get(method);
        if (known === undefined) answer({ ok: false, error: { code: 'INVALID_REQUEST', message: `unknown method: ${method}` } });
        else {
          // What an answer throws is what the gateway says went wrong.
          const failed = (error: Error) => answer({ ok: false, error: { code: 'UNAVAILABLE', message: error.message } });
          Promise.resolve()
            .then(() => known(params))
            .then((payload) => answer({ ok: true, payload }), failed);
        }
        return;
      }
      if (gateway.isMute) return;
      const refusal = isSigned(params)
        ? gateway.refuse?.(params)
        : { code: 'INVALID_REQUEST', details: { code: 'DEVICE_AUTH_SIGNATURE_INVALID' } };
      if (refusal === undefined) {
        greeted.add(socket);
        answer({ ok: true, payload: gateway.hello });
        return;
      }
      const { closeCode = 1008, ...error } = refusal;
      answer({ ok: false, error });
      socket.close(closeCode);
    });
    socket.send(JSON.stringify({ type: 'event', event: 'connect.challenge', payload: { nonce: NONCE, ts: 1_795_345_132_305 } }));
  });
  return gateway;
}

/** As 2026.3.13 checks it (`buildDeviceAuthPayloadV3`), with the time of the challenge. */
function isSigned(params: Record<string, unknown>): boolean {
  const { client, role, scopes, auth, device } = params as {
    client: Record<string, string>;
    role: string;
    scopes: string[];
    auth?: { token?: string };
    device: { id: string; publicKey: string; signature: string; signedAt: number; nonce: string };
  };
  const raw = Buffer.from(device.publicKey, 'base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: device.publicKey }, format: 'jwk' });
  const fields = ['v3', device.id, client.id, client.mode, role, scopes.join(','), device.signedAt, auth?.token ?? '', NONCE];
  const text = [...fields, client.platform?.toLowerCase(), ''].join('|');
  return (
    device.id === createHash('sha256').update(raw).digest('hex') &&
    device.nonce === NONCE &&
    verify(null, Buffer.from(text), key, Buffer.from(device.signature, 'base64url'))
  );
}
