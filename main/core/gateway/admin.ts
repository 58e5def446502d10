import { homedir, hostname } from 'node:os';
import type { Clock } from '../platform/clock.ts';
import { CoreError } from '../platform/errors.ts';
import type { ConnectionEnds } from '../platform/peer-owner.ts';
import { unwrapUserText } from '../sources/envelope.ts';
import { isObject, type JsonObject, stringOf } from '../sources/json-value.ts';
import type { Environment } from '../sources/openclaw-home.ts';
import type { DeviceIdentity } from './device-identity.ts';
import { servesRoot } from './elsewhere.ts';
import { objectOf, textOf } from './frame-fields.ts';
import type { AdminSession, GatewayAdmin } from './gateway.ts';
import { type GatewayOverride, gatewayAddress } from './gateway-address.ts';
import { connectToGateway, type OpenConnection } from './gateway-connection.ts';
import { isTrustedPeer } from './trusted-peer.ts';

export interface GatewayAdminOptions {
  readonly env: Environment;
  readonly clock: Clock;
  /** The device for restores: `openDeviceIdentity(home, { purpose: 'restore' })`. */
  readonly identity: () => DeviceIdentity;
  readonly override?: (root: string) => GatewayOverride | undefined;
  readonly home?: string;
  readonly version?: string;
  /** Default: by whose program it is. */
  readonly mayTrust?: (ends: ConnectionEnds) => boolean;
}

const HISTORY_LIMIT = 1000;

/**
 * A connection that may change conversations, for one piece of work. It logs in with the shared secret each time: what the
 * device keeps is for listening alone.
 */
export function createGatewayAdmin(options: GatewayAdminOptions): GatewayAdmin {
  return {
    async withAdmin(root, work) {
      const { env, clock, home = homedir() } = options;
      const override = options.override?.(root);
      const identity = options.identity();
      const address = gatewayAddress(root, env, home, override);
      if (address.auth.mode === 'unreadable') throw new CoreError('gateway-refused', address.auth.reason, address.auth.hint);
      const connection = await connectToGateway({
        address,
        remote: override?.url !== undefined,
        identity,
        name: {
          displayName: `Clawback restore on ${hostname().slice(0, 40)} ${identity.deviceId.slice(0, 8)}`,
          version: options.version ?? '0',
        },
        scopes: ['operator.admin', 'operator.read'],
        clock,
        mayTrust: options.mayTrust ?? ((ends) => isTrustedPeer(root, ends, { env, home })),
      });
      try {
        if (!servesRoot(connection.hello, root)) throw anotherGateway();
        return await work(adminSession(connection));
      } finally {
        connection[Symbol.dispose]();
      }
    },
  };
}

function adminSession(connection: OpenConnection): AdminSession {
  /** Each of these may be asked twice; 2026.9.6 now and then says `Session patch failed unexpectedly. Retry the request.` */
  const ask = async (method: string, params: object): Promise<JsonObject> => {
    const asked = connection.request(method, params).catch((error: unknown) => {
      if (error instanceof CoreError && error.message.includes('Retry the request')) return connection.request(method, params);
      throw error;
    });
    return objectOf(await asked);
  };
  const listed = async (): Promise<readonly unknown[]> => {
    const { sessions } = await ask('sessions.list', {});
    if (!Array.isArray(sessions)) throw answerOf('sessions.list');
    return sessions;
  };
  return {
    hello: connection.hello,
    async createSession({ key, label }) {
      const { entry } = await ask('sessions.patch', { key, label });
      const sessionId = stringOf(objectOf(entry).sessionId);
      if (sessionId === undefined || sessionId === '') throw answerOf('sessions.patch');
      return { sessionId };
    },
    async refreshSession(key) {
      await ask('sessions.patch', { key });
    },
    async deleteSession(key) {
      await ask('sessions.delete', { key });
    },
    async history(key) {
      const { sessionId, messages } = await ask('chat.history', { sessionKey: key, limit: HISTORY_LIMIT });
      if (!Array.isArray(messages)) throw answerOf('chat.history');
      const id = stringOf(sessionId);
      return { ...(id === undefined ? {} : { sessionId: id }), messages: messages.filter(isObject).map(shown) };
    },
    async busySessions() {
      return (await listed()).filter((row) => isObject(row) && row.hasActiveRun === true).length;
    },
    async session(key) {
      const sessions = await listed();
      const row = sessions.find((candidate) => isObject(candidate) && candidate.key === key.toLowerCase());
      const sessionId = isObject(row) ? stringOf(row.sessionId) : undefined;
      if (!isObject(row) || sessionId === undefined) return undefined;
      return { sessionId, ...(typeof row.hasActiveRun === 'boolean' ? { hasActiveRun: row.hasActiveRun } : {}) };
    },
  };
}

function shown(message: JsonObject): { readonly role: string; readonly text: string } {
  const role = stringOf(message.role) ?? '';
  const text = textOf(message) ?? '';
  return { role, text: role === 'user' ? unwrapUserText(text).text : text };
}

function anotherGateway(): CoreError {
  return new CoreError(
    'gateway-refused',
    'the gateway that answers is that of another OpenClaw',
    'Stop OpenClaw and restore again, or save it as a file, which works at any time.',
  );
}

function answerOf(method: string): CoreError {
  return new CoreError('gateway-refused', `${method}: the gateway's answer is not what Clawback knows`, 'UNEXPECTED_ANSWER');
}
