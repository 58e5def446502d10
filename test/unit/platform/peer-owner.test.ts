import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { peerUid, peerUidIn } from '../../../main/core/platform/peer-owner.ts';

/** As Linux 6.1 prints it: a client of uid 1000 at port 47848, a server of uid 65534 at port 39991 (hex BAE8 and 9C37). */
const table = [
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
  '   0: 0100007F:9C37 00000000:0000 0A 00000000:00000000 00:00000000 00000000 65534        0 1165970 1 0000000000000000 100 0 0 10 0',
  '   1: 0100007F:9C37 0100007F:BAE8 06 00000000:00000000 03:00000140 00000000     0        0 0 3 00000000d6f6387f',
  '   2: 0200007F:9C37 0100007F:BAE8 01 00000000:00000000 00:00000000 00000000     7        0 1165976 1 0000000000000000 20 0 0 11 -1',
  '  16: 0100007F:BAE8 0100007F:9C37 01 00000000:00000000 00:00000000 00000000  1000        0 1165974 2 0000000028681294 20 4 30 10 -1',
  '  32: 0100007F:9C37 0100007F:BAE8 01 00000000:00000000 00:00000000 00000000 65534        0 1165975 1 000000003f536faa 20 0 0 11 -1',
].join('\n');

test('the other end of a connection is its row with the addresses swapped, and no row that is over or of another address', () => {
  expect(peerUidIn(table, { localPort: 0xbae8, remotePort: 0x9c37 })).toBe(65_534);
  expect(peerUidIn(table, { localPort: 0x9c37, remotePort: 0xbae8 })).toBe(1000);
  expect(peerUidIn(table, { localPort: 1, remotePort: 0x9c37 })).toBeUndefined();
  expect(peerUidIn('', { localPort: 1, remotePort: 2 })).toBeUndefined();
});

test('a program of our own is told to be ours, where the system tells it at all', async () => {
  const server = createServer();
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const { localPort: remotePort = 0, remotePort: localPort = 0 } = await accepted;
  expect(peerUid({ localPort, remotePort })).toBe(process.platform === 'linux' ? process.getuid?.() : undefined);
  client.destroy();
  server.close();
});
