import { type IpcMainInvokeEvent, ipcMain, type WebContents } from 'electron';
import type { Logger } from '../core/platform/logger.ts';
import type { ErrorShape } from '../core/requests.ts';
import { channels, isChannel } from '../ipc/channels.ts';
import type { Channel, Reply, Requests } from '../ipc/contract.ts';
import { schemas } from '../ipc/schemas.ts';
import { appHost, appScheme } from './asset-path.ts';

export type Handlers = { readonly [K in Channel]: (input: Requests[K]['in']) => Promise<Requests[K]['out']> };

interface RouterDeps {
  readonly handlers: Handlers;
  readonly isOurs: (contents: WebContents) => boolean;
  readonly log: Logger;
}

const ownOrigin = `${appScheme}://${appHost}/`;

/**
 * The only file that touches ipcMain. Every request is checked for its sender (our page, in a window that we made) and its
 * shape before a handler sees it; a refusal is an answer, never silence.
 */
export function routeRequests({ handlers, isOurs, log }: RouterDeps): void {
  for (const channel of Object.keys(channels)) {
    if (!isChannel(channel)) continue;
    ipcMain.handle(channel, async (event, input: unknown): Promise<Reply<unknown>> => {
      if (!fromOurPage(event) || !isOurs(event.sender)) {
        log.log('warn', 'ipc-refused', { channel, reason: 'sender' });
        return refuse('forbidden', 'This page may not talk to Clawback.');
      }
      return answer(channel, input, handlers, log);
    });
  }
}

function fromOurPage(event: IpcMainInvokeEvent): boolean {
  const frame = event.senderFrame;
  // The top frame only: a frame within our page would be foreign content.
  return frame !== null && frame.parent === null && frame.url.startsWith(ownOrigin);
}

async function answer<K extends Channel>(channel: K, input: unknown, handlers: Handlers, log: Logger): Promise<Reply<Requests[K]['out']>> {
  const parsed = schemas[channel].safeParse(input);
  if (!parsed.success) {
    const where = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.code}`);
    log.log('warn', 'ipc-refused', { channel, reason: 'shape', where });
    return refuse('invalid', `The request ${channel} has a wrong shape.`);
  }
  try {
    return { ok: true, value: await handlers[channel](parsed.data as Requests[K]['in']) };
  } catch (error) {
    const shape = errorShape(error);
    if (shape.code === 'bug') log.log('error', 'ipc-failed', { channel, message: shape.message });
    return { ok: false, error: shape };
  }
}

function errorShape(error: unknown): ErrorShape {
  if (!(error instanceof Error)) return { code: 'bug', message: String(error), hint: 'Please report this.' };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'bug';
  const hint = 'hint' in error && typeof error.hint === 'string' ? error.hint : 'See the log files of Clawback.';
  return { code, message: error.message, hint };
}

const refuse = (code: string, message: string): Reply<never> => ({
  ok: false,
  error: { code, message, hint: 'Please report this.' },
});
