import { createInterface } from 'node:readline/promises';
import { CoreError } from '../core/platform/errors.ts';
import type { Context } from './context.ts';

/**
 * Asks on the terminal until somebody answers, and goes on when it is the expected word. Throws CoreError `confirmation-needed` where
 * nobody can be asked, `refused` for any other answer.
 */
export async function confirmed(context: Context, told: string, question: string, word: string, undone: string): Promise<void> {
  if (context.out.json || !process.stdin.isTTY || !process.stdout.isTTY) {
    throw new CoreError('confirmation-needed', 'nobody confirmed that this is to be done', 'Add `--yes`.');
  }
  context.out.line(told);
  const ask = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await ask.question(question);
    if (answer.trim().toLowerCase() !== word) throw new CoreError('refused', undone, '');
  } finally {
    ask.close();
  }
}
