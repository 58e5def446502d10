import { statSync } from 'node:fs';
import { errnoOf } from '../platform/errors.ts';
import { type ConnectionEnds, peerUid } from '../platform/peer-owner.ts';
import { createGatewayProbe } from '../sources/openclaw-gateway.ts';
import type { Environment } from '../sources/openclaw-home.ts';

export interface TrustOptions {
  readonly env: Environment;
  readonly home: string;
  /** Uid at the other end; default: what the system says. */
  readonly uidOf?: (ends: ConnectionEnds) => number | undefined;
}

/**
 * Whether a program on this machine may be shown the secret of a gateway. While no gateway runs, anybody may listen at its
 * port and wait for it: only who could read the configuration anyway is greeted, i.e. the owner of the state directory, we
 * ourselves, and root. Where the system does not say who is there, a living gateway must hold the lock of the state directory.
 */
export function isTrustedPeer(root: string, ends: ConnectionEnds, { env, home, uidOf = peerUid }: TrustOptions): boolean {
  const uid = uidOf(ends);
  if (uid !== undefined) return uid === 0 || uid === process.getuid?.() || uid === ownerOf(root);
  return createGatewayProbe({ env, homedir: home }).pid?.(root) !== undefined;
}

function ownerOf(path: string): number | undefined {
  try {
    return statSync(path).uid;
  } catch (error) {
    // Gone meanwhile, and nobody's any more.
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  }
}
