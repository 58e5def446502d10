import type { ErrorShape } from '../../main/core/requests.ts';
import type { Bridge, RendererApi } from '../../main/ipc/contract.ts';

declare global {
  interface Window {
    readonly api: Bridge;
  }
}

export const api: RendererApi = {
  async request(channel, input) {
    const reply = await window.api.request(channel, input);
    if (reply.ok) return reply.value;
    throw new Error(reply.error.message, { cause: reply.error });
  },
  subscribe: (event, listener) => window.api.subscribe(event, listener),
};

/** What to show for anything that was thrown. */
export function errorShape(error: unknown): ErrorShape {
  if (error instanceof Error && isShape(error.cause)) return error.cause;
  return { code: 'bug', message: error instanceof Error ? error.message : String(error), hint: '' };
}

function isShape(value: unknown): value is ErrorShape {
  return typeof value === 'object' && value !== null && 'code' in value && 'message' in value && 'hint' in value;
}
