import { ChunkReader } from './chunk-reader.ts';
import { bufferPaths, sizeOf } from './database.ts';
import { EvidenceQueries } from './evidence-queries.ts';
import { fileLines } from './file-lines.ts';
import { IncidentQueries } from './incident-queries.ts';
import { MessageQueries } from './message-queries.ts';
import { RecordText } from './record-text.ts';
import { RestoreQueries } from './restore-queries.ts';
import { Search } from './search.ts';
import { SessionQueries } from './session-queries.ts';
import type { Sqlite } from './sqlite.ts';
import { storageError } from './sqlite-errors.ts';
import { StorageQueries } from './storage-queries.ts';
import type { Catalog, ParseLine } from './store.ts';
import { verifyBuffer } from './verification.ts';
import { WitnessQueries } from './witness-queries.ts';
import { Spoken } from './witness-spoken.ts';

export interface CatalogDeps {
  readonly home: string;
  readonly parse: ParseLine;
  /** Indexes what is captured of a session; a reader beside the writer cannot and answers from what is indexed. */
  readonly settle?: (sessionRow: number) => void;
  /** Disposing the catalog closes its connection. */
  readonly owned?: boolean;
}

/** The read side over one connection. Faults of the storage come out as CoreError. */
export function createCatalog(db: Sqlite, deps: CatalogDeps): Catalog {
  const { home } = deps;
  const reader = new ChunkReader(db);
  const texts = new RecordText(db, reader, deps.parse);
  const sessions = new SessionQueries(db);
  const messages = new MessageQueries(db, reader, texts);
  const search = new Search(db, texts);
  const incidents = new IncidentQueries(db);
  const restores = new RestoreQueries(db);
  const settle = deps.settle ?? (() => undefined);
  const evidence = new EvidenceQueries(db, reader, texts, settle);
  const storage = new StorageQueries(db);
  const witnessed = new WitnessQueries(db, reader);
  const spoken = new Spoken(db, texts, settle);
  const backlog = db.prepare<[], { bytes: number }>(
    `SELECT coalesce(sum("offset" - scanned_to), 0) AS bytes FROM generation WHERE kind IN ('transcript','witness') AND scanned_to < "offset"`,
  );

  const answer = <T>(query: () => T): T => {
    try {
      return query();
    } catch (error) {
      throw storageError(error, home);
    }
  };
  function* each<T>(items: () => Iterable<T>): IterableIterator<T> {
    try {
      yield* items();
    } catch (error) {
      throw storageError(error, home);
    }
  }
  async function* eachSoon<T>(items: () => AsyncIterable<T>): AsyncIterableIterator<T> {
    try {
      yield* items();
    } catch (error) {
      throw storageError(error, home);
    }
  }
  const bytes: Catalog['bytes'] = (generationId, upTo, options) =>
    each(() => {
      const size = reader.size(generationId);
      return reader.from(generationId, Math.min(upTo ?? size, size), options?.unchecked);
    });

  return {
    sources: () => answer(() => sessions.sources()),
    sourceBytes: () => answer(() => storage.bySource()),
    held: (now) => answer(() => storage.held(now)),
    sessions: (query) => answer(() => sessions.page(query)),
    sessionFacets: (filter) => answer(() => sessions.facets(filter)),
    session: (row) => answer(() => sessions.byRow(row)),
    findSessions: (reference) => answer(() => sessions.find(reference)),
    generations: (sessionRow) => answer(() => sessions.generations(sessionRow)),
    messages: (sessionRow, options) => answer(() => messages.page(sessionRow, options)),
    messageText: (generationId, start, limitBytes) => answer(() => messages.text(generationId, start, limitBytes)),
    search: (text, limit) => answer(() => search.hits(text, limit)),
    incidents: (options) => answer(() => incidents.list(options)),
    incident: (id) => answer(() => incidents.byId(id)),
    openIncidentCount: () => answer(() => incidents.openCount()),
    bytes,
    bytesAhead: (generationId, upTo) => eachSoon(() => reader.ahead(generationId, Math.min(upTo, reader.size(generationId)))),
    lines: (generationId, upTo) => fileLines(bytes(generationId, upTo)),
    verify: (onProgress) => answer(() => verifyBuffer(db, onProgress ?? (() => undefined))),
    restores: () => answer(() => restores.list()),
    restore: (id) => answer(() => restores.byId(id)),
    restoreDraft: (id) => answer(() => restores.draft(id)),
    bufferBytes: () => answer(() => bufferBytes(home)),
    indexBacklogBytes: () => answer(() => backlog.get()?.bytes ?? 0),
    onlyHere: (session) => answer(() => evidence.onlyHere(session)),
    shape: (session) => answer(() => evidence.shape(session)),
    startedByCommand: (session) => answer(() => evidence.startedByCommand(session)),
    lastMessageAt: (session) => answer(() => evidence.lastMessageAt(session)),
    messageCount: (session) => answer(() => evidence.messageCount(session)),
    pendingWitnessed: () => answer(() => witnessed.pendingWitnessed()),
    unpersisted: (session) => answer(() => witnessed.unpersisted(session)),
    spoken: (query, sinceMs) => answer(() => spoken.since(query, sinceMs)),
    unpersistedLines: (sessionRow) => answer(() => witnessed.lines(sessionRow)),
    lastWitnessedAt: (sourceId, witness) => answer(() => witnessed.lastAt(sourceId, witness)),
    [Symbol.dispose]() {
      if (deps.owned && db.open) db.close();
    },
  };
}

function bufferBytes(home: string): number {
  const { database, wal, shm } = bufferPaths(home);
  return sizeOf(database) + sizeOf(wal) + sizeOf(shm);
}
