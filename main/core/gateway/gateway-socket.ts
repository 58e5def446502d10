import { WebSocket } from 'ws';
import { CoreError } from '../platform/errors.ts';
import type { ConnectionEnds } from '../platform/peer-owner.ts';
import { isLoopbackUrl } from './gateway-address.ts';

export interface SocketHandlers {
  onText(text: string): void;
  /** Once, also when it never opened. `error`: the system's words for why there was no connection. */
  onClose(end: { readonly code: number; readonly reason: string; readonly error?: string }): void;
}

export interface GatewaySocket {
  /** Of an open connection to this machine itself. */
  readonly ends: ConnectionEnds | undefined;
  send(text: string): void;
  /** Says goodbye; `terminate` does not wait for an answer. */
  close(): void;
  terminate(): void;
}

/** `policy.maxPayload` of 2026.3.13 and 2026.9.6. */
const MAX_PAYLOAD_BYTES = 25 * 1024 * 1024;
const HANDSHAKE_TIMEOUT_MS = 5000;

/**
 * A WebSocket to a gateway: the core's one way into the network. Sends no Origin header, which would make the gateway treat
 * us as a web page. Throws CoreError `refused` for an address that is not on this machine, unless `remote` allows it.
 */
export function openSocket(url: string, remote: boolean, handlers: SocketHandlers): GatewaySocket {
  const isLocal = isLoopbackUrl(url);
  if (!isLocal && !(remote && URL.canParse(url))) {
    throw new CoreError(
      'refused',
      'the address of the gateway is not on this machine',
      'Start Clawback with it in CLAWBACK_GATEWAY_URL to allow it.',
    );
  }
  const socket = new WebSocket(url, {
    maxPayload: MAX_PAYLOAD_BYTES,
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    perMessageDeflate: false,
    followRedirects: false,
    // The gateway makes its own certificate; on loopback there is nobody in between whom it could keep out.
    rejectUnauthorized: !isLocal,
  });
  let error: string | undefined;
  let ends: ConnectionEnds | undefined;
  socket.on('upgrade', ({ socket: { localPort, remotePort } }) => {
    if (isLocal && localPort !== undefined && remotePort !== undefined) ends = { localPort, remotePort };
  });
  socket.on('error', (fault) => {
    error = fault.message;
  });
  socket.on('message', (data, isBinary) => {
    if (!isBinary) handlers.onText(data.toString());
  });
  socket.on('close', (code, reason) => {
    handlers.onClose({ code, reason: reason.toString(), ...(error === undefined ? {} : { error }) });
  });
  return {
    get ends() {
      return ends;
    },
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close: () => socket.close(1000),
    terminate: () => socket.terminate(),
  };
}
