import { homedir } from 'node:os';
import { readOpenclawConfig } from '../sources/openclaw-config.ts';
import type { Environment } from '../sources/openclaw-home.ts';
import type { GatewayAddress } from './gateway.ts';

/** A gateway that the person named to Clawback itself: the one way to one that is not on this machine. */
export interface GatewayOverride {
  /** `ws://` or `wss://`. */
  readonly url?: string;
  readonly token?: string;
}

const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])$/i;

/**
 * Where the gateway of a state directory listens and how it lets us in. Never throws; reads files again at every call, so
 * that a changed configuration counts at the next attempt. A `gateway.remote` of the file is not used: nobody chose it here.
 */
export function gatewayAddress(
  root: string,
  env: Environment = process.env,
  home: string = homedir(),
  override: GatewayOverride = {},
): GatewayAddress {
  const { port, gateway } = readOpenclawConfig(root, env, home);
  const entered = override.token?.trim();
  const auth = entered === undefined || entered === '' ? gateway.auth : ({ mode: 'token', token: entered } as const);
  if (override.url !== undefined) {
    // The secret of this machine's gateway is none of another machine's business.
    const isOwn = isLoopbackUrl(override.url) || auth !== gateway.auth;
    return { url: override.url, auth: isOwn ? auth : { mode: 'none' } };
  }
  // What it says would be looked for in this machine's files, where it never was.
  const elsewhere = gateway.isElsewhere ? onAnotherMachine() : undefined;
  const url = `${gateway.tls ? 'wss' : 'ws'}://127.0.0.1:${port}`;
  return { url, auth: elsewhere ?? (gateway.onlyAt === undefined ? auth : notOnLoopback(gateway.onlyAt)) };
}

/** Whether a WebSocket address leads to this machine alone. Anything that is no address does not. */
export function isLoopbackUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return (protocol === 'ws:' || protocol === 'wss:') && LOOPBACK.test(hostname);
}

function onAnotherMachine(): GatewayAddress['auth'] {
  return {
    mode: 'unreadable',
    reason: 'This OpenClaw uses a gateway on another machine.',
    hint: 'Its conversations are written there: run Clawback there as well.',
  };
}

function notOnLoopback(where: string): GatewayAddress['auth'] {
  const place = where === 'tailnet' ? 'on the Tailscale network' : `at ${where}`;
  return {
    mode: 'unreadable',
    reason: `The gateway listens ${place} alone.`,
    hint: "Clawback connects to this machine's own addresses. Start it with CLAWBACK_GATEWAY_URL to allow this one.",
  };
}
