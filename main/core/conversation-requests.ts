import type { ForgettingDesk } from './forgetting-desk.ts';
import { CoreError } from './platform/errors.ts';
import type { CoreHandlers } from './requests.ts';
import { exportFiles } from './restore/exporter.ts';
import type { Catalog } from './store/store.ts';

export interface ConversationRequestsDeps {
  readonly catalog: Catalog;
  readonly forgetting: ForgettingDesk;
}

type ConversationMethod = 'export' | 'continuePrompt' | 'forget';

/** What a person does with one conversation. */
export function conversationRequests({ catalog, forgetting }: ConversationRequestsDeps): Pick<CoreHandlers, ConversationMethod> {
  return {
    export: async ({ sessionRow, generationId, format, output }) => {
      const generation = generationId === undefined ? undefined : ordinalOf(catalog, sessionRow, generationId);
      const request = { sessionRow, format, ...(generation === undefined ? {} : { generation }) };
      const [file] = exportFiles(catalog, request, output);
      if (file === undefined) throw new CoreError('bug', 'an export wrote no file', 'Please report this.');
      return { path: file.path, bytes: file.bytes, messages: catalog.session(sessionRow)?.records ?? 0 };
    },
    continuePrompt: async () => {
      throw new CoreError('invalid', 'this Clawback makes no prompts', 'Update Clawback.');
    },
    forget: ({ sessionRow }) => forgetting.forget(sessionRow),
  };
}

function ordinalOf(catalog: Catalog, sessionRow: number, generationId: number): number {
  const generation = catalog.generations(sessionRow).find(({ id }) => id === generationId);
  if (generation !== undefined) return generation.ordinal;
  throw new CoreError('not-found', 'this conversation has no such version', 'Look at its versions again.');
}
