import type { CoreMessage, CoreMethod, CoreRequests, ErrorShape } from '../core/requests.ts';
import type { CoreProcess } from './core-transport.ts';

/** A request that the core refused, or that could not be answered; `code` and `hint` reach the window. */
export class RequestError extends Error {
  readonly code: string;
  readonly hint: string;

  constructor(shape: ErrorShape) {
    super(shape.message);
    this.name = 'RequestError';
    this.code = shape.code;
    this.hint = shape.hint;
  }
}

interface Pending {
  resolve(result: unknown): void;
  reject(error: RequestError): void;
}

/** Matches answers to requests over one run of the core. */
export class CoreConnection {
  readonly #process: CoreProcess;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #closed: ErrorShape | undefined;

  constructor(process: CoreProcess) {
    this.#process = process;
  }

  request<M extends CoreMethod>(method: M, params: CoreRequests[M]['in']): Promise<CoreRequests[M]['out']> {
    if (this.#closed !== undefined) return Promise.reject(new RequestError(this.#closed));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: (result) => resolve(result as CoreRequests[M]['out']), reject });
      this.#process.post({ type: 'request', id, method, params });
    });
  }

  /** True when the message was an answer. One that nobody waits for is dropped: its request was given up. */
  settle(message: CoreMessage): boolean {
    if (message.type !== 'response' && message.type !== 'failure') return false;
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if (message.type === 'response') pending?.resolve(message.result);
    else pending?.reject(new RequestError(message.error));
    return true;
  }

  /** Nothing is posted from here on; whoever still waits gets `error`. */
  close(error: ErrorShape): void {
    this.#closed = error;
    const waiting = [...this.#pending.values()];
    this.#pending.clear();
    for (const pending of waiting) pending.reject(new RequestError(error));
  }
}
