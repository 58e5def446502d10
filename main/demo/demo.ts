import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, systemClock } from '../core/platform/clock.ts';
import { DemoAgent } from './agent.ts';
import { DemoRecorder } from './recorder.ts';
import { type Act, cast, demoActs, type TimedAct } from './scenario.ts';

export interface DemoOptions {
  readonly clock?: Clock;
  /** Told of every act when it is done. */
  readonly onAct?: (act: Act) => void;
  /**
   * When the acts begin. `watched` (default): when a Clawback has opened its buffer in `home`, because a transcript that is deleted
   * before anybody has read it cannot be shown to be saved; after `patienceMs` at the latest. `now`: at once.
   */
  readonly begin?: 'watched' | 'now';
  /** What is played; otherwise the losses, and then a conversation without end. */
  readonly acts?: Iterable<TimedAct>;
  /** Holds both directories; must not exist. Otherwise one with a name of its own in the system's temporary directory. */
  readonly directory?: string;
}

export interface Demo {
  /** An OpenClaw state directory with the conversations of the demo. */
  readonly stateDir: string;
  /** For the buffer of the Clawback that watches the demo: private, and gone with it. */
  readonly home: string;
  /** Ends the play and removes both directories. Stop what watches them first. */
  stop(): Promise<void>;
}

/** A slow machine builds and starts the app in this time; whoever watches with another `home` waits this long. */
const patienceMs = 30_000;
/** The file that a recorder makes first, see store/database.ts. */
const bufferName = 'buffer.db';
const watchPollMs = 250;

/** How soon an act looks again for an index lock that a restore holds, which it does for less than a second. */
const lockRetryMs = 50;

/**
 * A scripted agent in a private temporary directory (0700) that has the seed incident: a long conversation is reset and goes on
 * without a file, seen by the recorder alone; one transcript is truncated and one deleted, and one conversation lives on until
 * `stop`. Touches nothing else, and no gateway runs on its directory.
 */
export async function startDemo(options: DemoOptions = {}): Promise<Demo> {
  const clock = options.clock ?? systemClock;
  if (options.directory !== undefined) mkdirSync(options.directory, { mode: 0o700 });
  const base = realpathSync(options.directory ?? mkdtempSync(join(tmpdir(), 'clawback-demo-')));
  const stateDir = join(base, 'openclaw');
  const home = join(base, 'clawback');
  const sessions = join(stateDir, 'agents', 'main', 'sessions');
  const workspace = join(stateDir, 'workspace');
  for (const directory of [home, workspace, sessions]) mkdirSync(directory, { recursive: true, mode: 0o700 });
  // Without a port of its own the demo would be taken for the user's real gateway on the default port, and Restore refused.
  const gateway = { mode: 'local', bind: 'loopback', port: await unusedPort() };
  writeFileSync(join(stateDir, 'openclaw.json'), JSON.stringify({ gateway }, undefined, 2), { mode: 0o600 });

  const agent = new DemoAgent(sessions, workspace, new DemoRecorder(home, stateDir, clock.now()));
  agent.writeHistory(cast, clock.now());

  const removeAll = () => rmSync(base, { recursive: true, force: true });
  process.once('exit', removeAll);
  const play = new Play(agent, clock, options);
  if (options.begin === 'now') play.start();
  else play.startWhen(() => existsSync(join(home, bufferName)));
  return {
    stateDir,
    home,
    async stop() {
      play.stop();
      process.off('exit', removeAll);
      removeAll();
    },
  };
}

/** Performs the acts at their times, one timer at a time. */
class Play {
  readonly #agent: DemoAgent;
  readonly #clock: Clock;
  readonly #onAct: (act: Act) => void;
  readonly #acts: Iterator<TimedAct>;
  #timer: Disposable | undefined;
  #retry: Disposable | undefined;

  constructor(agent: DemoAgent, clock: Clock, { acts = demoActs(), onAct = () => undefined }: DemoOptions) {
    this.#agent = agent;
    this.#clock = clock;
    this.#acts = acts[Symbol.iterator]();
    this.#onAct = onAct;
  }

  start(): void {
    this.#scheduleNext(this.#clock.monotonic());
  }

  startWhen(watched: () => boolean): void {
    const latestMs = this.#clock.monotonic() + patienceMs;
    const look = () => {
      if (watched() || this.#clock.monotonic() >= latestMs) this.start();
      else this.#timer = this.#clock.schedule(watchPollMs, look);
    };
    look();
  }

  stop(): void {
    this.#timer?.[Symbol.dispose]();
    this.#retry?.[Symbol.dispose]();
  }

  #scheduleNext(beganAtMs: number): void {
    const next = this.#acts.next();
    if (next.done === true) return;
    const { atMs, act } = next.value;
    const delayMs = Math.max(0, beganAtMs + atMs - this.#clock.monotonic());
    this.#timer = this.#clock.schedule(delayMs, () => {
      this.#agent.perform(act, this.#clock.now());
      this.#flushLater();
      this.#onAct(act);
      this.#scheduleNext(beganAtMs);
    });
  }

  #flushLater(): void {
    this.#retry?.[Symbol.dispose]();
    if (this.#agent.flushEdits(this.#clock.now())) return;
    this.#retry = this.#clock.schedule(lockRetryMs, () => this.#flushLater());
  }
}

function unusedPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error('the system gave no port'));
      });
    });
  });
}
