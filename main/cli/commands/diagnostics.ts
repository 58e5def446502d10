import { resolve } from 'node:path';
import { en as words } from '../../wording/en/index.ts';
import { withWriter } from '../backend.ts';
import type { Context } from '../context.ts';

export interface DiagnosticsOptions {
  readonly output?: string;
}

/** Writes a file to send along with a report of a fault. */
export async function diagnostics(context: Context, options: DiagnosticsOptions): Promise<void> {
  const output = resolve(options.output ?? `clawback-diagnostics-${new Date().toISOString().replaceAll(':', '-')}.json`);
  const written = await withWriter(context, (ask) => ask('diagnostics', { output }));
  context.out.result({ ok: true, ...written }, () =>
    [
      `${written.path}  ${words.format.bytes(written.bytes)}`,
      'No text of conversations is in it; names of agents, chats and files are hashes. Look through it before you send it.',
    ].join('\n'),
  );
}
