import type { CoreMethod, CoreRequests } from '../core/requests.ts';
import { parseLine } from '../core/sources/registry.ts';
import { bufferFolder } from '../core/storage/place.ts';
import { openCatalog } from '../core/store/buffer.ts';
import type { Catalog } from '../core/store/store.ts';
import { connectToCore } from '../core-process/control-socket.ts';
import { RpcClient } from '../core-process/rpc-client.ts';
import { openRealCore } from '../core-process/run-core.ts';
import { stderrLogger } from '../core-process/stderr-logger.ts';
import { type Context, coreConfig } from './context.ts';

/** Reads beside whoever writes; an absent buffer is an empty one. */
export function withCatalog<T>(context: Context, use: (catalog: Catalog) => T): T {
  using catalog = openCatalog(bufferFolder(context.home), { parse: parseLine });
  return use(catalog);
}

export async function withCatalogAsync<T>(context: Context, use: (catalog: Catalog) => Promise<T>): Promise<T> {
  using catalog = openCatalog(bufferFolder(context.home), { parse: parseLine });
  return await use(catalog);
}

export type Ask = <M extends CoreMethod>(method: M, params: CoreRequests[M]['in']) => Promise<CoreRequests[M]['out']>;

/** Asks the running core, or `undefined` when none runs for this home. */
export async function withRunningCore<T>(context: Context, use: (ask: Ask) => Promise<T>): Promise<{ readonly value: T } | undefined> {
  const connection = await connectToCore(context.home);
  if (connection === undefined) return undefined;
  try {
    const client = new RpcClient(connection.port);
    return { value: await use((method, params) => client.request(method, params)) };
  } finally {
    connection.close();
  }
}

/**
 * For what changes something: goes through the running core, else takes the writer lock for the time it needs. A core that
 * is just starting or ending holds the lock without listening: the error says so.
 */
export async function withWriter<T>(context: Context, use: (ask: Ask) => Promise<T>): Promise<T> {
  const running = await withRunningCore(context, use);
  if (running !== undefined) return running.value;
  await using core = await openRealCore({ home: context.home, config: coreConfig(context), log: stderrLogger('warn'), env: process.env });
  return await use((method, params) => core.handlers[method](params as never) as never);
}
