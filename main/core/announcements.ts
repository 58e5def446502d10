import { traceOf } from './platform/errors.ts';
import type { Logger } from './platform/logger.ts';
import type { CoreEvent, CoreEvents } from './requests.ts';

/** Tells whoever listens what the core did. What a listener does with it, a fault of its own included, must not hold up capture. */
export class Announcements {
  readonly #log: Logger;
  readonly #listeners = new Map<CoreEvent, Set<(payload: never) => void>>();

  constructor(log: Logger) {
    this.#log = log;
  }

  on<E extends CoreEvent>(event: E, listener: (payload: CoreEvents[E]) => void): Disposable {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners);
    listeners.add(listener);
    return { [Symbol.dispose]: () => void listeners.delete(listener) };
  }

  emit<E extends CoreEvent>(event: E, payload: CoreEvents[E]): void {
    for (const listener of this.#listeners.get(event) ?? []) {
      try {
        (listener as (payload: CoreEvents[E]) => void)(payload);
      } catch (error) {
        this.#log.log('error', 'listener-failed', { event, stack: traceOf(error) });
      }
    }
  }
}
