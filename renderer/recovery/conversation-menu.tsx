import type { ErrorShape } from '../../main/core/requests.ts';
import type { ExportFormat, SessionSummary } from '../../main/core/types.ts';
import type { Messages } from '../../main/wording/catalogue.ts';
import { api, errorShape } from '../shared/api.ts';
import { MenuButton, type MenuItem } from '../shared/menu-button.tsx';
import { useRequest } from '../shared/use-request.ts';
import { useWords } from '../shared/words.tsx';

/** What came of an action, in the header of the conversation. */
export type Outcome = { readonly is: 'done'; readonly text: string } | { readonly is: 'failed'; readonly error: ErrorShape };

interface ConversationMenuProps {
  readonly session: SessionSummary;
  /** OpenClaw still has a file of it. */
  readonly onDisk: boolean;
  /** The version that is being read; absent: all of them. */
  readonly generationId?: number;
  readonly onOutcome: (outcome: Outcome | undefined) => void;
  readonly onForget: (session: SessionSummary) => void;
}

const extensions = { markdown: 'md', html: 'html', jsonl: 'jsonl' } as const satisfies Record<ExportFormat, string>;
const formats = ['markdown', 'html', 'jsonl'] as const;

/** All that can be done with a conversation beside reading it and putting it back. */
export function ConversationMenu({ session, onDisk, generationId, onOutcome, onForget }: ConversationMenuProps) {
  const words = useWords();
  const text = words.conversation;
  const { value: info } = useRequest('app.info', {});
  const run = (work: () => Promise<string | undefined>) => () => {
    onOutcome(undefined);
    work().then(
      (said) => {
        if (said !== undefined) onOutcome({ is: 'done', text: said });
      },
      (reason: unknown) => onOutcome({ is: 'failed', error: errorShape(reason) }),
    );
  };
  const items: readonly MenuItem[] = [
    ...formats.map((format) => ({
      key: format,
      label: text.exportAs[format],
      onChoose: run(() => exportSession(words, session, generationId, format)),
    })),
    {
      key: 'copy',
      label: text.copyPrompt,
      separated: true,
      onChoose: run(async () => {
        const { messages, truncated } = await api.request('conversation.copyPrompt', { sessionRow: session.id });
        return text.copied(messages, truncated);
      }),
    },
    {
      key: 'reveal',
      label: info?.platform === 'darwin' ? text.revealInFinder : text.showInFolder,
      ...(onDisk ? {} : { unavailable: text.notOnDisk }),
      onChoose: run(async () => {
        await api.request('conversation.reveal', { sessionRow: session.id });
        return undefined;
      }),
    },
    { key: 'forget', label: text.forget, separated: true, onChoose: () => onForget(session) },
  ];
  return (
    <MenuButton label={text.more} items={items} className="more">
      <span aria-hidden="true">⋯</span>
    </MenuButton>
  );
}

/** Into a file that the person chose; `undefined` when they cancelled. */
async function exportSession(
  words: Messages,
  session: SessionSummary,
  generationId: number | undefined,
  format: ExportFormat,
): Promise<string | undefined> {
  const output = await api.request('dialog.saveFile', { suggestedName: `${session.nativeId.slice(0, 180)}.${extensions[format]}` });
  if (output === null) return undefined;
  // The dialog asked already whether a file that stands there may go.
  const request = { sessionRow: session.id, format, output, replace: true } as const;
  const { path } = await api.request('export', generationId === undefined ? request : { ...request, generationId });
  return words.recovery.exported(path);
}
