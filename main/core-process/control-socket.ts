import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { CoreError, errnoOf } from '../core/platform/errors.ts';
import type { Logger } from '../core/platform/logger.ts';
import type { Port } from './port.ts';
import { type Served, serveCore } from './rpc-server.ts';

/** The kernel's limit for the path of a Unix socket is 104 bytes on macOS and 108 on Linux, the final NUL included. */
const LONGEST_SOCKET_PATH = 100;
/** Answers carry pages of conversations; requests are a few hundred bytes. */
const LONGEST_ANSWER_CHARS = 64 * 1024 * 1024;
const LONGEST_REQUEST_CHARS = 1024 * 1024;

/** Where the command line reaches the core that owns a home. The folder is 0700, so only the same user can. */
export function controlSocketPath(home: string): string {
  const inside = join(home, 'control.sock');
  if (Buffer.byteLength(inside) <= LONGEST_SOCKET_PATH) return inside;
  const name = createHash('sha256').update(home).digest('hex').slice(0, 16);
  return join(tmpdir(), `clawback-${userInfo().uid}`, `${name}.sock`);
}

/**
 * Serves a core to the command line. Only the holder of the writer lock may call this: it replaces a left-over socket. Where
 * no socket can be made there is none: the command line then reads the buffer by itself, and recording goes on.
 */
export async function listenForControl(core: Served, home: string, log: Logger): Promise<AsyncDisposable> {
  try {
    return await listen(core, controlSocketPath(home));
  } catch (error) {
    const code = errnoOf(error);
    if (code === undefined) throw error;
    log.log('warn', 'control-unavailable', { code });
    return { [Symbol.asyncDispose]: () => Promise.resolve() };
  }
}

async function listen(core: Served, path: string): Promise<AsyncDisposable> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (!isOurs(dirname(path))) throw new CoreError('unsafe-path', `${dirname(path)} is open to others`, 'Remove that folder.');
  rmSync(path, { force: true });
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const serving = serveCore(core, socketPort(socket, LONGEST_REQUEST_CHARS), false);
    socket.on('close', () => {
      sockets.delete(socket);
      serving[Symbol.dispose]();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  chmodSync(path, 0o600);
  return {
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
      rmSync(path, { force: true });
    },
  };
}

/** Connects to the core that owns a home; `undefined` when none listens. */
export async function connectToCore(home: string): Promise<{ readonly port: Port; readonly close: () => void } | undefined> {
  const path = controlSocketPath(home);
  if (!isOurs(dirname(path))) return undefined;
  const socket = connect(path);
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTDIR') return undefined;
    throw error;
  }
  return { port: socketPort(socket, LONGEST_ANSWER_CHARS), close: () => socket.destroy() };
}

/** Anybody can make a folder in the one for temporary files, and with it pretend to be our core. */
function isOurs(folder: string): boolean {
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  return stats?.isDirectory() === true && stats.uid === userInfo().uid && (stats.mode & 0o077) === 0;
}

/** One JSON message a line. A peer that sends garbage or a line without end is disconnected. */
function socketPort(socket: Socket, longestLineChars: number): Port {
  let listener: (message: unknown) => void = () => undefined;
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('error', () => socket.destroy());
  socket.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > longestLineChars) socket.destroy();
    for (const line of lines) {
      try {
        listener(JSON.parse(line));
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        socket.destroy();
        return;
      }
    }
  });
  return {
    post: (message) => {
      if (!socket.destroyed) socket.write(`${JSON.stringify(message)}\n`);
    },
    onMessage: (next) => {
      listener = next;
    },
    onClose: (closed) => socket.on('close', closed),
  };
}
