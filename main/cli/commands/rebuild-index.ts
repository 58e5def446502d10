import { withWriter } from '../backend.ts';
import type { Context } from '../context.ts';

/** Builds what search looks into anew. */
export async function rebuildIndex(context: Context): Promise<void> {
  context.out.progress('Building the index anew…');
  const { records } = await withWriter(context, (ask) => ask('rebuildIndex', {}));
  context.out.progress('');
  context.out.result({ ok: true, records }, () => `The index was built anew: ${records} ${records === 1 ? 'message' : 'messages'}.`);
}
