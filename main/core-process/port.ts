import type { CoreMessage } from '../core/requests.ts';

/** One end of a duplex connection that carries whole messages, in order. */
export interface Port {
  post(message: CoreMessage): void;
  onMessage(listener: (message: unknown) => void): void;
  onClose(listener: () => void): void;
}

interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
}

/** The port to whoever started this process: Electron's utilityProcess, or `child_process.fork`. */
export function parentPort(): Port | undefined {
  const electronPort = (process as { parentPort?: ParentPort }).parentPort;
  if (electronPort !== undefined) {
    return {
      post: (message) => electronPort.postMessage(message),
      onMessage: (listener) => electronPort.on('message', (event) => listener(event.data)),
      // The utility process ends with its parent; there is nothing to listen to.
      onClose: () => undefined,
    };
  }
  const send = process.send?.bind(process);
  if (send === undefined) return undefined;
  return {
    post: (message) => {
      // With a callback, because an error without one ends the process before it has flushed. That the parent is gone comes as a disconnect.
      if (process.connected) send(message, undefined, undefined, () => undefined);
    },
    onMessage: (listener) => process.on('message', listener),
    onClose(listener) {
      process.on('disconnect', listener);
      // It may have gone while the buffer was being opened, when nobody listened.
      if (!process.connected) listener();
    },
  };
}
