import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { join } from 'node:path';
import { type Clock, systemClock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { silentLogger } from '../platform/logger.ts';
import { readPrivateFile, setAside, writePrivateFile } from '../platform/private-file.ts';
import { isObject, stringOf } from '../sources/json-value.ts';
import type { GatewayScope } from './gateway.ts';
import { openBox, type SecretBox } from './secret-box.ts';

/** What a gateway gave this device when it was paired. */
export interface DeviceToken {
  readonly token: string;
  readonly scopes: readonly string[];
}

/**
 * Clawback as a device that gateways know: an Ed25519 key of its own and the token that each gateway gave it. The key never
 * leaves this object.
 */
export interface DeviceIdentity {
  /** SHA-256 of the raw public key, hex. */
  readonly deviceId: string;
  /** Raw 32 bytes, base64url. */
  readonly publicKey: string;
  /** base64url. */
  sign(text: string): string;
  /** `gateway`: what tells gateways apart, e.g. the state directory. */
  token(gateway: string, scopes: readonly GatewayScope[]): string | undefined;
  remember(gateway: string, token: DeviceToken): void;
  forget(gateway: string): void;
}

export interface DeviceIdentityOptions {
  /** A device of its own for restores: 2026.6.11 lets a new one have any rights, and a known one not more than it asked for first. */
  readonly purpose?: 'restore';
  readonly box?: SecretBox;
  readonly clock?: Clock;
  readonly log?: Logger;
}

interface Secrets {
  readonly privateKey: KeyObject;
  readonly tokens: Map<string, DeviceToken>;
}

const RAW_KEY_BYTES = 32;

/** One file for each box: a program without the system's safe storage must not set aside what the app keeps there. */
function fileName(box: SecretBox, purpose: DeviceIdentityOptions['purpose']): string {
  const stem = purpose === undefined ? 'device' : `device-${purpose}`;
  return box.kind === openBox.kind ? `${stem}.json` : `${stem}.${box.kind}.json`;
}

/**
 * The identity kept in `<home>/device.json` (0600; `device.<box>.json` for a box of its own), made when there is none. One that cannot be read is set aside and
 * replaced: the gateway pairs the new one. Throws system errors when the file can be neither read nor written.
 */
export function openDeviceIdentity(home: string, options: DeviceIdentityOptions = {}): DeviceIdentity {
  const box = options.box ?? openBox;
  const path = join(home, fileName(box, options.purpose));
  const stored = readPrivateFile(path);
  const known = stored === undefined ? undefined : readSecrets(stored, box);
  if (stored !== undefined && known === undefined) {
    setAside(path, (options.clock ?? systemClock).now());
    (options.log ?? silentLogger).log('warn', 'device-identity-damaged', { path });
  }
  const secrets = known ?? { privateKey: generateKeyPairSync('ed25519').privateKey, tokens: new Map<string, DeviceToken>() };
  const save = (): void => writePrivateFile(path, `${JSON.stringify(sealed(secrets, box))}\n`);
  if (known === undefined) save();

  const raw = rawPublicKey(secrets.privateKey);
  return {
    deviceId: createHash('sha256').update(raw).digest('hex'),
    publicKey: raw.toString('base64url'),
    sign: (text) => sign(null, Buffer.from(text), secrets.privateKey).toString('base64url'),
    token(gateway, scopes) {
      const found = secrets.tokens.get(gateway);
      return found !== undefined && scopes.every((scope) => found.scopes.includes(scope)) ? found.token : undefined;
    },
    remember(gateway, token) {
      const before = secrets.tokens.get(gateway);
      if (before?.token === token.token && before.scopes.join() === token.scopes.join()) return;
      secrets.tokens.set(gateway, token);
      save();
    },
    forget(gateway) {
      if (secrets.tokens.delete(gateway)) save();
    },
  };
}

function sealed({ privateKey, tokens }: Secrets, box: SecretBox): object {
  const key = privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64');
  const plain = Buffer.from(JSON.stringify({ key, tokens: Object.fromEntries(tokens) }));
  return { version: 1, box: box.kind, secrets: Buffer.from(box.seal(plain)).toString('base64') };
}

/** `undefined` for anything but a whole file of this box. */
function readSecrets(stored: string, box: SecretBox): Secrets | undefined {
  try {
    const file: unknown = JSON.parse(stored);
    const bytes = isObject(file) && file.box === box.kind ? stringOf(file.secrets) : undefined;
    if (bytes === undefined) return undefined;
    const plain: unknown = JSON.parse(Buffer.from(box.open(Buffer.from(bytes, 'base64'))).toString('utf8'));
    const key = isObject(plain) ? stringOf(plain.key) : undefined;
    if (!isObject(plain) || key === undefined) return undefined;
    const privateKey = createPrivateKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'pkcs8' });
    return privateKey.asymmetricKeyType === 'ed25519' ? { privateKey, tokens: tokensOf(plain.tokens) } : undefined;
  } catch {
    // Bad JSON, a key that is none, a box that does not open: the caller sets the file aside in every case.
    return undefined;
  }
}

function tokensOf(value: unknown): Map<string, DeviceToken> {
  const tokens = new Map<string, DeviceToken>();
  for (const [gateway, entry] of Object.entries(isObject(value) ? value : {})) {
    const token = isObject(entry) ? stringOf(entry.token) : undefined;
    const scopes = isObject(entry) && Array.isArray(entry.scopes) ? entry.scopes.filter((scope) => typeof scope === 'string') : [];
    if (token !== undefined) tokens.set(gateway, { token, scopes });
  }
  return tokens;
}

/** A DER public key of this kind is a fixed head and the raw key. */
function rawPublicKey(privateKey: KeyObject): Buffer {
  return createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).subarray(-RAW_KEY_BYTES);
}
