import type { Change, DirectoryRef } from '../capture/change.ts';
import type { KnownGeneration } from '../capture/tailing.ts';
import type { Outcome, RememberedIncident, RememberedSession } from '../detect/detection.ts';
import type { Clock } from '../platform/clock.ts';
import { errnoOf } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import type { RestorePhase, SessionState, SourceLayout } from '../types.ts';
import { createCatalog } from './catalog.ts';
import { ChunkReader } from './chunk-reader.ts';
import { ChunkWriter } from './chunk-writer.ts';
import { markSuspect } from './damage.ts';
import { bufferPaths } from './database.ts';
import { BufferForgetting } from './forgetting.ts';
import { readKnownDatabases, readKnownGenerations } from './generation-rows.ts';
import { GenerationWriter } from './generation-writer.ts';
import { type IncidentRow, SELECT_INCIDENT, toDraft } from './incident-rows.ts';
import { IncidentWriter } from './incident-writer.ts';
import { Indexer } from './indexer.ts';
import { Presence } from './presence.ts';
import { RecordText } from './record-text.ts';
import { RestoreWriter } from './restore-writer.ts';
import { CopyRemover } from './retention.ts';
import { RunWriter } from './run-writer.ts';
import { SessionWriter } from './session-writer.ts';
import { inTransaction, type Sqlite, withoutSync } from './sqlite.ts';
import { isDamage, storageError } from './sqlite-errors.ts';
import type { Catalog, CommitResult, Journal, ParseLine, RestoreDraft, SourceRow, WitnessSighting } from './store.ts';
import type { StoreThreads } from './store-threads.ts';
import { type RebuildStep, TextRebuild } from './text-rebuild.ts';
import { Upkeep } from './upkeep.ts';
import { WalFlush } from './wal-flush.ts';
import { portionsOf, WitnessRecorder } from './witness-recorder.ts';
import { Retraction } from './witness-retraction.ts';
import { WitnessVerdicts } from './witness-verdicts.ts';

export interface JournalDeps {
  readonly home: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly parse: ParseLine;
  readonly threads: StoreThreads;
}

interface SessionRow {
  readonly source_id: number;
  readonly agent: string;
  readonly native_id: string;
  readonly session_id: string;
  readonly state: SessionState;
  readonly state_since: number;
  readonly deadline_at: number | null;
  readonly routing_key: string | null;
  readonly state_cause: string | null;
  /** Messages that incidents of loss already speak of, without those that no file ever held. */
  readonly reported: number | null;
}

/** The one writer. Owns the connection and the writer lock from its construction on. */
export class BufferJournal implements Journal {
  readonly catalog: Catalog;
  readonly forgetting: BufferForgetting;
  readonly #deps: JournalDeps;
  readonly #db: Sqlite;
  readonly #lock: Disposable;
  readonly #sessions: SessionWriter;
  readonly #generations: GenerationWriter;
  readonly #incidents: IncidentWriter;
  readonly #restores: RestoreWriter;
  readonly #runs: RunWriter;
  readonly #indexer: Indexer;
  readonly #witnessed: WitnessRecorder;
  readonly #verdicts: WitnessVerdicts;
  readonly #upkeep: Upkeep;
  readonly #walFlush: WalFlush;
  readonly #rebuild: TextRebuild;
  readonly #copies: CopyRemover;
  #lastGenerationId: number;

  constructor(db: Sqlite, lock: Disposable, deps: JournalDeps) {
    this.#db = db;
    this.#lock = lock;
    this.#deps = deps;
    this.#sessions = new SessionWriter(db, deps.log);
    this.#generations = new GenerationWriter(db, this.#sessions, deps.threads);
    this.#incidents = new IncidentWriter(db);
    this.#restores = new RestoreWriter(db);
    this.#runs = new RunWriter(db);
    const { database } = bufferPaths(deps.home);
    this.#indexer = new Indexer(db, {
      ...deps,
      ahead: {
        readAhead: (stretches) => deps.threads.readAhead(database, stretches),
        digested: (stretch) => deps.threads.digested(stretch),
      },
    });
    this.#copies = new CopyRemover(db, deps.clock);
    this.#rebuild = new TextRebuild(db, new RecordText(db, new ChunkReader(db), deps.parse), deps.clock);
    const retraction = new Retraction(db, new Presence(db), new RecordText(db, new ChunkReader(db), deps.parse));
    this.#witnessed = new WitnessRecorder(db, retraction);
    this.#verdicts = new WitnessVerdicts(db, new ChunkWriter(db, deps.threads), this.#sessions, retraction, () => this.nextGenerationId());
    this.#upkeep = new Upkeep(db, deps.clock, deps.threads, bufferPaths(deps.home));
    this.#walFlush = new WalFlush(bufferPaths(deps.home).wal);
    this.#lastGenerationId = db.prepare<[], { id: number }>('SELECT coalesce(max(id), 0) AS id FROM generation').get()?.id ?? 0;
    this.forgetting = new BufferForgetting(db, {
      parse: deps.parse,
      write: (work) =>
        this.#write(() => {
          this.#rebuild.abandon();
          return work();
        }),
      guarded: (work) => this.#guarded(work),
    });
    this.catalog = createCatalog(db, {
      parse: deps.parse,
      home: deps.home,
      settle: (sessionRow) => this.#guarded(() => this.#indexer.settle(sessionRow)),
    });
  }

  get folder(): string {
    return this.#deps.home;
  }

  registerSource(layout: SourceLayout, root: string, at: number): SourceRow {
    return this.#write(() => {
      this.#db.prepare('INSERT INTO source (layout, root, added_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING').run(layout, root, at);
      const row = this.#db.prepare<[string], SourceRow>('SELECT id, layout, root FROM source WHERE root = ?').get(root);
      if (row === undefined) throw new Error('a source that was just written cannot be read');
      return row;
    });
  }

  nextGenerationId(): number {
    this.#lastGenerationId += 1;
    return this.#lastGenerationId;
  }

  commit(changes: readonly Change[], outcome: Outcome, at: number, durable: 'now' | 'later' = 'now'): CommitResult {
    const began = this.#deps.clock.monotonic();
    const { transitions, sessions, drafts, resolved, verdicts = [] } = outcome;
    if (changes.length + transitions.length + sessions.length + drafts.length + resolved.length + verdicts.length === 0) {
      return { bytes: 0, durationMs: 0, at, durable: true, opened: [], resolved: [] };
    }
    const mayWait = durable === 'later' && drafts.length + resolved.length + verdicts.length === 0;
    const write = <T>(work: () => T) => (mayWait ? this.#writeForLater(work) : this.#write(work));
    const written = write(() => {
      const bytes = this.#generations.apply(changes);
      this.#verdicts.apply(verdicts, at);
      for (const facts of sessions) this.#sessions.learn(facts);
      for (const transition of transitions) this.#sessions.move(transition);
      return { bytes, ...this.#incidents.apply(drafts, resolved, at) };
    });
    return { ...written, durationMs: this.#deps.clock.monotonic() - began, at, durable: !mayWait };
  }

  prepare(changes: readonly Change[]): void {
    this.#generations.prepare(changes);
  }

  sync(): void {
    this.#guarded(() => this.#walFlush.wait());
  }

  recordWitnessed(sightings: readonly WitnessSighting[], at: number): void {
    for (const portion of portionsOf(sightings)) {
      this.#write(() => {
        for (const sighting of portion) this.#witnessed.record(sighting, at);
      });
    }
  }

  witnessCursor(sourceId: number, witness: string): string | undefined {
    return this.#guarded(() => this.#witnessed.cursor(sourceId, witness));
  }

  knownGenerations(directory: DirectoryRef): readonly KnownGeneration[] {
    return this.#guarded(() => readKnownGenerations(this.#db, directory));
  }

  knownDatabases(sourceId: number): readonly DirectoryRef[] {
    return this.#guarded(() => readKnownDatabases(this.#db, sourceId));
  }

  rememberedSessions(): readonly RememberedSession[] {
    const rows = this.#guarded(() =>
      this.#db
        .prepare<[], SessionRow>(
          `SELECT s.source_id, s.agent, s.native_id, session_id, state, state_since, deadline_at, routing_key,
                  state_cause, reported
             FROM session s
             LEFT JOIN (SELECT session_row, cause AS state_cause, max(id) FROM transition GROUP BY session_row) ON session_row = s.id
             LEFT JOIN (SELECT source_id, agent, native_id, sum(messages - coalesce(json_extract(evidence, '$.unpersisted'), 0)) AS reported FROM incident
                         WHERE severity = 'loss' AND resolution IS NOT 'self-healed' GROUP BY source_id, agent, native_id) told
                  ON told.source_id = s.source_id AND told.agent = s.agent AND told.native_id = s.native_id
            ORDER BY s.id`,
        )
        .all(),
    );
    return rows.map((row) => ({
      session: { sourceId: row.source_id, agent: row.agent, nativeId: row.native_id },
      sessionId: row.session_id,
      state: row.state,
      stateSince: row.state_since,
      ...(row.deadline_at === null ? {} : { deadlineAt: row.deadline_at }),
      ...(row.routing_key === null ? {} : { routingKey: row.routing_key }),
      ...(row.state_cause === null ? {} : { stateCause: row.state_cause }),
      ...(row.reported === null ? {} : { reported: row.reported }),
    }));
  }

  rememberedIncidents(): readonly RememberedIncident[] {
    const rows = this.#guarded(() =>
      this.#db.prepare<[], IncidentRow>(`${SELECT_INCIDENT} WHERE i.resolved_at IS NULL ORDER BY i.opened_at, i.id`).all(),
    );
    return rows.map((row) => ({ dedupeKey: row.dedupe_key, draft: toDraft(row), openedAt: row.opened_at }));
  }

  index(budgetBytes: number): number {
    return this.#guarded(() => this.#indexer.index(budgetBytes));
  }

  retain(rule: Parameters<Journal['retain']>[0], budgetMs: number): ReturnType<Journal['retain']> {
    try {
      return this.#write(() => this.#copies.step(rule, budgetMs));
    } catch (error) {
      this.#copies.forget();
      throw error;
    }
  }

  rebuildText(budgetMs: number): RebuildStep {
    return this.#guarded(() => this.#rebuild.step(budgetMs));
  }

  acknowledge(incidentId: string, at: number): void {
    this.#write(() => this.#incidents.acknowledge(incidentId, at));
  }

  beginRestore(draft: RestoreDraft): void {
    this.#write(() => this.#restores.begin(draft));
  }

  advanceRestore(id: string, phase: RestorePhase, at: number, error?: string): void {
    this.#write(() => this.#restores.advance(id, phase, at, error));
  }

  placeRestore(id: string, place: { readonly sessionId: string; readonly path: string }): void {
    this.#write(() => this.#restores.place(id, place));
  }

  beginRun(version: string, at: number): { readonly runId: number; readonly uncleanStop: boolean } {
    return this.#write(() => this.#runs.begin(version, process.pid, at));
  }

  beat(runId: number, at: number): void {
    this.#write(() => this.#runs.beat(runId, at));
  }

  endRun(runId: number, at: number): void {
    this.#write(() => this.#runs.end(runId, at));
  }

  upkeep(budgetMs: number, at: number): boolean {
    const forgot = this.#guarded(() => this.#witnessed.forgetOld(at));
    return this.#guarded(() => this.#upkeep.run(budgetMs, at)) || forgot;
  }

  [Symbol.dispose](): void {
    if (!this.#db.open) return;
    this.catalog[Symbol.dispose]();
    this.#walFlush[Symbol.dispose]();
    this.#deps.threads[Symbol.dispose]();
    this.#db.close();
    this.#lock[Symbol.dispose]();
  }

  #write<T>(work: () => T): T {
    const result = this.#guarded(() => inTransaction(this.#db, work));
    this.#upkeep.committed();
    return result;
  }

  #writeForLater<T>(work: () => T): T {
    const result = this.#guarded(() => withoutSync(this.#db, () => inTransaction(this.#db, work)));
    this.#upkeep.committed('later');
    this.#guarded(() => this.#walFlush.begin());
    return result;
  }

  /** Names faults of the storage, and remembers damage so that the next start looks at every page. */
  #guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      const named = storageError(error, this.#deps.home);
      if (isDamage(errnoOf(named))) markSuspect(this.#deps.home);
      throw named;
    }
  }
}
