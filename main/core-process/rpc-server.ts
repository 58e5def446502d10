import type { Core } from '../core/core.ts';
import { CoreError } from '../core/platform/errors.ts';
import type { CoreEvent, ErrorShape } from '../core/requests.ts';
import type { Port } from './port.ts';

const EVENTS: readonly CoreEvent[] = ['status', 'committed', 'incident', 'resolved', 'progress'];

/** A core, or what stands for one. */
export type Served = Pick<Core, 'handlers' | 'on'>;

/** Answers requests of one peer and, with `events`, tells it what happens. Dispose to stop telling. */
export function serveCore(core: Served, port: Port, events: boolean): Disposable {
  port.onMessage((message) => void answer(core, port, message));
  const subscriptions = events ? EVENTS.map((event) => core.on(event, (payload) => port.post({ type: 'event', event, payload }))) : [];
  return {
    [Symbol.dispose]() {
      for (const subscription of subscriptions) subscription[Symbol.dispose]();
    },
  };
}

async function answer(core: Served, port: Port, message: unknown): Promise<void> {
  const request = readRequest(message);
  if (request === undefined) return;
  const { id } = request;
  try {
    const handler = Object.hasOwn(core.handlers, request.method) ? core.handlers[request.method as keyof Served['handlers']] : undefined;
    if (handler === undefined)
      throw new CoreError('invalid', `there is no request ${request.method}`, 'Update Clawback: its parts are of different versions.');
    const result = await (handler as (input: unknown) => Promise<unknown>)(request.params);
    port.post({ type: 'response', id, result: result ?? null });
  } catch (error) {
    port.post({ type: 'failure', id, error: errorShape(error) });
  }
}

function readRequest(message: unknown): { id: number; method: string; params: unknown } | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const { type, id, method, params } = message as Record<string, unknown>;
  if (type !== 'request' || typeof id !== 'number' || typeof method !== 'string') return undefined;
  return { id, method, params: params ?? {} };
}

export function errorShape(error: unknown): ErrorShape {
  if (error instanceof CoreError) return { code: error.code, message: error.message, hint: error.hint };
  return {
    code: 'bug',
    message: error instanceof Error ? error.message : String(error),
    hint: 'This should not happen. Please report it with the log file.',
  };
}
