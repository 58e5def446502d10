import type { Logger } from './platform/logger.ts';
import type { ProtectedSource } from './protected-source.ts';

export interface GatewayRoundsDeps {
  readonly log: Logger;
  readonly sources: () => readonly ProtectedSource[];
  /** It is time to ask again. */
  readonly due: () => boolean;
  /** There are answers that nobody waited for. */
  readonly onNews: () => void;
}

/** Asks every source whether its gateway runs: now and then, and at once when a process that held a lock has ended. */
export class GatewayRounds {
  readonly #deps: GatewayRoundsDeps;
  #again = false;

  constructor(deps: GatewayRoundsDeps) {
    this.#deps = deps;
  }

  /** To be called every second; true when it asked. */
  async whenDue(): Promise<boolean> {
    if (!this.#deps.due() && !this.#again) return false;
    this.#again = false;
    await this.#ask();
    return true;
  }

  /** And once more in a second: the parent may not have collected the process yet, whose pid then still looks alive. */
  async atOnce(): Promise<void> {
    this.#again = true;
    await this.#ask();
    this.#deps.onNews();
  }

  async #ask(): Promise<void> {
    try {
      for (const source of this.#deps.sources()) await source.probeGateway();
    } catch (error) {
      this.#deps.log.log('warn', 'gateway-probe-failed', { error: String(error) });
    }
  }
}
