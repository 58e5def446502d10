import type { WitnessKind } from '../types.ts';
import type { SpokenMessage, WitnessedRow } from './detection.ts';
import { afterOrder, essence, promptLines } from './spoken-text.ts';

/** `covered`: another witness, or the same one before, tells the same message. `open`: nothing proves that it was written. */
export type Standing = 'persisted' | 'covered' | 'open';

/** How far apart the times of one message may be: a hook sees it before the write, the stream after it. */
const BACK_MS = 60_000;
const AHEAD_MS = 120_000;
/** A line is written when its message ends: the reply before is not the one that was still streaming. */
const STREAMING_BACK_MS = 5_000;
/** What a person sends while a turn runs waits in OpenClaw's queue. */
const QUEUED_MS = 30 * 60_000;
/** A trajectory tells all of a run when it is over. */
const RUN_MS = 30 * 60_000;
/** A store without times of its own is dated by its file. */
const UNDATED_MS = 48 * 3_600_000;
/** So long that nobody says the same twice by chance. */
const UNMISTAKABLE = 120;
const UNMISTAKABLE_MS = 3_600_000;
/** Displays are capped at 8,000 and 12,000 characters: of what is that long, the beginning proves the whole. */
const CAPPED = 5_000;
const ALIKE = 24;
const TOOL_PREFIX = 200;
/** Replies of other turns between the texts of one run. */
const MOST_BETWEEN = 200;
/** One hook that fires twice for one message. */
const ECHO_MS = 1_000;

const FIDELITY: readonly WitnessKind[] = ['recorder-plugin', 'acp-store', 'trajectory', 'pending-input', 'gateway-stream'];

interface Told {
  readonly role: WitnessedRow['role'];
  readonly at: number;
  readonly text: string;
  readonly essence: string;
}

interface ToldRow extends Told {
  readonly row: WitnessedRow;
  readonly channel: string;
  readonly rank: number;
}

interface Proof {
  readonly teller: ToldRow;
  /** Indexes of the messages that say it together. */
  readonly of: readonly number[];
  readonly apartMs: number;
  /** A prompt that was made of several messages proves each of them. */
  readonly shared: boolean;
}

interface Heard {
  /** By time. */
  readonly sorted: readonly Told[];
  readonly replies: readonly number[];
  /** Those that nobody says twice by chance, by role and essence. */
  readonly long: ReadonlyMap<string, readonly number[]>;
}

/**
 * Which of the witnessed messages of one conversation a transcript holds. Each spoken message proves each witness's row once,
 * so that what was said twice needs two sightings; of several that would do, the nearest in time counts.
 */
export function reconcile(rows: readonly WitnessedRow[], spoken: readonly SpokenMessage[]): ReadonlyMap<number, Standing> {
  const tellers = rows.map(told);
  const standings = new Map<number, Standing>(rows.map(({ id }) => [id, 'open']));
  const heardAll = spoken.map(heard);
  for (const id of proved(tellers, heardAll)) standings.set(id, 'persisted');
  for (const teller of tellers) {
    if (standings.get(teller.row.id) !== 'open') continue;
    if (isEcho(teller, tellers, standings)) standings.set(teller.row.id, 'covered');
  }
  const ranks = [...new Set(tellers.map(({ rank }) => rank))].sort((a, b) => a - b);
  for (const rank of ranks) {
    const better = tellers.filter((other) => other.rank < rank && other.essence !== '');
    if (better.length === 0) continue;
    const open = tellers.filter((teller) => teller.rank === rank && standings.get(teller.row.id) === 'open');
    for (const id of proved(open, better)) standings.set(id, 'covered');
  }
  for (const teller of tellers) {
    if (teller.row.phase !== 'error' || standings.get(teller.row.id) !== 'open') continue;
    if (heardAll.some((message) => beginsWith(message, teller))) standings.set(teller.row.id, 'persisted');
    else if (tellers.some((other) => beginsWith(other, teller) && isInsteadOf(other, teller))) standings.set(teller.row.id, 'covered');
  }
  return standings;
}

/**
 * A model that failed and was asked again may say the same and go on: its first words are in what it said then. That may prove
 * words of its own besides, for one message is the end of what several tellers began.
 */
function beginsWith({ role, at, essence: words }: Told, teller: ToldRow): boolean {
  if (role !== 'assistant' || teller.role !== 'assistant' || teller.essence === '') return false;
  const ahead = teller.essence.length >= ALIKE ? RUN_MS : AHEAD_MS;
  return at >= teller.at - BACK_MS && at <= teller.at + ahead && words.startsWith(teller.essence);
}

/** Of several that say the same, one is left. */
function isInsteadOf({ row, rank, essence: words }: ToldRow, teller: ToldRow): boolean {
  if (row.phase === 'partial' || row.id === teller.row.id) return false;
  if (words.length > teller.essence.length) return true;
  return rank < teller.rank || (rank === teller.rank && row.id > teller.row.id);
}

function told(row: WitnessedRow): ToldRow {
  // A hook that hears a message arrive knows its run; the one that sees it written does not, and is the better of the two.
  const arrives = row.witness === 'recorder-plugin' && row.role === 'user' && row.runId !== undefined;
  const rank = FIDELITY.indexOf(row.witness) * 2 + (arrives ? 1 : 0);
  return { row, role: row.role, at: row.at, text: row.text, essence: essence(row.role, row.text), channel: `${rank}`, rank };
}

function heard({ role, at, text }: SpokenMessage): Told {
  return { role, at, text, essence: essence(role, text) };
}

function proved(tellers: readonly ToldRow[], heardAll: readonly Told[]): ReadonlySet<number> {
  const sorted = [...heardAll].sort((a, b) => a.at - b.at);
  const replies = sorted.flatMap((message, index) => (message.role === 'assistant' && message.essence !== '' ? [index] : []));
  const long = new Map<string, number[]>();
  sorted.forEach(({ role, essence: words }, index) => {
    if (words.length < UNMISTAKABLE) return;
    const same = long.get(`${role} ${words}`);
    if (same === undefined) long.set(`${role} ${words}`, [index]);
    else same.push(index);
  });
  const proofs = tellers.flatMap((teller) => (teller.essence === '' ? [] : proofsOf(teller, { sorted, replies, long })));
  proofs.sort((a, b) => a.apartMs - b.apartMs);
  const used = new Map<string, Set<number>>();
  const done = new Set<number>();
  for (const { teller, of, shared } of proofs) {
    const spent = used.get(teller.channel) ?? new Set<number>();
    used.set(teller.channel, spent);
    if (done.has(teller.row.id) || (!shared && of.some((index) => spent.has(index)))) continue;
    done.add(teller.row.id);
    if (!shared) for (const index of of) spent.add(index);
  }
  return done;
}

function proofsOf(teller: ToldRow, { sorted, replies, long }: Heard): readonly Proof[] {
  const proofs: Proof[] = [];
  const [from, to] = times(teller);
  for (let index = firstAt(sorted, from); index < sorted.length; index++) {
    const message = sorted[index];
    if (message === undefined || message.at > to) break;
    if (message.role !== teller.role || message.essence === '') continue;
    const same = says(teller, message);
    if (same !== undefined)
      proofs.push({ teller, of: [index], apartMs: Math.abs(message.at - teller.at), shared: same === 'among-others' });
  }
  // The rest of the hour.
  for (const index of long.get(`${teller.role} ${teller.essence}`) ?? []) {
    const apartMs = Math.abs((sorted[index]?.at ?? 0) - teller.at);
    if (apartMs <= UNMISTAKABLE_MS) proofs.push({ teller, of: [index], apartMs, shared: false });
  }
  if (teller.role === 'assistant') proofs.push(...joined(teller, sorted, replies, from, to));
  return proofs;
}

/** The stream tells all texts of a run as one: those before each tool call and the last. Others may be said in between. */
function joined(teller: ToldRow, sorted: readonly Told[], replies: readonly number[], from: number, to: number): readonly Proof[] {
  const proofs: Proof[] = [];
  for (let start = 0; start + 1 < replies.length; start++) {
    const of: number[] = [];
    let length = 0;
    for (let next = start; next < replies.length; next++) {
      const index = replies[next] ?? 0;
      const message = sorted[index];
      if (message === undefined || message.at > to) break;
      const ends = isCutShort(teller) && message.essence.startsWith(teller.essence.slice(length));
      if (!ends && !teller.essence.startsWith(message.essence, length)) {
        if (of.length === 0 || next - start > MOST_BETWEEN) break;
        continue;
      }
      of.push(index);
      length += message.essence.length;
      if (length < teller.essence.length) continue;
      if (of.length > 1 && message.at >= from) proofs.push({ teller, of, apartMs: Math.abs(message.at - teller.at), shared: false });
      break;
    }
  }
  return proofs;
}

function says(teller: ToldRow, message: Told): 'the-same' | 'among-others' | undefined {
  const [a, b] = [teller.essence, message.essence];
  if (a === b) return 'the-same';
  switch (teller.role) {
    case 'user': {
      const handedOn = afterOrder(teller.text);
      if (handedOn !== '' && essence('user', handedOn) === b) return 'the-same';
      if (Math.min(a.length, b.length) >= CAPPED && (a.startsWith(b) || b.startsWith(a))) return 'the-same';
      return isAmong(teller, message) ? 'among-others' : undefined;
    }
    case 'assistant': {
      if (isCutShort(teller) && b.startsWith(a)) return 'the-same';
      // The stream may be some words ahead of what OpenClaw kept of an aborted reply.
      if (teller.row.phase !== 'final' && a.startsWith(b) && b.length >= a.length * 0.8) return 'the-same';
      const shorter = Math.min(a.length, b.length);
      const alike = shorter >= ALIKE && shorter * 2 >= Math.max(a.length, b.length) && teller.row.witness === 'gateway-stream';
      return alike && (a.includes(b) || b.includes(a)) ? 'the-same' : undefined;
    }
    case 'tool':
      return Math.min(a.length, b.length) >= TOOL_PREFIX && a.slice(0, TOOL_PREFIX) === b.slice(0, TOOL_PREFIX) ? 'the-same' : undefined;
  }
}

/** Messages that wait while a turn runs are handed to the model in one prompt, each on lines of its own. */
function isAmong({ row, text }: ToldRow, message: Told): boolean {
  if (row.runId === undefined) return false;
  const [first, ...rest] = promptLines(text);
  if (first === undefined) return false;
  const lines = promptLines(message.text);
  return lines.some(
    (line, at) => (line === first || line.endsWith(`:${first}`)) && rest.every((wanted, offset) => lines[at + 1 + offset] === wanted),
  );
}

/** It ends before the message does: it was still streaming, was stopped, or is longer than a display shows. */
function isCutShort({ row, essence: words }: ToldRow): boolean {
  return row.phase !== 'final' || words.length >= CAPPED;
}

function times({ row, at, role }: ToldRow): readonly [from: number, to: number] {
  if (row.witness === 'acp-store') return [at - UNDATED_MS, at + UNDATED_MS];
  const ahead = role === 'user' && row.runId !== undefined ? QUEUED_MS : AHEAD_MS;
  const whole = row.witness === 'trajectory' ? RUN_MS : BACK_MS;
  return [at - (row.phase === 'partial' ? STREAMING_BACK_MS : whole), at + ahead];
}

function isEcho(teller: ToldRow, tellers: readonly ToldRow[], standings: ReadonlyMap<number, Standing>): boolean {
  if (teller.role !== 'user' || teller.essence === '') return false;
  return tellers.some(
    (other) =>
      other.row.id !== teller.row.id &&
      other.channel === teller.channel &&
      other.role === 'user' &&
      other.essence === teller.essence &&
      (standings.get(other.row.id) === 'persisted' || (standings.get(other.row.id) === 'open' && other.row.id < teller.row.id)) &&
      (other.row.runId !== undefined && teller.row.runId !== undefined
        ? other.row.runId === teller.row.runId
        : Math.abs(other.at - teller.at) <= ECHO_MS),
  );
}

function firstAt(sorted: readonly Told[], at: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.at ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
