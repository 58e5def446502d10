import assert from 'node:assert/strict';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { CoreError } from '../../main/core/platform/errors.ts';
import { CoreRig } from '../support/core-rig.ts';

export const SESSIONS = ['aaaa', 'bbbb', 'cccc'] as const;
export type SessionName = (typeof SESSIONS)[number];

/** A state directory under the whole core, and what its buffer must then hold. */
export class RecordedState implements AsyncDisposable {
  readonly rig = new CoreRig();
  /** Contents that a completed look has seen: held for ever. */
  readonly #stable = new Set<string>();
  #flushIntervalMs = 1_000;
  #serial = 0;
  /** Neither paused nor switched off. */
  #isLooking = true;

  async begin(): Promise<void> {
    await this.rig.start({ flushIntervalMs: this.#flushIntervalMs });
  }

  exists(name: SessionName): boolean {
    return existsSync(this.rig.state.path(name));
  }

  /** A turn of the conversation, which begins when there is none. */
  turn(name: SessionName): void {
    this.#act(() => {
      if (!this.exists(name)) this.rig.state.begin(`agent:main:${name}`, name);
      this.#serial += 1;
      this.rig.state.turn(name, `question ${this.#serial}`, `answer ${this.#serial}`);
    });
  }

  /** A line arrives in two parts. */
  half(name: SessionName): void {
    this.#act(() => appendFileSync(this.rig.state.path(name), '{"type":"custom","customType":"half",'));
  }

  rest(name: SessionName): void {
    this.#act(() => appendFileSync(this.rig.state.path(name), '"data":{}}\n'));
  }

  archive(name: SessionName, because: 'reset' | 'deleted'): void {
    // The name of an archive is its time: two in one millisecond would be one file, and the loss of the first a true one.
    this.rig.clock.advance(1);
    this.#act(() => void this.rig.state.archive(name, because));
  }

  /** OpenClaw's compaction: a backup first, then a shorter file. */
  compact(name: SessionName): void {
    this.#act(() => {
      const path = this.rig.state.path(name);
      const lines = readFileSync(path, 'utf8').split('\n');
      this.#serial += 1;
      copyFileSync(path, `${path}.bak-1234-${this.rig.clock.now() + this.#serial}`);
      writeFileSync(path, `${[lines[0], ...lines.slice(-3)].join('\n')}`);
    });
  }

  /** An editor's save of what is there already, or of more. */
  save(name: SessionName, more: string): void {
    this.#act(() => {
      const path = this.rig.state.path(name);
      writeFileSync(`${path}.tmp`, readFileSync(path, 'utf8') + more);
      renameSync(`${path}.tmp`, path);
    });
  }

  remove(name: SessionName): void {
    this.#act(() => rmSync(this.rig.state.path(name)));
  }

  truncate(name: SessionName): void {
    this.#act(() => writeFileSync(this.rig.state.path(name), ''));
  }

  async pass(ms: number): Promise<void> {
    await this.rig.pass(ms);
  }

  /** A request may be refused while the disk is full, and for nothing else. */
  async check(): Promise<void> {
    const isLooking = this.#isLooking;
    if ((await this.#ask(() => this.rig.core.handlers.check({}))) && isLooking) this.#noteStable();
  }

  async flush(): Promise<void> {
    await this.#ask(() => this.rig.core.handlers.flush({}));
  }

  async pause(): Promise<void> {
    const until = this.rig.clock.now() + 60_000;
    if (await this.#ask(() => this.rig.core.handlers.pause({ untilMs: until }))) this.#isLooking = false;
  }

  async resume(): Promise<void> {
    await this.#ask(() => this.rig.core.handlers.resume({}));
  }

  async configure(flushIntervalMs: number, isProtected: boolean): Promise<void> {
    this.#flushIntervalMs = flushIntervalMs;
    if (!isProtected) this.#isLooking = false;
    await this.#ask(() => this.rig.core.handlers.configure({ roots: isProtected ? [this.rig.state.root] : [], flushIntervalMs }));
  }

  fill(isFull: boolean): void {
    this.rig.buffer.isFull = isFull;
  }

  /** `crash`: what was read and not committed is lost. */
  async restart(how: 'orderly' | 'crash'): Promise<void> {
    this.rig.buffer.isFull = how === 'crash';
    try {
      await this.rig.stop();
    } catch (error) {
      if (!(error instanceof CoreError) || error.code !== 'disk-full') throw error;
      await this.rig.stop();
    }
    this.rig.buffer.isFull = false;
    await this.begin();
    this.#isLooking = true;
  }

  async checkAtEnd(isHarmless: boolean): Promise<void> {
    this.rig.buffer.isFull = false;
    await this.rig.core.handlers.configure({ roots: [this.rig.state.root], flushIntervalMs: 1_000 });
    await this.rig.core.handlers.resume({});
    await this.rig.pass(100_000);
    const { status } = this.rig.core;
    assert.equal(status.problem, undefined, 'no problem remains');
    assert.equal(status.lagBytes, 0, 'everything is read');
    assert.equal(status.health, 'protecting');
    this.#noteStable();
    const held = await this.#heldContents();
    for (const content of this.#stable) {
      assert(
        held.some((bytes) => bytes.startsWith(content)),
        'what was seen is held for ever',
      );
    }
    assert.deepEqual(this.rig.damage, []);
    if (!isHarmless) return;
    const alarms = this.rig.incidents.filter(({ severity }) => severity !== 'info').map(({ kind }) => kind);
    assert.deepEqual(alarms, [], 'nothing harmless is told as a loss');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.rig.buffer.isFull = false;
    await this.rig[Symbol.asyncDispose]();
  }

  async #ask(request: () => Promise<unknown>): Promise<boolean> {
    try {
      await request();
      return true;
    } catch (error) {
      if (!(error instanceof CoreError) || error.code !== 'disk-full' || !this.rig.buffer.isFull) throw error;
      return false;
    }
  }

  #noteStable(): void {
    for (const name of this.#transcripts()) this.#stable.add(readFileSync(join(this.rig.state.sessions, name), 'utf8'));
  }

  #transcripts(): readonly string[] {
    return readdirSync(this.rig.state.sessions).filter((name) => name.includes('.jsonl') && !name.endsWith('.tmp'));
  }

  async #heldContents(): Promise<readonly string[]> {
    const { handlers } = this.rig.core;
    const sessions = await handlers.sessions({ limit: 100 });
    const details = await Promise.all(sessions.items.map(({ id }) => handlers.session({ row: id })));
    return details.flatMap(({ generations }) => generations.map(({ id }) => this.rig.bytesOf(id).toString('utf8')));
  }

  /** Real time stands still while virtual time passes: time stamps move by hand. */
  #act(action: () => void): void {
    const before = new Map(this.#transcripts().map((name) => [name, this.#contentOf(name)]));
    action();
    this.#serial += 1;
    const stamp = (this.rig.clock.now() + this.#serial) / 1000;
    for (const name of this.#transcripts()) {
      if (before.get(name) !== this.#contentOf(name)) utimesSync(join(this.rig.state.sessions, name), stamp, stamp);
    }
    utimesSync(this.rig.state.sessions, stamp, stamp);
  }

  #contentOf(name: string): string {
    return readFileSync(join(this.rig.state.sessions, name), 'utf8');
  }
}
