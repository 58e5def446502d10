import assert from 'node:assert/strict';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { CaptureRig } from '../support/capture-rig.ts';
import { bytesOf } from '../support/captured.ts';

/** Names that the actions work on; archives are made from them. */
export const LIVE_NAMES = ['aaaa.jsonl', 'bbbb.jsonl', 'sessions.json', 'aaaa.trajectory.jsonl'] as const;

const ONE_MEGABYTE = 1024 * 1024;
const PLENTY_BYTES = 1024 ** 3;

/** A sessions directory on which anything may happen, and what capture must then hold. */
export class SessionsModel implements Disposable {
  readonly rig = new CaptureRig();
  /** Every content that a file ever had: whatever is captured must be a prefix of one of these. */
  readonly #ever = new Set<string>();
  /** Content that was there in a completed look, so it is held for ever. */
  readonly #seen = new Set<string>();
  /** Inodes that the last completed look saw: their descriptors are open, so that they cannot vanish unread. */
  #followed = new Set<string>();
  /** Last content of followed inodes that were destroyed since; the next completed look holds it. */
  #promised: string[] = [];
  #serial = 0;
  #timePassed = false;

  exists(name: string): boolean {
    return existsSync(this.rig.path(name));
  }

  archivesOf(name: string): readonly string[] {
    return readdirSync(this.rig.directory.path)
      .filter((each) => each.startsWith(`${name}.`) && !each.endsWith('.tmp'))
      .sort();
  }

  /** `[line, half a line, a long line]`: every one is unlike any other, at every place. */
  text(kind: 'line' | 'half' | 'long'): string {
    this.#serial += 1;
    const stamp = `${this.#serial}-`;
    if (kind === 'long') return `${stamp.repeat(Math.ceil(ONE_MEGABYTE / stamp.length))}\n`;
    return kind === 'line' ? `${stamp.repeat(12)}\n` : stamp.repeat(3);
  }

  append(name: string, text: string): void {
    this.#act([name], () => appendFileSync(this.rig.path(name), text));
  }

  truncate(name: string, keep: number): void {
    const size = readFileSync(this.rig.path(name)).length;
    this.#act([name], () => truncateSync(this.rig.path(name), Math.floor(size * keep)));
  }

  rewriteInPlace(name: string, length: number): void {
    const bytes = this.text('line').repeat(length).slice(0, length);
    this.#act([name], () => writeFileSync(this.rig.path(name), bytes));
  }

  sizeOf(name: string): number {
    return readFileSync(this.rig.path(name)).length;
  }

  replace(name: string, how: 'same' | 'longer' | 'other'): void {
    const before = readFileSync(this.rig.path(name), 'latin1');
    const after = how === 'other' ? this.text('line') : how === 'longer' ? before + this.text('line') : before;
    const temporary = this.rig.path('replacement.tmp');
    this.#act([name], () => {
      writeFileSync(temporary, after, 'latin1');
      this.#destroy(name);
      renameSync(temporary, this.rig.path(name));
    });
  }

  rename(from: string, to: string): void {
    this.#act([to], () => {
      if (from !== to && this.exists(to)) this.#destroy(to);
      renameSync(this.rig.path(from), this.rig.path(to));
    });
  }

  copy(from: string, to: string): void {
    this.#act([to], () => copyFileSync(this.rig.path(from), this.rig.path(to)));
  }

  unlink(name: string): void {
    this.#act([], () => {
      this.#destroy(name);
      rmSync(this.rig.path(name));
    });
  }

  archiveName(name: string): string {
    this.#serial += 1;
    const at = new Date(Date.UTC(2026, 10, 22) + this.#serial);
    return name === 'sessions.json' ? `${name}.bak.${at.getTime()}` : `${name}.reset.${at.toISOString().replaceAll(':', '-')}`;
  }

  passTime(ms: number): void {
    this.#timePassed = true;
    this.rig.clock.advance(ms);
  }

  /** A look that may not read everything. */
  pollWithin(budgetBytes: number): void {
    const bytes = this.rig.poll(budgetBytes).reduce((sum, change) => sum + (change.change === 'appended' ? change.bytes.length : 0), 0);
    assert(bytes <= budgetBytes, `${bytes} bytes read, ${budgetBytes} allowed`);
    this.#checkBytes();
  }

  poll(): void {
    this.rig.poll();
    this.#checkHeld();
  }

  sweep(): void {
    this.rig.sweep();
    this.#checkHeld();
    const { listing } = this.rig.tailer;
    assert.deepEqual(this.rig.sweep(), [], 'a sweep without a change writes nothing');
    assert.equal(this.rig.tailer.listing, listing, 'a sweep without a change shows nothing new');
    assert.equal(this.rig.tailer.lagBytes, 0);
  }

  restart(): void {
    this.#followed.clear();
    this.#promised = [];
    this.rig.restart();
  }

  /** What a look found was handed out and never committed. */
  crash(): void {
    this.rig.tailer.poll(PLENTY_BYTES);
    this.restart();
  }

  checkAtEnd(): void {
    this.sweep();
    const held = [...this.rig.captured.generations.values()].map((generation) => bytesOf(generation).toString('latin1'));
    for (const content of this.#seen)
      assert(
        held.some((bytes) => bytes.startsWith(content)),
        'what was seen is held for ever',
      );
    this.rig.tailer[Symbol.dispose]();
    assert.equal(this.rig.fs.openFiles, 0, 'no descriptor is left open');
  }

  [Symbol.dispose](): void {
    this.rig[Symbol.dispose]();
  }

  #act(names: readonly string[], action: () => void): void {
    action();
    // Real time stands still while the test's own time passes: then time stamps move by hand.
    if (this.#timePassed) {
      this.#serial += 1;
      const stamp = (Date.now() + 60_000 + this.#serial * 10) / 1000;
      for (const name of names) utimesSync(this.rig.path(name), stamp, stamp);
      utimesSync(this.rig.directory.path, stamp, stamp);
    }
    for (const name of names) this.#ever.add(this.#contentOf(name));
  }

  #destroy(name: string): void {
    if (this.#followed.has(this.#inodeOf(name))) this.#promised.push(this.#contentOf(name));
  }

  /** A number alone is reused at once. */
  #inodeOf(name: string): string {
    const { ino, birthtimeNs } = statSync(this.rig.path(name), { bigint: true });
    return `${ino}:${birthtimeNs}`;
  }

  #contentOf(name: string): string {
    return readFileSync(this.rig.path(name), 'latin1');
  }

  #checkHeld(): void {
    const standing = new Map(this.rig.captured.known.map(({ path, id }) => [path, id]));
    const names = readdirSync(this.rig.directory.path);
    assert.equal(standing.size, names.length, 'every file has one generation, and nothing else has');
    for (const name of names) {
      const generation = this.rig.captured.generations.get(standing.get(this.rig.path(name)) ?? -1);
      assert(generation, `${name} is mirrored`);
      const content = this.#contentOf(name);
      assert(bytesOf(generation).toString('latin1') === content, `${name} is mirrored byte for byte`);
      this.#seen.add(content);
    }
    for (const content of this.#promised.splice(0)) this.#seen.add(content);
    this.#followed = new Set(names.map((name) => this.#inodeOf(name)));
    this.#checkBytes();
    assert(this.rig.fs.openFiles <= 64, 'few descriptors are open');
  }

  #checkBytes(): void {
    for (const generation of this.rig.captured.generations.values()) {
      const bytes = bytesOf(generation).toString('latin1');
      assert(
        [...this.#ever].some((content) => content.startsWith(bytes)),
        'no byte was captured that was not there',
      );
    }
  }
}
