import type { GenerationSummary } from '../../main/core/types.ts';
import type { Messages } from '../../main/wording/catalogue.ts';
import { MenuButton } from '../shared/menu-button.tsx';
import { useWords } from '../shared/words.tsx';
import { endOf } from './versions.ts';

interface VersionMenuProps {
  /** Oldest first. */
  readonly versions: readonly GenerationSummary[];
  /** The one that is read; absent: all of them as one conversation. */
  readonly chosen: number | undefined;
  readonly onChoose: (generationId: number | undefined) => void;
}

/** Which of a conversation's files is read; there is nothing to choose where it has one. */
export function VersionMenu({ versions, chosen, onChoose }: VersionMenuProps) {
  const words = useWords();
  const text = words.conversation.versions;
  if (versions.length < 2) return null;
  const now = Date.now();
  const items = [
    { key: 'all', label: text.all, checked: chosen === undefined, onChoose: () => onChoose(undefined) },
    ...versions.toReversed().map((version, i) => ({
      key: String(version.id),
      label: versionName(words, version, now),
      checked: chosen === version.id,
      separated: i === 0,
      onChoose: () => onChoose(version.id),
    })),
  ];
  const reads = versions.find(({ id }) => id === chosen);
  const shown = reads === undefined ? text.allShort(versions.length) : words.format.time(reads.openedAt, now);
  return (
    <MenuButton label={words.format.label(text.label) + shown} items={items}>
      {shown}
      <span aria-hidden="true"> ▾</span>
    </MenuButton>
  );
}

function versionName({ conversation, count, format }: Messages, version: GenerationSummary, now: number): string {
  const { from, ended, current } = conversation.versions;
  const how = endOf(version);
  const end = how === undefined ? current : ended[how];
  return `${from(format.time(version.openedAt, now))} · ${count.messages(version.records)} · ${end}`;
}
