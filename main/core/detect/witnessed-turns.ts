import type { SpokenMessage, WitnessedRow } from './detection.ts';
import { essence, isAllCalm, isHeartbeat, isNotice, isOrder, isSilence, mayBecomeSilence } from './spoken-text.ts';

/** What to make of messages that no transcript holds. */
export interface Sifted<R extends WitnessedRow> {
  /** Said by a person or a model, and not saved. */
  readonly lost: readonly R[];
  /** Had streamed when its run failed, of which OpenClaw itself told the person: to be kept, and no reason to alarm anybody. */
  readonly failed: readonly R[];
  /** Belongs to what was said (tool results and calls, errors, orders and their answers): as lost as the rest, and nothing by itself. */
  readonly beside: readonly R[];
  /** Nothing of a conversation. */
  readonly nothing: readonly R[];
}

/** Rows of one conversation, oldest first, without a transcript record. `isAside`: said by OpenClaw, not by a model. */
export function sift<R extends WitnessedRow>(open: readonly R[], all: readonly R[], isAside: (row: R) => boolean): Sifted<R> {
  const heartbeats = heartbeatTurns(all);
  const lost: R[] = [];
  const failed: R[] = [];
  const beside: R[] = [];
  const nothing: R[] = [];
  for (const row of open) {
    if (heartbeats.calm.has(row.id) || isNothing(row)) nothing.push(row);
    else if (heartbeats.unclear.has(row.id) || isAside(row)) beside.push(row);
    else if (isFailedReply(row)) failed.push(row);
    else if (isBeside(row)) beside.push(row);
    else lost.push(row);
  }
  return { lost, failed, beside, nothing };
}

/** Words of a model whose run failed before it had ended. */
export function isFailedReply({ role, phase, text }: WitnessedRow): boolean {
  return role === 'assistant' && phase === 'error' && essence(role, text) !== '' && !isNotice(text) && !mayBecomeSilence(text);
}

function isNothing({ witness, role, text, sessionKey }: WitnessedRow): boolean {
  // All that a run said came as messages of their own: nothing of the run itself is left.
  if (witness === 'gateway-stream' && text.trim() === '') return true;
  // OpenClaw asks a model for the name of a file in a conversation that it throws away.
  if (sessionKey?.startsWith('temp:') === true) return true;
  if (role === 'user') return isHeartbeat(text) || text.trim() === '';
  return role === 'assistant' && isSilence(text);
}

function isBeside({ role, phase, text }: WitnessedRow): boolean {
  if (role === 'tool' || phase === 'error' || essence(role, text) === '') return true;
  return role === 'user' ? isOrder(text) : isNotice(text);
}

/**
 * OpenClaw takes the turn of a heartbeat out of the transcript when the model had nothing to say, or said what it had said
 * before. `unclear`: alerts that may be such a repetition, and turns with a prompt of the person's own.
 */
function heartbeatTurns(all: readonly WitnessedRow[]): { readonly calm: ReadonlySet<number>; readonly unclear: ReadonlySet<number> } {
  const calm = new Set<number>();
  const unclear = new Set<number>();
  const turns = new Map<string, WitnessedRow[]>();
  for (const row of all) {
    const turn = turns.get(row.witness);
    if (row.role === 'user') turns.set(row.witness, [row]);
    else turn?.push(row);
    const [prompt] = turn ?? [];
    if (!row.endsRun || turn === undefined || prompt === undefined) continue;
    const isCalm = isAllCalm(row.text) || isSilence(row.text);
    const isOwn = isHeartbeat(prompt.text);
    const found = isOwn && isCalm ? calm : isOwn || isAllCalm(row.text) ? unclear : undefined;
    for (const { id } of turn) found?.add(id);
    turns.delete(row.witness);
  }
  return { calm, unclear };
}

/** The gateway ended in the middle of a reply, and nothing that was lost is a whole one. */
export function isCutOff(rows: readonly WitnessedRow[]): boolean {
  const cut = rows.some(({ role, phase }) => role === 'assistant' && phase === 'partial');
  return cut && !rows.some(({ phase, endsRun }) => endsRun && phase === 'final');
}

/**
 * Lost replies whose prompt nobody saw: the stream alone tells no prompts. For each, the times between which it was said; 0 where
 * nothing was said before.
 */
export function unheardPrompts(
  lost: readonly WitnessedRow[],
  spoken: readonly SpokenMessage[],
): readonly (readonly [after: number, upTo: number])[] {
  const prompts = [...lost, ...spoken].filter(({ role }) => role === 'user').map(({ at }) => at);
  const replies = lost
    .filter(({ role, endsRun, phase }) => role === 'assistant' && (endsRun || phase !== 'final'))
    .sort((a, b) => a.at - b.at);
  const unheard: [number, number][] = [];
  let since = lastReplyBefore(replies[0]?.at, spoken);
  for (const { at, witness } of replies) {
    if (witness === 'gateway-stream' && !prompts.some((prompt) => prompt > since && prompt <= at)) unheard.push([Math.max(since, 0), at]);
    since = at;
  }
  return unheard;
}

/** A reply on disk that ends its turn: one that calls a tool is only on its way. */
function lastReplyBefore(at: number | undefined, spoken: readonly SpokenMessage[]): number {
  if (at === undefined) return Number.NEGATIVE_INFINITY;
  const ended = spoken.filter(({ role, text, at: saidAt }) => role === 'assistant' && saidAt < at && !text.includes('[tool '));
  return Math.max(Number.NEGATIVE_INFINITY, ...ended.map(({ at: saidAt }) => saidAt));
}
