import { isObject, type JsonObject, stringOf } from '../sources/json-value.ts';
import type { DeviceIdentity } from './device-identity.ts';
import type { GatewayHello, GatewayScope } from './gateway.ts';

/** Who we say we are. `displayName` is unique: 2026.9 drops silent pairings of the same id, mode and name. */
export interface ClientName {
  readonly displayName: string;
  readonly version: string;
}

export type Credential = { readonly token: string } | { readonly password: string } | undefined;

/** `hello-ok`, as far as it is of use. */
export interface HelloFacts extends GatewayHello {
  /** The state directory that the gateway serves. */
  readonly stateDir?: string;
  /** Its machine's address on its network. */
  readonly machine?: string;
  /** Names its process, since some version between 2026.6.11 and 2026.9.6. */
  readonly bootId?: string;
  /** When its process started, by its own uptime; epoch ms, a second more or less. */
  readonly startedAt?: number;
  readonly defaultAgent: string;
  readonly mainKey: string;
  readonly mainSessionKey: string;
  readonly tickMs: number;
  readonly deviceToken?: { readonly token: string; readonly scopes: readonly string[] };
}

/** Ids and modes are closed sets of the protocol; a web page's would be refused what a recorder needs. */
const CLIENT_ID = 'gateway-client';
const CLIENT_MODE = 'ui';
const ROLE = 'operator';
const TICK_MS = 30_000;

/**
 * Parameters of `connect`, protocols 3 and 4. What is signed are these fields joined by bars; the device family at the end is
 * empty. Platform and family are pinned by the first pairing.
 */
export function connectParams(input: {
  readonly identity: DeviceIdentity;
  readonly name: ClientName;
  readonly scopes: readonly GatewayScope[];
  readonly credential: Credential;
  readonly nonce: string;
  readonly signedAt: number;
  readonly platform: string;
}): object {
  const { identity, name, scopes, credential, nonce, signedAt, platform } = input;
  const token = credential !== undefined && 'token' in credential ? credential.token : '';
  const signed = [
    'v3',
    identity.deviceId,
    CLIENT_ID,
    CLIENT_MODE,
    ROLE,
    scopes.join(','),
    signedAt,
    token,
    nonce,
    platform.toLowerCase(),
    '',
  ];
  return {
    minProtocol: 3,
    maxProtocol: 4,
    client: { id: CLIENT_ID, version: name.version, platform, mode: CLIENT_MODE, displayName: name.displayName },
    role: ROLE,
    scopes,
    caps: [],
    ...(credential === undefined ? {} : { auth: credential }),
    device: { id: identity.deviceId, publicKey: identity.publicKey, signature: identity.sign(signed.join('|')), signedAt, nonce },
  };
}

/** `undefined` for an answer that no gateway of protocol 3 or 4 gives. */
export function readHello(payload: unknown, now: number): HelloFacts | undefined {
  if (!isObject(payload) || payload.type !== 'hello-ok') return undefined;
  const { protocol } = payload;
  if (protocol !== 3 && protocol !== 4) return undefined;
  const server = objectOf(payload.server);
  const snapshot = objectOf(payload.snapshot);
  const defaults = objectOf(snapshot.sessionDefaults);
  const version = stringOf(server.version);
  const startedAt = typeof snapshot.uptimeMs === 'number' && snapshot.uptimeMs >= 0 ? Math.round(now - snapshot.uptimeMs) : undefined;
  const bootId = stringOf(server.bootId);
  const instance = bootId ?? startedAt?.toString();
  const stateDir = stringOf(snapshot.stateDir);
  const machine = machineOf(snapshot.presence);
  const defaultAgent = stringOf(defaults.defaultAgentId)?.toLowerCase() ?? 'main';
  const mainKey = stringOf(defaults.mainKey)?.toLowerCase() ?? 'main';
  const tickMs = objectOf(payload.policy).tickIntervalMs;
  const deviceToken = deviceTokenOf(objectOf(payload.auth));
  return {
    protocol,
    methods: textsOf(objectOf(payload.features).methods),
    ...(version === undefined ? {} : { version }),
    ...(instance === undefined ? {} : { instance }),
    ...(bootId === undefined ? {} : { bootId }),
    ...(stateDir === undefined ? {} : { stateDir }),
    ...(machine === undefined ? {} : { machine }),
    ...(startedAt === undefined ? {} : { startedAt }),
    defaultAgent,
    mainKey,
    mainSessionKey: stringOf(defaults.mainSessionKey)?.toLowerCase() ?? `agent:${defaultAgent}:${mainKey}`,
    tickMs: typeof tickMs === 'number' && tickMs >= 1000 && tickMs <= 600_000 ? tickMs : TICK_MS,
    ...(deviceToken === undefined ? {} : { deviceToken }),
  };
}

/** Each who is present says where it is; the gateway is there first of all. */
function machineOf(presence: unknown): string | undefined {
  const self = (Array.isArray(presence) ? presence : []).find((one) => isObject(one) && one.mode === 'gateway' && one.reason === 'self');
  return stringOf(objectOf(self).ip);
}

/** The gateway's own code of a refusal; the more exact one of `details` where there is one. */
export function refusalCode(error: unknown): string {
  const refusal = objectOf(error);
  const details = objectOf(refusal.details);
  if (details.expectedProtocol !== undefined) return 'PROTOCOL_MISMATCH';
  return stringOf(details.code) ?? stringOf(refusal.code) ?? 'UNKNOWN';
}

function deviceTokenOf(auth: JsonObject): HelloFacts['deviceToken'] {
  const token = stringOf(auth.deviceToken);
  return token === undefined || token === '' ? undefined : { token, scopes: textsOf(auth.scopes) };
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}

function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}
