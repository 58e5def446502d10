import { readFileSync } from 'node:fs';
import { errnoOf } from './errors.ts';

/** TCP ports of a connection within this machine, as our end sees them. */
export interface ConnectionEnds {
  readonly localPort: number;
  readonly remotePort: number;
}

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];
const ESTABLISHED = '01';
/** 127.0.0.1, the same as IPv6 writes it, and ::1; as a little-endian machine prints them. */
const LOOPBACK = new Set(['0100007F', '0000000000000000FFFF00000100007F', '00000000000000000000000001000000']);

/**
 * Whose program is at the other end of a connection to this machine's own loopback: its uid. `undefined` where the system does
 * not tell (macOS), or where the other end is not on this machine at all. Facts: proc(5).
 */
export function peerUid(ends: ConnectionEnds): number | undefined {
  if (process.platform !== 'linux') return undefined;
  for (const path of TABLES) {
    const uid = peerUidIn(tableAt(path), ends);
    if (uid !== undefined) return uid;
  }
  return undefined;
}

/** Pure. One table of /proc/net; the other end's row is ours with its addresses swapped. */
export function peerUidIn(table: string, { localPort, remotePort }: ConnectionEnds): number | undefined {
  for (const row of table.split('\n')) {
    const [, own = '', other = '', state, , , , uid] = row.trim().split(/\s+/);
    if (state === ESTABLISHED && isAt(own, remotePort) && isAt(other, localPort)) return Number(uid);
  }
  return undefined;
}

function isAt(written: string, port: number): boolean {
  const [address = '', hex = ''] = written.split(':');
  return LOOPBACK.has(address) && Number.parseInt(hex, 16) === port;
}

function tableAt(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    // A kernel without IPv6, or a sandbox without /proc.
    if (errnoOf(error) === undefined) throw error;
    return '';
  }
}
