import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Change, DirectoryRef } from '../../main/core/capture/change.ts';
import { createDirectoryTailer } from '../../main/core/capture/directory-tailer.ts';
import type { DirectoryTailer } from '../../main/core/capture/tailing.ts';
import type { Logger } from '../../main/core/platform/logger.ts';
import { nodeFileSystem } from '../../main/core/platform/node-file-system.ts';
import { openclawJsonl } from '../../main/core/sources/openclaw-jsonl.ts';
import { Captured } from './captured.ts';
import { FakeClock } from './fake-clock.ts';
import { FaultyFileSystem } from './faulty-file-system.ts';
import { tempDir } from './temp-dir.ts';

const PLENTY_BYTES = 1024 ** 3;

/** A tailer over a real directory, and what it has captured. Changes are committed as they come, unless `lost`. */
export class CaptureRig implements Disposable {
  readonly #temp = tempDir();
  readonly directory: DirectoryRef;
  /** Starts at the real time: files carry real time stamps. */
  readonly clock = new FakeClock(Date.now());
  readonly fs = new FaultyFileSystem(nodeFileSystem);
  readonly logged: string[] = [];
  tailer: DirectoryTailer;
  captured = new Captured();
  #lastId = 0;

  constructor(isMade = true) {
    this.directory = { sourceId: 1, agent: 'main', path: join(this.#temp.path, 'agents', 'main', 'sessions') };
    mkdirSync(join(this.directory.path, isMade ? '.' : '..'), { recursive: true });
    this.tailer = this.#start();
  }

  path(name: string): string {
    return join(this.directory.path, name);
  }

  poll(budgetBytes = PLENTY_BYTES): readonly Change[] {
    return this.#commit(this.tailer.poll(budgetBytes));
  }

  sweep(budgetBytes = PLENTY_BYTES): readonly Change[] {
    return this.#commit(this.tailer.sweep(budgetBytes));
  }

  /** The process ends and starts again from what was committed. */
  restart(): void {
    this.tailer[Symbol.dispose]();
    this.tailer = this.#start();
  }

  [Symbol.dispose](): void {
    this.tailer[Symbol.dispose]();
    this.#temp[Symbol.dispose]();
  }

  #commit(changes: readonly Change[]): readonly Change[] {
    this.captured = this.captured.with(changes);
    return changes;
  }

  #start(): DirectoryTailer {
    const log: Logger = { log: (_level, event, fields) => this.logged.push(`${event} ${JSON.stringify(fields)}`) };
    const nextGenerationId = () => {
      this.#lastId += 1;
      return this.#lastId;
    };
    const classify = (name: string) => openclawJsonl.classify(name);
    const deps = { fs: this.fs, clock: this.clock, log, classify, nextGenerationId };
    return createDirectoryTailer(deps, this.directory, this.captured.known);
  }
}

/** Short form of changes for assertions. */
export function kindsOf(changes: readonly Change[]): readonly string[] {
  return changes.map((change) => {
    if (change.change === 'closed') return `closed ${change.as}`;
    if (change.change === 'moved') return change.archived ? `archived ${change.archived.because}` : 'moved';
    return change.change === 'opened' && change.generation.archived ? `opened ${change.generation.archived.because}` : change.change;
  });
}
