import type { ClosedAs, GenerationSummary, MessageView } from '../../main/core/types.ts';

/** Incarnations of the conversation's file, oldest first; what witnesses saw is none. */
export function versionsOf(generations: readonly GenerationSummary[]): readonly GenerationSummary[] {
  return generations.filter(({ kind }) => kind === 'transcript').toSorted((a, b) => a.ordinal - b.ordinal);
}

/** A file began with this message, because the one before it ended so. */
export interface Beginning {
  readonly because: ClosedAs;
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
    const place = placeOf.get(message.generationId);
    if (place === undefined || (furthest !== undefined && place <= furthest)) continue;
    const before = versions[place - 1];
    if (furthest !== undefined && before?.closedAs !== undefined) {
      found.set(message, { because: before.closedAs, at: before.closedAt ?? versions[place]?.openedAt ?? 0 });
    }
    furthest = place;
  }
  return found;
}
