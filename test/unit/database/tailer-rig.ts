import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Change, DirectoryRef } from '../../../main/core/capture/change.ts';
import type { DirectoryTailer } from '../../../main/core/capture/tailing.ts';
import { createDatabaseTailer } from '../../../main/core/database/database-tailer.ts';
import { silentLogger } from '../../../main/core/platform/logger.ts';
import { openclawJsonl } from '../../../main/core/sources/openclaw-jsonl.ts';
import { AgentDatabaseFile } from '../../support/agent-database.ts';
import { bytesOf, Captured } from '../../support/captured.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { tempDir } from '../../support/temp-dir.ts';

const PLENTY_BYTES = 1024 ** 3;

/** A tailer over a database, what it has captured, and the OpenClaw that owns it. Changes are committed as they come. */
export class DatabaseRig implements Disposable {
  readonly #temp = tempDir();
  readonly clock = new FakeClock(Date.now());
  readonly database: AgentDatabaseFile;
  readonly directory: DirectoryRef;
  isOwned = false;
  ignored = new Set<string>();
  tailer: DirectoryTailer;
  captured = new Captured();
  #lastId = 0;

  constructor(recorded = 'main') {
    this.database = new AgentDatabaseFile(this.#temp.path, this.clock, { recorded });
    this.directory = { sourceId: 1, agent: 'main', path: this.database.path, store: 'database' };
    this.tailer = this.#start();
  }

  poll(budgetBytes = PLENTY_BYTES): readonly Change[] {
    this.tailer.hint(undefined);
    return this.#commit(this.tailer.poll(budgetBytes));
  }

  sweep(): readonly Change[] {
    return this.#commit(this.tailer.sweep(PLENTY_BYTES));
  }

  restart(): void {
    this.tailer[Symbol.dispose]();
    this.tailer = this.#start();
  }

  /** Of the transcript as it is now. */
  text(sessionId: string): string {
    const live = this.captured.named(`${sessionId}.jsonl`).filter(({ closedAs }) => closedAs === undefined);
    return live.map((generation) => bytesOf(generation).toString('utf8')).join('\n---\n');
  }

  get sidecars(): readonly string[] {
    return ['-wal', '-shm', '-journal'].filter((end) => existsSync(`${this.database.path}${end}`));
  }

  get copies(): string {
    return join(this.#temp.path, 'copies');
  }

  get folder(): string {
    return dirname(this.database.path);
  }

  [Symbol.dispose](): void {
    this.tailer[Symbol.dispose]();
    this.database[Symbol.dispose]();
    this.#temp[Symbol.dispose]();
  }

  #commit(changes: readonly Change[]): readonly Change[] {
    this.captured = this.captured.with(changes);
    return changes;
  }

  #start(): DirectoryTailer {
    const nextGenerationId = () => {
      this.#lastId += 1;
      return this.#lastId;
    };
    return createDatabaseTailer(
      {
        clock: this.clock,
        log: silentLogger,
        classify: (name) => (this.ignored.has(basename(name, '.jsonl')) ? { is: 'ignored' } : openclawJsonl.classify(name)),
        nextGenerationId,
        isOwned: () => this.isOwned,
        copies: this.copies,
      },
      this.directory,
      this.captured.known,
    );
  }
}
