import type { Artefact, IndexEntry, IndexReading } from '../sources/source.ts';
import { Agenda, type Deadlines } from './agenda.ts';
import type { Desk } from './desk.ts';
import type { DirectoryView } from './detection.ts';
import { nativeIdOf } from './reset-watch.ts';
import { directoryKeyOf, type TrackedSession } from './session-table.ts';

interface Referenced {
  readonly sessionId: string;
  readonly nativeId: string;
}

interface IndexState {
  reading: IndexReading | undefined;
  seen: boolean;
  /** Keys of the last good reading, or those that an earlier run knew. */
  good: Map<string, Referenced>;
  entryOf: ReadonlyMap<string, IndexEntry>;
  /** What keys named and name no longer, of conversations whose file nobody has seen: it may have come and gone between two looks. */
  readonly unseen: Map<string, IndexEntry>;
  badSince: number | undefined;
  /** Keys that are missing since a time, not judged yet. */
  readonly vanished: Map<string, Referenced>;
  /** What keys named that name something else since, not judged yet. By itself that is a reset. */
  readonly renamed: Map<string, Referenced>;
  /** The index came back from being unreadable, and that was not judged yet. */
  wasBad: boolean;
  /** Keys that the open incident speaks of. */
  lost: ReadonlyMap<string, Referenced>;
}

const listedKeys = 20;
const mostUnseen = 1_000;

/** Follows `sessions.json`: which conversations it names, and whether names went missing that nobody took away. */
export class IndexWatch {
  readonly #desk: Desk;
  readonly #classify: (name: string) => Artefact;
  readonly #directories = new Map<string, IndexState>();
  readonly #due: Agenda<string>;

  constructor(desk: Desk, classify: (name: string) => Artefact) {
    this.#desk = desk;
    this.#classify = classify;
    this.#due = new Agenda(desk.policy.settleMs);
  }

  /** Keys that an earlier run knew, so that an index lost in between is noticed. */
  resume(tracked: TrackedSession): void {
    const present = tracked.state === 'live' || tracked.state === 'dormant' || tracked.state === 'restored';
    if (tracked.routingKey === undefined || tracked.sessionId === undefined || !present) return;
    const { good } = this.#state(tracked.directoryKey);
    good.set(tracked.routingKey, { sessionId: tracked.sessionId, nativeId: tracked.session.nativeId });
  }

  /** Returns the conversations whose entry is new or names another file than before. */
  see(view: DirectoryView, at: number): { readonly changed: boolean; readonly referenced: readonly TrackedSession[] } {
    const directoryKey = directoryKeyOf(view.directory);
    const state = this.#state(directoryKey);
    if (view.state !== 'ok' || (state.seen && state.reading === view.index)) return { changed: false, referenced: [] };
    // A database of an unknown kind is told as that.
    if (view.directory.store === 'database' && view.index?.ok !== true) return { changed: false, referenced: [] };
    state.seen = true;
    state.reading = view.index;
    if (view.index?.ok !== true) {
      state.badSince ??= at;
      this.#due.set(directoryKey, state.badSince + this.#desk.policy.settleMs);
      return { changed: true, referenced: [] };
    }
    if (state.badSince !== undefined) state.wasBad = true;
    state.badSince = undefined;
    const referenced = this.#read(view, state, view.index.entries);
    if (state.vanished.size > 0 || (state.wasBad && state.renamed.size > 0)) this.#due.set(directoryKey, at + this.#desk.policy.settleMs);
    else {
      state.renamed.clear();
      state.wasBad = false;
      this.#heal(view, state, at);
    }
    return { changed: true, referenced };
  }

  /** The entry that names a conversation now. */
  entry({ directoryKey, session }: TrackedSession): IndexEntry | undefined {
    return this.#directories.get(directoryKey)?.entryOf.get(session.nativeId);
  }

  /** Tells what the index says of a conversation when that is news. */
  learn(tracked: TrackedSession): void {
    const unseen = this.#directories.get(tracked.directoryKey)?.unseen;
    const entry = this.entry(tracked) ?? unseen?.get(tracked.session.nativeId);
    unseen?.delete(tracked.session.nativeId);
    if (entry === undefined) return;
    tracked.indexedAt = entry.updatedAt ?? tracked.indexedAt;
    const label = entry.label ?? entry.displayName;
    const news =
      tracked.routingKey !== entry.key || tracked.sessionId !== entry.sessionId || (label !== undefined && label !== tracked.label);
    if (!news) return;
    tracked.routingKey = entry.key;
    tracked.sessionId = entry.sessionId;
    tracked.label = label;
    this.#desk.learn({
      session: tracked.session,
      sessionId: entry.sessionId,
      routingKey: entry.key,
      ...(label === undefined ? {} : { label }),
    });
  }

  decide(now: number): void {
    for (const directoryKey of this.#due.take(now)) {
      const view = this.#desk.views.get(directoryKey);
      if (view === undefined) continue;
      if (view.state !== 'ok') {
        this.#due.set(directoryKey, now + this.#desk.policy.settleMs);
        continue;
      }
      this.#judge(view, this.#state(directoryKey), now);
    }
  }

  get agendas(): readonly Deadlines[] {
    return [this.#due];
  }

  #read(view: DirectoryView, state: IndexState, entries: ReadonlyMap<string, IndexEntry>): readonly TrackedSession[] {
    for (const [key, was] of state.good) {
      const entry = entries.get(key);
      if (entry === undefined) state.vanished.set(key, was);
      else if (entry.sessionId !== was.sessionId) state.renamed.set(key, was);
    }
    for (const key of entries.keys()) state.vanished.delete(key);
    const good = new Map<string, Referenced>();
    const entryOf = new Map<string, IndexEntry>();
    const referenced: TrackedSession[] = [];
    for (const [key, entry] of entries) {
      const nativeId = nativeIdOf(entry, this.#classify);
      good.set(key, { sessionId: entry.sessionId, nativeId });
      entryOf.set(nativeId, entry);
    }
    const before = state.entryOf;
    state.good = good;
    state.entryOf = entryOf;
    const { sourceId, agent } = view.directory;
    for (const [nativeId, entry] of before) {
      if (!entryOf.has(nativeId) && this.#desk.table.get({ sourceId, agent, nativeId }) === undefined)
        remember(state.unseen, nativeId, entry);
    }
    for (const [nativeId, entry] of entryOf) {
      if (before.get(nativeId) === entry) continue;
      const tracked = this.#desk.table.get({ sourceId, agent, nativeId });
      if (tracked === undefined) continue;
      this.learn(tracked);
      if (!before.has(nativeId)) referenced.push(tracked);
    }
    return referenced;
  }

  #judge(view: DirectoryView, state: IndexState, now: number): void {
    if (state.badSince !== undefined) {
      const named = [...state.good].filter(([, { nativeId }]) => view.transcripts.has(nativeId));
      // There never was one, or all that it named went with it: that is told as what it is.
      if (named.length === 0 && view.index === undefined) return;
      state.lost = new Map(named);
      this.#raise(view, state, state.badSince, view.index === undefined ? 'missing' : 'unreadable', state.lost.size, now);
      return;
    }
    const previousSize = state.good.size + state.vanished.size;
    const lost = this.#stillLost(view, state, new Map([...state.lost, ...state.vanished]));
    // OpenClaw begins with an empty list when it cannot read its own: what it then says of a key is no reset.
    const renamed = lost.size > 0 || state.wasBad ? this.#stillLost(view, state, state.renamed) : [];
    state.lost = new Map([...renamed, ...lost]);
    state.vanished.clear();
    state.renamed.clear();
    state.wasBad = false;
    if (state.lost.size > 0) this.#raise(view, state, now, 'keys-vanished', previousSize, now);
    else this.#heal(view, state, now);
  }

  /** A key is lost when its transcript lies there under its live name and no key leads to it. */
  #stillLost(view: DirectoryView, state: IndexState, keys: ReadonlyMap<string, Referenced>): ReadonlyMap<string, Referenced> {
    if (keys.size === 0) return keys;
    const sessionIds = new Set([...state.good.values()].map(({ sessionId }) => sessionId));
    return new Map([...keys].filter(([, { sessionId, nativeId }]) => !sessionIds.has(sessionId) && view.transcripts.has(nativeId)));
  }

  #heal(view: DirectoryView, state: IndexState, at: number): void {
    const open = this.#desk.incidentOf('index-lost', view.directory);
    if (open === undefined) return;
    state.lost = this.#stillLost(view, state, state.lost);
    if (state.lost.size === 0) this.#desk.resolve(open.draft.dedupeKey, 'self-healed', at);
  }

  #raise(view: DirectoryView, state: IndexState, since: number, reason: string, previousSize: number, now: number): void {
    const { sourceId, agent, path } = view.directory;
    const open = this.#desk.incidentOf('index-lost', view.directory);
    this.#desk.raise(
      {
        kind: 'index-lost',
        dedupeKey: open?.draft.dedupeKey ?? `index-lost:${agent}:s${sourceId}:t${since}:${path}`,
        severity: 'warning',
        sourceId,
        agent,
        messages: 0,
        bytes: 0,
        evidence: {
          directory: path,
          since,
          reason,
          ...(state.reading?.ok === false ? { detail: state.reading.reason } : {}),
          lostKeys: state.lost.size,
          keys: [...state.lost.keys()].slice(0, listedKeys),
          previousSize,
        },
      },
      now,
    );
  }

  #state(directoryKey: string): IndexState {
    const known = this.#directories.get(directoryKey);
    if (known !== undefined) return known;
    const state: IndexState = {
      reading: undefined,
      seen: false,
      good: new Map(),
      entryOf: new Map(),
      unseen: new Map(),
      badSince: undefined,
      vanished: new Map(),
      renamed: new Map(),
      wasBad: false,
      lost: new Map(),
    };
    this.#directories.set(directoryKey, state);
    return state;
  }
}

function remember(unseen: Map<string, IndexEntry>, nativeId: string, entry: IndexEntry): void {
  unseen.set(nativeId, entry);
  const [oldest] = unseen.keys();
  if (unseen.size > mostUnseen && oldest !== undefined) unseen.delete(oldest);
}
