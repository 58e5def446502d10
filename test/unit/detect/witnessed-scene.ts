import { Scene } from './scene.ts';

export const key = 'agent:main:main';

export interface TurnOptions {
  readonly user?: string;
  /** Texts before each tool call, then the last one. */
  readonly replies?: readonly string[];
  /** Which lines reach the file. */
  readonly written?: 'all' | 'none' | 'user';
  readonly seenBy?: readonly ('stream' | 'recorder')[];
  readonly isFirst?: boolean;
  readonly toolMs?: number;
  /** The gateway cannot remove its own lock. */
  readonly leaksLock?: boolean;
  readonly sessionKey?: string;
}

/** A gateway of OpenClaw 2026.3.13 as disk, stream and recorder plugin show it. */
export class WitnessedScene extends Scene {
  #turns = 0;

  /** A turn with everything that goes with it; returns its run. */
  converse(nativeId: string, options: TurnOptions = {}): string {
    const { user, replies, written, seenBy, isFirst, toolMs, leaksLock, sessionKey } = {
      user: `question ${this.#turns}`,
      replies: [`answer ${this.#turns}`],
      written: 'all',
      seenBy: ['stream', 'recorder'],
      isFirst: this.live(nativeId) === undefined,
      toolMs: 2_000,
      leaksLock: false,
      sessionKey: key,
      ...options,
    } as const;
    const run = `run-${this.#turns++}`;
    const stream = seenBy.includes('stream');
    const recorder = seenBy.includes('recorder');
    const place = { nativeId, sessionKey } as const;
    const late: (() => void)[] = [];
    const write = (role: 'user' | 'assistant' | 'tool', text: string): void => {
      if (written === 'none' || (written === 'user' && role !== 'user')) return;
      const at = this.now;
      if (isFirst && this.live(nativeId) === undefined && role === 'user') late.push(() => this.write(nativeId, role, text, { at }));
      else {
        for (const flush of late.splice(0)) flush();
        this.write(nativeId, role, text, { at });
      }
    };
    this.index(sessionKey, { sessionId: nativeId, ranOnce: !isFirst });
    this.locks = [...this.locks.filter((lock) => lock.nativeId !== nativeId), { nativeId, pid: 7, createdAt: this.now, holderAlive: true }];
    if (recorder) this.witness(`r:${run}:u`, { witness: 'recorder-plugin', role: 'user', text: user, ...place });
    if (stream)
      this.notice({ witness: 'gateway-stream', at: this.now, event: 'run-started', agent: 'main', sessionKey, runId: run, sourceId: 1 });
    write('user', user);
    this.tick(800);
    replies.forEach((reply, index) => {
      const isLast = index === replies.length - 1;
      if (recorder) {
        const text = isLast ? reply : `${reply}\n[tool exec]`;
        this.witness(`r:${run}:a${index}`, { witness: 'recorder-plugin', role: 'assistant', text, endsRun: isLast, ...place });
      }
      write('assistant', isLast ? `${reply} ` : `${reply}\n[tool exec]`);
      this.tick(300);
      if (isLast) return;
      this.run(toolMs, 1_000);
      if (recorder) this.witness(`r:${run}:t${index}`, { witness: 'recorder-plugin', role: 'tool', text: `ran ${index}`, ...place });
      write('tool', `ran ${index}`);
      this.tick(300);
    });
    if (stream) {
      this.witness(`s:${run}`, { witness: 'gateway-stream', role: 'assistant', text: replies.join(''), runId: run, ...place });
      this.ended(run, 'final', sessionKey);
    }
    if (!leaksLock) this.locks = this.locks.filter((lock) => lock.nativeId !== nativeId);
    if (written !== 'none') this.index(sessionKey, { sessionId: nativeId, ranOnce: true });
    this.tick(200);
    return run;
  }

  /** A reply begins to stream and goes no further. */
  beginReply(nativeId: string, partial: string, options: { readonly userWritten: boolean; readonly recorder: boolean }): void {
    const run = `run-${this.#turns++}`;
    const place = { nativeId, sessionKey: key } as const;
    this.index(key, { sessionId: nativeId, ranOnce: false });
    this.locks = [{ nativeId, pid: 7, createdAt: this.now, holderAlive: true }];
    this.notice({ witness: 'gateway-stream', at: this.now, event: 'run-started', agent: 'main', sessionKey: key, runId: run, sourceId: 1 });
    if (options.recorder) this.witness(`r:${run}:u`, { witness: 'recorder-plugin', role: 'user', text: 'the last question', ...place });
    if (options.userWritten) this.write(nativeId, 'user', 'the last question');
    this.tick(500);
    for (let words = 1; words <= 3; words++) {
      const text = partial.slice(0, Math.ceil((partial.length * words) / 3));
      this.witness(`s:${run}`, {
        witness: 'gateway-stream',
        role: 'assistant',
        phase: 'partial',
        endsRun: false,
        text,
        runId: run,
        ...place,
      });
      this.tick(500);
    }
  }

  /** kill -9: the lock stays, the stream closes without a word. */
  killGateway(): void {
    this.gateway = 'stopped';
    this.locks = this.locks.map((lock) => ({ ...lock, holderAlive: false }));
    this.notice({ witness: 'gateway-stream', at: this.now, event: 'gateway-ended', clean: false, closeCode: 1006, sourceId: 1 });
    this.tick(100);
  }

  ended(runId: string, outcome: 'final' | 'aborted' | 'error', sessionKey = key, withText = true): void {
    this.notice({
      witness: 'gateway-stream',
      at: this.now,
      event: 'run-ended',
      agent: 'main',
      sessionKey,
      runId,
      outcome,
      withText,
      sourceId: 1,
    });
  }

  /** Everything that is open or was, but quiet history. */
  get alarms(): readonly string[] {
    return [...this.incidents.values()].filter(({ draft }) => draft.severity !== 'info').map(({ draft }) => draft.kind);
  }
}
