import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { silentLogger } from '../../../main/core/platform/logger.ts';
import { openStorage } from '../../../main/core/storage/opening.ts';
import type { Journal } from '../../../main/core/store/store.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { filesUnder } from '../../support/files-under.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';
import { HEADER, parseTestLine, Recording, said } from '../store/recording.ts';

/** Of the conversation that is told of only here. */
export const SECRET = 'quokkalight';
export const LOG = silentLogger;

/** A home that recorded a conversation, with one that was forgotten, one buffer that was set aside, a spool and logs; no core runs. */
export class Stored implements Disposable {
  readonly #dir: TempDir = tempDir();
  /** Holds the home and whatever the buffer is moved to. */
  readonly folder = join(this.#dir.path, 'disk');
  readonly home = join(this.folder, 'home');
  readonly spool = join(this.home, 'recorder-spool', '1764000000000-4711.jsonl');
  /** Beside, for what a test keeps. */
  readonly images = join(this.#dir.path, 'images');

  constructor() {
    mkdirSync(this.folder);
    using recording = new Recording({ path: this.folder, [Symbol.dispose]: () => undefined });
    recording.open('kept', HEADER + said(`the ${SECRET} is here ${'and more '.repeat(2_000)}`));
    const gone = recording.open('forgotten', HEADER + said('nobody knows'));
    recording.close(gone, 'deleted');
    recording.index();
    const { forgetting } = recording.journal;
    const passedOver = forgetting.begin(recording.row('forgotten'), recording.clock.now());
    while (!forgetting.erase(passedOver).isWhole);
    while (forgetting.scrub() === 'more');
    forgetting.scrubbed(forgetting.traces);
    writeFileSync(join(this.home, 'buffer.damaged-2026-01-02T03-04-05.678Z.db'), `damaged, with the ${SECRET} in it`, { mode: 0o600 });
    mkdirSync(join(this.home, 'logs'));
    writeFileSync(join(this.home, 'logs', 'app.log'), `{"event":"${SECRET}"}\n`);
    mkdirSync(join(this.home, 'recorder-spool'));
    const lines = [
      { v: 1, t: 1, seq: 0, hook: 'spool', part: 0, stateDir: '/agent' },
      { v: 1, t: 2, seq: 1, hook: 'message_received', text: SECRET },
      { v: 1, t: 3, seq: 2, hook: 'gateway_stop' },
    ];
    const torn = `{"v":1,"hook":"message_received","text":"${SECRET}`;
    writeFileSync(this.spool, lines.map((line) => `${JSON.stringify(line)}\n`).join('') + torn);
  }

  /** As the core opens it at its start. */
  opened<T>(use: (journal: Journal) => T, home = this.home): T {
    const { journal, damagedAside } = openStorage(home, { clock: new FakeClock(), log: LOG, parse: parseTestLine });
    try {
      if (damagedAside !== undefined) throw new Error('the buffer was found to be damaged');
      return use(journal);
    } finally {
      journal[Symbol.dispose]();
    }
  }

  /** Titles of what is held. */
  get conversations(): readonly string[] {
    return this.conversationsOf(this.home);
  }

  conversationsOf(home: string): readonly string[] {
    return this.opened(({ catalog }) => catalog.sessions({ limit: 10 }).items.map(({ nativeId }) => nativeId), home);
  }

  /** Every file of a buffer that is anywhere. */
  get bufferFiles(): readonly string[] {
    const ours = /\/(?:buffer\.(?!lock)|clawback-buffer)/;
    return filesUnder(this.folder)
      .filter((path) => ours.test(path))
      .map((path) => path.slice(this.folder.length + 1))
      .sort();
  }

  namesIn(name: string): readonly string[] {
    return readdirSync(join(this.folder, name)).sort();
  }

  /** Its disk is not attached. */
  detach(name: string): void {
    rmSync(join(this.folder, name), { recursive: true });
  }

  [Symbol.dispose](): void {
    this.#dir[Symbol.dispose]();
  }
}
