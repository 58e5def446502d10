import { setImmediate } from 'node:timers/promises';
import { type ContinuePrompt, continuePrompt } from './continue-prompt.ts';
import type { CoreOptions } from './core-options.ts';
import type { ForgettingDesk } from './forgetting-desk.ts';
import { CoreError } from './platform/errors.ts';
import type { CoreHandlers } from './requests.ts';
import { exportOne } from './restore/exporter.ts';
import type { Reader } from './restore/readable.ts';
import type { Catalog } from './store/store.ts';
import type { MessageView } from './types.ts';

export interface ConversationRequestsDeps {
  readonly catalog: Catalog;
  readonly forgetting: ForgettingDesk;
  readonly readerIn: CoreOptions['readerIn'];
}

const PAGE = 500;
/** More do not fit into a prompt, however short they are. */
const MOST_MESSAGES = 1_000;

type ConversationMethod = 'export' | 'continuePrompt' | 'forget';

/** What a person does with one conversation. */
export function conversationRequests({ catalog, forgetting, readerIn }: ConversationRequestsDeps): Pick<CoreHandlers, ConversationMethod> {
  return {
    export: async ({ sessionRow, generationId, format, output, replace, language }) => {
      const generation = generationId === undefined ? undefined : ordinalOf(catalog, sessionRow, generationId);
      const request = { sessionRow, format, ...(generation === undefined ? {} : { generation }) };
      return exportOne(catalog, request, output, readerIn(language), replace === true);
    },
    continuePrompt: ({ sessionRow, language }) => promptOf(catalog, sessionRow, readerIn(language)),
    forget: ({ sessionRow, alsoSetAside }) => forgetting.forget(sessionRow, alsoSetAside === true),
  };
}

/** Also for the command line, beside the core. Throws CoreError `not-found`. */
export async function promptOf(catalog: Catalog, sessionRow: number, reader: Reader): Promise<ContinuePrompt> {
  const session = catalog.session(sessionRow);
  if (session === undefined) throw new CoreError('not-found', `there is no conversation ${sessionRow}`, 'Look at the list again.');
  // Pages go forward only; of each nothing but the last messages is kept.
  let last: readonly MessageView[] = [];
  let cursor: number | undefined;
  do {
    const page = catalog.messages(sessionRow, { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
    last = [...last, ...page.items].slice(-MOST_MESSAGES);
    cursor = page.next;
    // Capture goes on while somebody reads a long one.
    await setImmediate();
  } while (cursor !== undefined);
  const hasMore = session.records > last.length;
  const prompt = continuePrompt(session, last.toReversed(), reader.promptWords);
  return { ...prompt, truncated: prompt.truncated || hasMore };
}

function ordinalOf(catalog: Catalog, sessionRow: number, generationId: number): number {
  const generation = catalog.generations(sessionRow).find(({ id }) => id === generationId);
  if (generation !== undefined) return generation.ordinal;
  throw new CoreError('not-found', 'this conversation has no such version', 'Look at its versions again.');
}
