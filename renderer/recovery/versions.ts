import type { ClosedAs, GenerationSummary, MessageView } from '../../main/core/types.ts';

/** Incarnations of the conversation's file, oldest first; what witnesses saw is none. */
export function versionsOf(generations: readonly GenerationSummary[]): readonly GenerationSummary[] {
  return generations.filter(({ kind }) => kind === 'transcript').toSorted((a, b) => a.ordinal - b.ordinal);
}

/** How a file ended. What was put away for no known reason is just that. */
export type FileEnd = ClosedAs | 'reset' | 'deleteArchive' | 'backup';

/** `undefined`: it goes on. */
export function endOf({ closedAs, archivedBecause }: GenerationSummary): FileEnd | undefined {
  if (closedAs !== 'archived' || archivedBecause === undefined) return closedAs;
  return archivedBecause === 'deleted' ? 'deleteArchive' : archivedBecause;
}

/** A file began with this message, because the one before it ended so. */
export interface Beginning {
  readonly because: FileEnd;
  readonly at: number;
}

/**
 * With which messages a later file begins to say what no earlier one said. A conversation is read over all of its files, and a
 * message stands where it was said first.
 */
export function beginningsIn(
  messages: readonly MessageView[],
  generations: readonly GenerationSummary[],
): ReadonlyMap<MessageView, Beginning> {
  const versions = versionsOf(generations);
  const placeOf = new Map(versions.map(({ id }, place) => [id, place]));
  const found = new Map<MessageView, Beginning>();
  let furthest: number | undefined;
  for (const message of messages) {
    // Nothing later can begin.
    if (furthest === versions.length - 1) break;
    const place = placeOf.get(message.generationId);
    if (place === undefined || (furthest !== undefined && place <= furthest)) continue;
    const before = versions[place - 1];
    const because = before === undefined ? undefined : endOf(before);
    if (furthest !== undefined && before !== undefined && because !== undefined) {
      found.set(message, { because, at: before.closedAt ?? versions[place]?.openedAt ?? 0 });
    }
    furthest = place;
  }
  return found;
}
