import { createInterface } from 'node:readline/promises';
import { CoreError } from '../core/platform/errors.ts';
import type { Context } from './context.ts';

/** Somebody sees what would be done before it is done. */
export function isAsked(context: Context, options: { readonly dryRun?: boolean; readonly yes?: boolean }): boolean {
  return options.dryRun === true || (options.yes !== true && canAsk(context));
}

/** Throws CoreError `confirmation-needed` where nobody can be asked, `refused` for a no. */
export async function confirm(context: Context, what: string): Promise<void> {
  if (!canAsk(context)) {
    throw new CoreError('confirmation-needed', 'nobody confirmed this restore', 'Look at it with `--dry-run`, then add `--yes`.');
  }
  context.out.line(what);
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await prompt.question('Restore? [y/N] ');
    if (!/^y(es)?$/i.test(answer.trim())) throw new CoreError('refused', 'nothing was restored', '');
  } finally {
    prompt.close();
  }
}

function canAsk({ out }: Context): boolean {
  return !out.json && process.stdin.isTTY && process.stdout.isTTY;
}
