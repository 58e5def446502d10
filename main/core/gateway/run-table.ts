import { restAfter } from './frame-fields.ts';
import type { NamedSession } from './session-key.ts';

/** One run of an agent, as far as the stream told it. */
export interface Run extends NamedSession {
  readonly runId: string;
  /** Counts what the same run said after it had ended once: a model that failed and was asked again. */
  readonly part: number;
  /** The whole text as of the latest `chat` frame, and its number within the run. */
  text: string;
  textSeq: number;
  /** What `agent` frames added since. */
  tail: string;
  /** Texts that came as messages of their own (protocol 4), by message id. */
  readonly told: Map<string, string>;
  /** Something of it was handed over under the run's own ref. */
  isOffered: boolean;
  /** Its start was told. */
  isStarted: boolean;
  /** Its lifecycle ended; the end of its chat should follow at once. */
  endedAt?: number;
  endedAs?: 'final' | 'error';
}

export interface EndedRun extends NamedSession {
  readonly runId: string;
  readonly outcome: 'final' | 'aborted' | 'error';
  readonly part: number;
  readonly text: string;
  readonly at: number;
  readonly told: Map<string, string>;
  readonly isOffered: boolean;
}

export interface RunLimits {
  readonly runs: number;
  /** Characters of unfinished text. */
  readonly text: number;
}

const ENDED_RUNS = 128;

/** Runs that go on, and a few that ended lately. Bounded: a gateway that never ends its runs must not fill the memory. */
export class RunTable {
  readonly #limits: RunLimits;
  readonly #active = new Map<string, Run>();
  readonly #ended = new Map<string, EndedRun>();
  #textLength = 0;

  constructor(limits: RunLimits) {
    this.#limits = limits;
  }

  get active(): readonly Run[] {
    return [...this.#active.values()];
  }

  get(runId: string): Run | undefined {
    return this.#active.get(runId);
  }

  ended(runId: string): EndedRun | undefined {
    return this.#ended.get(runId);
  }

  /** A run that was not known; returns those that had to be dropped for it. */
  begin(runId: string, session: NamedSession): { readonly run: Run; readonly dropped: number } {
    const before = this.#ended.get(runId);
    const part = before === undefined ? 1 : before.part + (before.isOffered ? 1 : 0);
    const run: Run = { ...session, runId, part, text: '', textSeq: 0, tail: '', told: new Map(), isOffered: false, isStarted: false };
    this.#active.set(runId, run);
    return { run, dropped: this.#shrink(run) };
  }

  /** Replaces the text of a run; returns how many other runs had to be dropped for it. */
  write(run: Run, text: string, tail: string): number {
    this.#textLength += text.length + tail.length - run.text.length - run.tail.length;
    run.text = text;
    run.tail = tail;
    return this.#shrink(run);
  }

  /** Of the runs of a conversation the one in which a text comes next, those that go on first. */
  thatSaid(sessionKey: string, text: string): string | undefined {
    const runs: readonly (Run | EndedRun)[] = [...this.#active.values(), ...[...this.#ended.values()].reverse()];
    return runs.find((run) => run.sessionKey === sessionKey && comesNext(run, text))?.runId;
  }

  /** Notes a text that came as a message of its own. */
  tell(run: Run | EndedRun, messageId: string, text: string): void {
    const before = run.told.get(messageId) ?? '';
    run.told.set(messageId, text);
    if (this.#active.get(run.runId) === run) this.#textLength += text.length - before.length;
  }

  end(run: Run, outcome: EndedRun['outcome'], text: string, at: number): EndedRun {
    this.#drop(run);
    const { runId, part, sessionKey, agent, told, isOffered } = run;
    const ended = { runId, part, outcome, sessionKey, agent, text, at, told, isOffered };
    this.#ended.delete(runId);
    this.#ended.set(runId, ended);
    this.#forgetOldest();
    return ended;
  }

  /** The connection is over: what goes on is no longer known, what was said stays handed over. */
  clear(): void {
    this.#active.clear();
    this.#ended.clear();
    this.#textLength = 0;
  }

  #drop(run: Run): void {
    if (!this.#active.delete(run.runId)) return;
    this.#textLength -= run.text.length + run.tail.length + lengthOf(run.told);
  }

  /** The oldest go first; how many of them had said something. */
  #shrink(latest: Run): number {
    let dropped = 0;
    for (const run of this.#active.values()) {
      if (this.#active.size <= this.#limits.runs && this.#textLength <= this.#limits.text) break;
      if (run === latest) continue;
      this.#drop(run);
      if (run.isOffered) dropped += 1;
    }
    return dropped;
  }

  #forgetOldest(): void {
    let length = 0;
    let count = 0;
    for (const ended of [...this.#ended.values()].reverse()) {
      length += ended.text.length + lengthOf(ended.told);
      count += 1;
      if (count > ENDED_RUNS || length > this.#limits.text) this.#ended.delete(ended.runId);
    }
  }
}

function comesNext(run: Run | EndedRun, text: string): boolean {
  const rest = untold(run, 'tail' in run ? run.text + run.tail : run.text);
  return rest !== '' && restAfter(text, rest) !== rest;
}

/**
 * What of a run's text did not come as a message of its own: the stream joins all that a run says into one text, and may begin
 * it anew. 2026.9 leaves out of its messages what was said before a tool call, so that one need not be the text's beginning.
 */
export function untold({ told }: { readonly told: ReadonlyMap<string, string> }, text: string): string {
  let rest = text;
  for (const message of told.values()) rest = without(message, rest);
  return rest;
}

function without(message: string, text: string): string {
  const rest = restAfter(message, text);
  if (rest !== text) return rest;
  const said = message.trim();
  const at = said === '' ? -1 : text.indexOf(said);
  return at < 0 ? text : `${text.slice(0, at)}${text.slice(at + said.length)}`.trim();
}

function lengthOf(told: ReadonlyMap<string, string>): number {
  let length = 0;
  for (const text of told.values()) length += text.length;
  return length;
}
