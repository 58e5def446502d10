import { promptOf } from '../../core/conversation-requests.ts';
import { readerIn } from '../../core-process/reader.ts';
import { en as words } from '../../wording/en/index.ts';
import { withCatalogAsync } from '../backend.ts';
import type { Context } from '../context.ts';
import { conversationOf, findReferenced } from '../reference.ts';

/** On standard output is the prompt alone, so that it can be piped into a clipboard. */
export async function prompt(context: Context, reference: string): Promise<void> {
  await withCatalogAsync(context, async (catalog) => {
    const made = await promptOf(catalog, conversationOf(catalog, findReferenced(catalog, reference)), readerIn());
    context.out.result(made, () => made.text.trimEnd());
    if (!context.out.json) process.stderr.write(`${words.count.messages(made.messages)}${made.truncated ? ', the last ones' : ''}\n`);
  });
}
