import {
  type DemoConversation,
  type DemoTurn,
  diaryTurns,
  garden,
  journey,
  lastWrittenTurns,
  recipes,
  unwrittenTurns,
  workshop,
} from './conversations.ts';

/** What the scripted agent does at one moment. */
export type Act =
  | { readonly act: 'turn-starts'; readonly routingKey: string; readonly turn: DemoTurn; readonly persisted: boolean }
  | { readonly act: 'turn-ends'; readonly routingKey: string; readonly turn: DemoTurn; readonly persisted: boolean }
  /** The transcript gets an archive name and the key a new id; nobody asked for it. */
  | { readonly act: 'reset'; readonly routingKey: string; readonly nextSessionId: string }
  /** The transcript is cut in the middle of a line. */
  | { readonly act: 'truncate'; readonly routingKey: string; readonly keepShare: number }
  | { readonly act: 'delete'; readonly routingKey: string };

export interface TimedAct {
  /** Since the play began. */
  readonly atMs: number;
  readonly act: Act;
}

/** What is on disk before the play begins. */
export const cast: readonly DemoConversation[] = [workshop, journey, recipes, garden];

/** Id that the reset hands out; no file of this name is ever written. */
export const unwrittenSessionId = 'd3300005-4c1a-4b6e-8f00-000000000005';

/** The last loss happens here; only the diary goes on after it. */
export const lossesDoneAtMs = 20_000;
const diaryPauseMs = 12_000;

/** The seed incident and two losses of other kinds, then a slow conversation without end. In order of time. */
export function* demoActs(): Generator<TimedAct, never> {
  const [firstWritten, secondWritten] = lastWrittenTurns;
  yield* turnAt(0, 900, garden, diaryTurns[0]);
  if (firstWritten !== undefined) yield* turnAt(1_500, 1_500, workshop, firstWritten);
  if (secondWritten !== undefined) yield* turnAt(4_500, 1_500, workshop, secondWritten);
  yield { atMs: 8_000, act: { act: 'reset', routingKey: workshop.routingKey, nextSessionId: unwrittenSessionId } };
  for (const [index, turn] of unwrittenTurns.entries()) yield* turnAt(9_000 + index * 2_500, 1_500, workshop, turn, false);
  yield { atMs: 17_500, act: { act: 'truncate', routingKey: journey.routingKey, keepShare: 0.35 } };
  yield { atMs: lossesDoneAtMs, act: { act: 'delete', routingKey: recipes.routingKey } };
  for (let round = 1; ; round++) {
    const turn = diaryTurns[round % diaryTurns.length] ?? diaryTurns[0];
    yield* turnAt(lossesDoneAtMs + 2_000 + (round - 1) * diaryPauseMs, 2_500, garden, turn);
  }
}

function* turnAt(atMs: number, durationMs: number, conversation: DemoConversation, turn: DemoTurn, persisted = true): Generator<TimedAct> {
  const { routingKey } = conversation;
  yield { atMs, act: { act: 'turn-starts', routingKey, turn, persisted } };
  yield { atMs: atMs + durationMs, act: { act: 'turn-ends', routingKey, turn, persisted } };
}

/** One line for a person who watches the terminal. */
export function describeAct(act: Act): string {
  switch (act.act) {
    case 'turn-starts':
      return `${nameOf(act.routingKey)}: a turn starts`;
    case 'turn-ends':
      return act.persisted
        ? `${nameOf(act.routingKey)}: answered and written`
        : `${nameOf(act.routingKey)}: answered, and OpenClaw wrote it nowhere`;
    case 'reset':
      return `${nameOf(act.routingKey)}: reset; its transcript now has an archive name`;
    case 'truncate':
      return `${nameOf(act.routingKey)}: transcript truncated`;
    case 'delete':
      return `${nameOf(act.routingKey)}: transcript deleted`;
  }
}

function nameOf(routingKey: string): string {
  return cast.find((conversation) => conversation.routingKey === routingKey)?.displayName ?? routingKey;
}
