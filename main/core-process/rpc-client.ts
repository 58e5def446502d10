import { CoreError } from '../core/platform/errors.ts';
import type { CoreMethod, CoreRequests, ErrorShape } from '../core/requests.ts';
import type { Port } from './port.ts';

/** Asks a core in another process. Every pending request fails with `core-gone` when the connection ends. */
export class RpcClient {
  readonly #port: Port;
  readonly #pending = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  #nextId = 1;
  #closed = false;

  constructor(port: Port) {
    this.#port = port;
    port.onMessage((message) => this.#receive(message));
    port.onClose(() => this.#close());
  }

  request<M extends CoreMethod>(method: M, params: CoreRequests[M]['in']): Promise<CoreRequests[M]['out']> {
    if (this.#closed) return Promise.reject(gone());
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#port.post({ type: 'request', id, method, params });
    });
  }

  #receive(message: unknown): void {
    if (typeof message !== 'object' || message === null) return;
    const { type, id, result, error } = message as Record<string, unknown>;
    if (typeof id !== 'number') return;
    const waiting = this.#pending.get(id);
    if (waiting === undefined) return;
    this.#pending.delete(id);
    if (type === 'response') waiting.resolve(result as never);
    else {
      const shape = error as ErrorShape;
      waiting.reject(new CoreError(shape.code, shape.message, shape.hint));
    }
  }

  #close(): void {
    this.#closed = true;
    for (const waiting of this.#pending.values()) waiting.reject(gone());
    this.#pending.clear();
  }
}

function gone(): CoreError {
  return new CoreError('core-gone', 'the running Clawback ended before it answered', 'Run the command again.');
}
