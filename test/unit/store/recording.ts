import { createHash } from 'node:crypto';
import type { ArchiveMark, Change, Checkpoint, DirectoryRef, FileIdentity } from '../../../main/core/capture/change.ts';
import type { Outcome, SessionRef, Transition } from '../../../main/core/detect/detection.ts';
import { silentLogger } from '../../../main/core/platform/logger.ts';
import { parseLine } from '../../../main/core/sources/registry.ts';
import type { ParsedLine } from '../../../main/core/sources/source.ts';
import { openBuffer } from '../../../main/core/store/buffer.ts';
import type { Journal, ParseLine } from '../../../main/core/store/store.ts';
import { noThreads, type StoreThreads } from '../../../main/core/store/store-threads.ts';
import type { ArtefactKind, ClosedAs, IncidentDraft } from '../../../main/core/types.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';

export const NOTHING: Outcome = { transitions: [], sessions: [], drafts: [], resolved: [] };

/** A format just rich enough to test the store with: `{type, id, at, role, text}` a line. What the buffer writes itself is in OpenClaw's. */
export const parseTestLine: ParseLine = (layout, line): ParsedLine => {
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(Buffer.from(line).toString('utf8')) as Record<string, unknown>;
  } catch (error) {
    if (error instanceof SyntaxError) return { kind: 'opaque' };
    throw error;
  }
  if (value.type === 'header') return { kind: 'header' };
  if (value.type !== 'message') return { kind: 'meta' };
  if (value.message !== undefined) return parseLine(layout, line);
  return {
    kind: 'message',
    role: value.role as 'user' | 'assistant' | 'tool',
    text: String(value.text),
    ...(value.id === undefined ? {} : { entryId: String(value.id) }),
    ...(value.at === undefined ? {} : { at: Number(value.at) }),
    ...(value.startsSession === true ? { startsSession: true } : {}),
  };
};

export interface Said {
  readonly id?: string;
  readonly role?: 'user' | 'assistant' | 'tool';
  readonly at?: number;
  readonly startsSession?: boolean;
}

export const HEADER = '{"type":"header"}\n';

export function said(text: string, { id, role = 'user', at, startsSession }: Said = {}): string {
  return `${JSON.stringify({ type: 'message', id, role, at, text, startsSession })}\n`;
}

/** A buffer in a directory of its own, and a pretended agent that writes files for it. */
export class Recording implements Disposable {
  readonly #dir: TempDir;
  readonly #threads: StoreThreads;
  readonly home: string;
  readonly clock = new FakeClock();
  readonly directory: DirectoryRef;
  journal: Journal;
  #inode = 100n;
  readonly #contents = new Map<number, Buffer>();

  constructor(dir: TempDir = tempDir(), threads: StoreThreads = noThreads) {
    this.#dir = dir;
    this.#threads = threads;
    this.home = `${dir.path}/home`;
    this.journal = this.#open();
    const source = this.journal.registerSource('openclaw-jsonl', '/agent', this.clock.now());
    this.directory = { sourceId: source.id, agent: 'main', path: '/agent/agents/main/sessions' };
  }

  get catalog() {
    return this.journal.catalog;
  }

  ref(nativeId: string): SessionRef {
    return { sourceId: this.directory.sourceId, agent: this.directory.agent, nativeId };
  }

  /** Row of a conversation; throws when it has none. */
  row(nativeId: string): number {
    const found = this.catalog.findSessions(nativeId)[0];
    if (found === undefined) throw new Error(`no session ${nativeId}`);
    return found.id;
  }

  reopen(): void {
    this.journal[Symbol.dispose]();
    this.journal = this.#open();
  }

  commit(changes: readonly Change[], outcome: Partial<Outcome> = {}) {
    return this.journal.commit(changes, { ...NOTHING, ...outcome }, this.clock.now());
  }

  /** Opens a generation, with what it holds from the start. */
  open(
    nativeId: string,
    content = '',
    options: { kind?: ArtefactKind; name?: string; archived?: ArchiveMark; mtimeMs?: number; agent?: string } = {},
  ): number {
    const id = this.journal.nextGenerationId();
    const { kind = 'transcript', name = `${nativeId}.jsonl`, archived, mtimeMs = 0, agent = this.directory.agent } = options;
    const path = `/agent/agents/${agent}/sessions`;
    this.#inode += 1n;
    const opened: Change = {
      change: 'opened',
      generation: {
        id,
        directory: { ...this.directory, agent, path },
        kind,
        name,
        ...(kind === 'index' ? {} : { nativeId }),
        ...(kind === 'transcript' ? { sessionId: nativeId } : {}),
        path: `${path}/${name}`,
        identity: this.identity(this.#inode),
        mtimeNs: BigInt(mtimeMs) * 1_000_000n,
        at: this.clock.now(),
        ...(archived === undefined ? {} : { archived }),
      },
    };
    this.#contents.set(id, Buffer.alloc(0));
    this.commit(content === '' ? [opened] : [opened, this.appended(id, content, mtimeMs)]);
    return id;
  }

  identity(ino: bigint): FileIdentity {
    return { dev: 1n, ino, birthtimeNs: 1_700_000_000_000_000_001n };
  }

  /** The change for more bytes of a generation. */
  appended(id: number, content: string | Uint8Array, mtimeMs = 0): Change {
    const bytes = Buffer.from(content);
    const before = this.#contents.get(id) ?? Buffer.alloc(0);
    const after = Buffer.concat([before, bytes]);
    this.#contents.set(id, after);
    return {
      change: 'appended',
      generationId: id,
      start: before.length,
      bytes,
      checkpoint: checkpointOf(id, after, this.identity(this.#inode), BigInt(mtimeMs) * 1_000_000n),
      at: this.clock.now(),
    };
  }

  append(id: number, content: string | Uint8Array, mtimeMs = 0): void {
    this.commit([this.appended(id, content, mtimeMs)]);
  }

  close(id: number, as: ClosedAs): void {
    this.commit([{ change: 'closed', generationId: id, as, at: this.clock.now() }]);
  }

  index(): number {
    return this.journal.index(Number.POSITIVE_INFINITY);
  }

  /** What was appended to a generation so far. */
  content(id: number): Buffer {
    return this.#contents.get(id) ?? Buffer.alloc(0);
  }

  [Symbol.dispose](): void {
    this.journal[Symbol.dispose]();
    this.#dir[Symbol.dispose]();
  }

  #open(): Journal {
    return openBuffer(this.home, { clock: this.clock, log: silentLogger, parse: parseTestLine, threads: this.#threads }).journal;
  }
}

export function checkpointOf(id: number, content: Buffer, identity: FileIdentity, mtimeNs: bigint): Checkpoint {
  return {
    generationId: id,
    offset: content.length,
    head: fingerprint(content.subarray(0, 1024)),
    tail: fingerprint(content.subarray(Math.max(0, content.length - 64))),
    identity,
    mtimeNs,
  };
}

export function captured(journal: Journal, generationId: number, upTo?: number): Buffer {
  return Buffer.concat([...journal.catalog.bytes(generationId, upTo)]);
}

export function texts(journal: Journal, sessionRow: number, generationId?: number): readonly string[] {
  const options = generationId === undefined ? { limit: 500 } : { limit: 500, generationId };
  return journal.catalog.messages(sessionRow, options).items.map((message) => message.text);
}

export function draft(overrides: Partial<IncidentDraft> = {}): IncidentDraft {
  return {
    kind: 'deleted',
    dedupeKey: 'deleted:main:a',
    severity: 'loss',
    sourceId: 1,
    agent: 'main',
    nativeId: 'a',
    messages: 2,
    bytes: 100,
    evidence: { path: '/agent/a.jsonl' },
    ...overrides,
  };
}

export function moved(session: SessionRef, to: Transition['to'], at: number, rest: Partial<Transition> = {}): Transition {
  return { session, from: 'live', to, cause: 'test', at, ...rest };
}

function fingerprint(bytes: Buffer) {
  return {
    length: bytes.length,
    sha256: bytes.length === 0 ? new Uint8Array(0) : new Uint8Array(createHash('sha256').update(bytes).digest()),
  };
}
