import type { Evidence, SessionRef, SpokenMessage } from '../../../main/core/detect/detection.ts';
import type { ArchiveReason } from '../../../main/core/types.ts';
import type { KeptJournal } from './kept-journal.ts';
import type { WitnessedTable } from './witnessed-table.ts';

/** A file of the scene. A message is its name, which begins with its role; `Words` says more of some of them. */
export interface File {
  readonly id: number;
  readonly nativeId: string;
  messages: string[];
  header: boolean;
  onDisk: boolean;
  live: boolean;
  archived: ArchiveReason | undefined;
  mtimeAt: number;
}

export type Words = Pick<SpokenMessage, 'role' | 'text' | 'at'>;

export interface SceneFacts {
  readonly files: readonly File[];
  readonly spoken: ReadonlyMap<string, Words>;
  readonly commandStarted: ReadonlySet<string>;
  readonly kept: KeptJournal;
  readonly witnessed: WitnessedTable;
}

/** The one that a conversation's never-written messages are kept in. */
export const witnessGeneration = 9_000;

export function ref(nativeId: string): SessionRef {
  return { sourceId: 1, agent: 'main', nativeId };
}

export function sizeOf(file: File): number {
  return (file.header ? 100 : 0) + file.messages.length * 100;
}

/** What the buffer would answer. */
export function sceneEvidence({ files, spoken, commandStarted, kept, witnessed }: SceneFacts): Evidence {
  const filesOf = (session: SessionRef): File[] => files.filter((file) => file.nativeId === session.nativeId);
  const hasKey = (nativeId: string, sessionKey: string | undefined): boolean =>
    sessionKey !== undefined && kept.facts.get(nativeId)?.routingKey === sessionKey;
  const wordsOf = (name: string, file: File): Words =>
    spoken.get(name) ?? { role: name.startsWith('u') ? 'user' : 'assistant', text: `words of ${name}`, at: file.mtimeAt };
  return {
    onlyHere: (session) => {
      const own = filesOf(session);
      const onDisk = new Set(own.filter((file) => file.onDisk).flatMap((file) => file.messages));
      const missing = new Set(own.flatMap((file) => file.messages).filter((message) => !onDisk.has(message)));
      const most = own.filter((file) => !file.onDisk).sort((a, b) => b.messages.length - a.messages.length)[0];
      const unwritten = witnessed.unpersisted(session).length;
      const messages = missing.size + unwritten;
      const generationId = missing.size > 0 ? most?.id : unwritten > 0 ? witnessGeneration : undefined;
      return {
        messages,
        bytes: messages * 100,
        ...(generationId === undefined ? {} : { generationId }),
        ...(unwritten === 0 ? {} : { neverWritten: unwritten }),
      };
    },
    shape: (session) => {
      const file = filesOf(session).find(({ live, onDisk }) => live && onDisk);
      if (file === undefined) return undefined;
      return {
        generationId: file.id,
        size: sizeOf(file),
        firstLine: sizeOf(file) === 0 ? 'none' : file.header ? 'header' : 'other',
        messages: file.messages.length,
        assistantMessages: file.messages.filter((message) => message.startsWith('a')).length,
      };
    },
    startedByCommand: (session) => commandStarted.has(session.nativeId),
    lastMessageAt: (session) => {
      const times = filesOf(session).map((file) => file.mtimeAt);
      return times.length === 0 ? undefined : Math.max(...times);
    },
    messageCount: (session) => Math.max(0, ...filesOf(session).map((file) => file.messages.length)),
    pendingWitnessed: () => witnessed.pending(),
    unpersisted: (session) => witnessed.unpersisted(session),
    spoken: ({ nativeId, sessionKey }, sinceMs) =>
      files
        .filter((file) => file.onDisk && (file.nativeId === nativeId || hasKey(file.nativeId, sessionKey)))
        .flatMap((file) => file.messages.map((name) => ({ session: ref(file.nativeId), ...wordsOf(name, file) })))
        .filter(({ at }) => at >= sinceMs)
        .sort((a, b) => a.at - b.at),
  };
}
