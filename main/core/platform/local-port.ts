import { createConnection } from 'node:net';

const LOOPBACK_HOSTS = ['127.0.0.1', '::1'];

/** Whether something on this machine accepts connections at a TCP port. Sends nothing. Takes `timeoutMs` at most. */
export async function isLocalPortOpen(port: number, timeoutMs: number): Promise<boolean> {
  const answers = await Promise.all(LOOPBACK_HOSTS.map((host) => accepts(host, port, timeoutMs)));
  return answers.includes(true);
}

function accepts(host: string, port: number, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port });
    const settle = (open: boolean): void => {
      socket.destroy();
      resolve(open);
    };
    socket.setTimeout(timeoutMs, () => settle(false));
    socket.once('connect', () => settle(true));
    // Refused, or the machine has no IPv6: nobody listens there.
    socket.once('error', () => settle(false));
  });
}
