/**
 * What Clawback asks of a running OpenClaw gateway, protocols 3 and 4. Facts: recorded frames of 2026.3.13, 2026.6.11 and
 * 2026.9.6 in test/fixtures.
 */

/** Where the gateway of a state directory listens and how it lets us in; read from its configuration and environment. */
export interface GatewayAddress {
  /** `ws://127.0.0.1:18789`; another host only when the person entered it. */
  readonly url: string;
  readonly auth:
    | { readonly mode: 'token'; readonly token: string }
    | { readonly mode: 'password'; readonly password: string }
    | { readonly mode: 'none' }
    /** E.g. a SecretRef that only OpenClaw can resolve. */
    | { readonly mode: 'unreadable'; readonly reason: string; readonly hint: string };
}

export type GatewayScope = 'operator.read' | 'operator.write' | 'operator.admin';

export interface GatewayHello {
  readonly protocol: 3 | 4;
  readonly version?: string;
  /** Changes with every gateway process: `server.bootId`, else connection facts. */
  readonly instance?: string;
  readonly methods: readonly string[];
}

/** One open connection after `hello-ok`. Requests reject with CoreError `gateway-refused` (the gateway's own code in `hint`), `gateway-gone`, `timeout`. */
export interface GatewayConnection extends Disposable {
  readonly hello: GatewayHello;
  request(method: string, params: unknown, timeoutMs?: number): Promise<unknown>;
}

/** For the moment of a restore alone: a connection with `operator.admin`, closed when the work is done. */
export interface GatewayAdmin {
  /** Rejects with CoreError `gateway-gone`, `gateway-refused`. */
  withAdmin<T>(root: string, work: (session: AdminSession) => Promise<T>): Promise<T>;
}

export interface AdminSession {
  readonly hello: GatewayHello;
  /** `sessions.patch`: makes the key when there is none. Resolves with the id that OpenClaw gave it. */
  createSession(input: { readonly key: string; readonly label: string }): Promise<{ readonly sessionId: string }>;
  /** `sessions.patch` of an existing key that changes nothing: OpenClaw dates it to now, so that the day's reset is not due on it. */
  refreshSession(key: string): Promise<void>;
  /** `sessions.delete`. OpenClaw keeps the file as `.deleted.<time>`. */
  deleteSession(key: string): Promise<void>;
  /** `chat.history`, at most 1000: what OpenClaw shows of the conversation. */
  history(
    key: string,
  ): Promise<{ readonly sessionId?: string; readonly messages: readonly { readonly role: string; readonly text: string }[] }>;
  /** Of `sessions.list`: how many answer somebody now, where the gateway says so (protocol 4). */
  busySessions(): Promise<number>;
  /** `sessions.list` row of the key; `hasActiveRun` where the gateway says so (protocol 4). */
  session(key: string): Promise<{ readonly sessionId: string; readonly hasActiveRun?: boolean } | undefined>;
}
