import type { Artefact, IndexEntry } from '../sources/source.ts';
import type { Desk } from './desk.ts';
import type { DirectoryView, Evidence, SessionRef, SpokenMessage, WitnessedRow } from './detection.ts';
import { nativeIdOf } from './reset-watch.ts';
import type { RunBook } from './run-book.ts';

/** A witnessed message with what is known of where it belongs. */
export interface PlacedRow extends WitnessedRow {
  readonly conversation: string;
}

const LOOK_BACK_MS = 120_000;
/** What a person sends while a turn runs is written when its own turn begins. */
const LOOK_AHEAD_MS = 30 * 60_000;
/** Texts of one run that are told as one were written before each of its tool calls. */
const LONGEST_RUN_MS = 30 * 60_000;
/** A store without times of its own is dated by its file. */
const UNDATED_MS = 48 * 3_600_000;
const MOST_SPOKEN = 20_000;
const MOST_NAMED = 1_000;

/** Finds the conversation of what was witnessed, and what its files hold. */
export class Places {
  readonly #desk: Desk;
  readonly #book: RunBook;
  readonly #classify: (name: string) => Artefact;
  /** By source, agent and session key: the session in which a witness last heard something said. */
  readonly #named = new Map<string, string>();

  constructor(desk: Desk, book: RunBook, classify: (name: string) => Artefact) {
    this.#desk = desk;
    this.#book = book;
    this.#classify = classify;
  }

  place(row: WitnessedRow): PlacedRow {
    const { sourceId, runId } = row;
    const joined = runId === undefined || row.sessionKey !== undefined ? undefined : this.#book.conversationOf(sourceId, runId);
    const agent = joined?.agent ?? row.agent;
    const sessionKey = row.sessionKey ?? joined?.sessionKey;
    // An ACP session that OpenClaw cannot open leaves a file that is named after the run, with nothing but its error.
    const orphan = runId !== undefined && this.#desk.table.get({ sourceId, agent, nativeId: runId }) !== undefined ? runId : undefined;
    const nativeId = orphan ?? row.nativeId ?? this.nativeIdOf(sourceId, agent, sessionKey) ?? this.#lastNamed(sourceId, agent, sessionKey);
    if (row.nativeId !== undefined && sessionKey !== undefined) this.#name(namedKey(sourceId, agent, sessionKey), row.nativeId);
    const conversation = orphan ?? sessionKey ?? nativeId ?? runId ?? `row ${row.id}`;
    return {
      ...row,
      agent,
      conversation: `${sourceId}\u0000${agent}\u0000${conversation}`,
      ...(sessionKey === undefined ? {} : { sessionKey }),
      ...(nativeId === undefined ? {} : { nativeId }),
    };
  }

  entry(sourceId: number, agent: string, sessionKey: string | undefined): IndexEntry | undefined {
    if (sessionKey === undefined) return undefined;
    for (const view of this.#views(sourceId, agent)) {
      const entry = view.index?.ok === true ? view.index.entries.get(sessionKey) : undefined;
      if (entry !== undefined) return entry;
    }
    return undefined;
  }

  /** Where the files of a conversation are, or would be. */
  view(session: SessionRef): DirectoryView | undefined {
    const tracked = this.#desk.table.get(session);
    const own = tracked === undefined ? undefined : this.#desk.views.get(tracked.directoryKey);
    return own ?? this.#views(session.sourceId, session.agent)[0];
  }

  nativeIdOf(sourceId: number, agent: string, sessionKey: string | undefined): string | undefined {
    const entry = this.entry(sourceId, agent, sessionKey);
    if (entry !== undefined) return nativeIdOf(entry, this.#classify);
    if (sessionKey === undefined) return undefined;
    // The key is no longer in the index: the last conversation that it led to.
    let last: { readonly nativeId: string; readonly at: number } | undefined;
    for (const { routingKey, session, lastAppendAt } of this.#desk.table.all()) {
      if (routingKey !== sessionKey || session.sourceId !== sourceId || session.agent !== agent) continue;
      if (last === undefined || lastAppendAt > last.at) last = { nativeId: session.nativeId, at: lastAppendAt };
    }
    return last?.nativeId;
  }

  /** No index says it where OpenClaw keeps a database that cannot be read: what streams names its key alone, a whole message its session too. */
  #lastNamed(sourceId: number, agent: string, sessionKey: string | undefined): string | undefined {
    if (sessionKey === undefined || !this.keepsElsewhere({ sourceId, agent })) return undefined;
    return this.#named.get(namedKey(sourceId, agent, sessionKey));
  }

  /** In a database of a later version, which we cannot read: no transcript can prove or disprove what was said. */
  keepsElsewhere({ sourceId, agent }: Pick<SessionRef, 'sourceId' | 'agent'>): boolean {
    if (!this.#book.keepsNoFiles(sourceId)) return false;
    return !this.#views(sourceId, agent).some(
      ({ directory, state, index }) => directory.store === 'database' && state === 'ok' && index?.ok === true,
    );
  }

  #name(key: string, nativeId: string): void {
    this.#named.delete(key);
    this.#named.set(key, nativeId);
    const [oldest] = this.#named.keys();
    if (this.#named.size > MOST_NAMED && oldest !== undefined) this.#named.delete(oldest);
  }

  #views(sourceId: number, agent: string): readonly DirectoryView[] {
    const own = [...this.#desk.views.values()].filter(({ directory }) => directory.sourceId === sourceId && directory.agent === agent);
    // Beside a database that is in use, folders of files hold what it left there.
    const isInUse = ({ directory, state }: DirectoryView) => directory.store === 'database' && state !== 'missing';
    return [...own.filter(isInUse), ...own.filter((view) => !isInUse(view))];
  }
}

function namedKey(sourceId: number, agent: string, sessionKey: string): string {
  return `${sourceId}\u0000${agent}\u0000${sessionKey}`;
}

/**
 * What files hold of a conversation around the times of some of its messages, however many pages that takes. `startOf`: when
 * the run of a message began, where somebody saw it.
 */
export function spokenAround(
  evidence: Evidence,
  rows: readonly WitnessedRow[],
  startOf: (row: WitnessedRow) => number | undefined,
): readonly SpokenMessage[] {
  const seen = new Map<string, SpokenMessage>();
  const spans = spansOf(rows.map((row) => ({ row, from: earliest(row, startOf(row)), to: row.at + LOOK_AHEAD_MS })));
  for (const { rows: near, from, to } of spans) {
    for (const query of queriesOf(near)) collect(evidence, query, from, to, seen);
  }
  return [...seen.values()].sort((a, b) => a.at - b.at);
}

interface Span {
  readonly rows: WitnessedRow[];
  readonly from: number;
  to: number;
}

/** Messages that lie hours apart need not what was said in between. */
function spansOf(reaches: readonly { readonly row: WitnessedRow; readonly from: number; readonly to: number }[]): readonly Span[] {
  const spans: Span[] = [];
  for (const { row, from, to } of [...reaches].sort((a, b) => a.from - b.from)) {
    const last = spans.at(-1);
    if (last === undefined || from > last.to) spans.push({ rows: [row], from, to });
    else {
      last.rows.push(row);
      last.to = Math.max(last.to, to);
    }
  }
  return spans;
}

function earliest({ witness, role, phase, at }: WitnessedRow, startedAt: number | undefined): number {
  if (witness === 'acp-store') return at - UNDATED_MS;
  const isWholeRun = witness === 'trajectory' || (witness === 'gateway-stream' && role === 'assistant' && phase !== 'partial');
  if (!isWholeRun) return at - LOOK_BACK_MS;
  return Math.min(at, startedAt ?? at - LONGEST_RUN_MS) - LOOK_BACK_MS;
}

function queriesOf(rows: readonly WitnessedRow[]): readonly Parameters<Evidence['spoken']>[0][] {
  const [first] = rows;
  if (first === undefined) return [];
  const { sourceId, agent } = first;
  const sessionKey = rows.find((row) => row.sessionKey !== undefined)?.sessionKey;
  const nativeIds = [...new Set(rows.flatMap(({ nativeId }) => nativeId ?? []))];
  const named = { sourceId, agent, ...(sessionKey === undefined ? {} : { sessionKey }) };
  return nativeIds.length === 0 ? [named] : nativeIds.map((nativeId) => ({ ...named, nativeId }));
}

function collect(
  evidence: Evidence,
  query: Parameters<Evidence['spoken']>[0],
  since: number,
  until: number,
  seen: Map<string, SpokenMessage>,
): void {
  for (let from = since; seen.size < MOST_SPOKEN; ) {
    const page = evidence.spoken(query, from);
    // What was said twice in one millisecond has two places in the page.
    const times = new Map<string, number>();
    for (const message of page) {
      const said = `${message.session.nativeId}\u0000${message.at}\u0000${message.role}\u0000${message.text}`;
      const nth = (times.get(said) ?? 0) + 1;
      times.set(said, nth);
      seen.set(`${said}\u0000${nth}`, message);
    }
    const last = page.at(-1);
    if (last?.more !== true || last.at > until) return;
    from = Math.max(from + 1, last.at);
  }
}
