import { expect, test } from 'vitest';
import type { Detector } from '../../../main/core/detect/detection.ts';
import { silentLogger } from '../../../main/core/platform/logger.ts';
import type { Look, ProtectedSource } from '../../../main/core/protected-source.ts';
import { Recorder } from '../../../main/core/recorder.ts';
import type { Journal } from '../../../main/core/store/store.ts';
import { FakeClock } from '../../support/fake-clock.ts';

/** Time goes on while the code under test works: so much each time it looks at the clock. */
class BusyClock extends FakeClock {
  #worked = 0;

  override monotonic(): number {
    this.#worked += 400;
    return super.monotonic() + this.#worked;
  }
}

/** A source with so many slices to read. */
class LongSource {
  readonly isHot = false;
  readonly sweepCostMs = 0;
  slices: number;
  newDirectories = 0;
  savedTimes = 0;

  constructor(slices: number) {
    this.slices = slices;
  }

  get lagBytes(): number {
    return this.slices;
  }

  saved(): void {
    this.savedTimes += 1;
  }

  refreshDirectories(): boolean {
    this.newDirectories -= 1;
    return this.newDirectories >= 0;
  }

  collect(_mode: string, _budgetBytes: number, look: Look): void {
    if (this.slices === 0) return;
    this.slices -= 1;
    look.found([{ change: 'archive-gone', generationId: this.slices, at: 0 }]);
  }
}

function recording(clock: FakeClock, source: LongSource) {
  const upkeep: number[] = [];
  const watched: string[] = [];
  const nothing = { transitions: [], sessions: [], drafts: [], resolved: [] };
  const journal = {
    commit: () => ({ bytes: 0, durationMs: 0, at: 0, durable: true, opened: [], resolved: [] }),
    index: () => 0,
    upkeep: (budgetMs: number) => void upkeep.push(budgetMs),
  } as unknown as Journal;
  const detector = { observe: () => nothing, decide: () => nothing, nextDeadlineAt: undefined } as unknown as Detector;
  const sources = () => [source as unknown as ProtectedSource];
  const ignore = () => undefined;
  const deps = {
    clock,
    log: silentLogger,
    journal,
    detector,
    sources,
    witnesses: { hear: () => ({ events: [], recorded: false }) },
    onCommit: ignore,
    onChange: ignore,
    onDirectories: () => void watched.push('again'),
  };
  return { recorder: new Recorder(deps, 1_000), upkeep, watched };
}

test('a check that takes long lets other work through, such as the heartbeat', async () => {
  const clock = new BusyClock();
  const source = new LongSource(50);
  const { recorder } = recording(clock, source);
  let beats = 0;
  const checked = recorder.checkNow();
  while (source.slices > 0) {
    await Promise.resolve();
    if (clock.pending === 0) continue;
    beats += 1;
    clock.advance(0);
  }
  clock.advance(0);
  await checked;
  expect(beats).toBeGreaterThan(5);
});

test('a check that is under way ends when the recorder does', async () => {
  const clock = new BusyClock();
  const source = new LongSource(50);
  const { recorder } = recording(clock, source);
  const checked = recorder.checkNow();
  while (clock.pending === 0) await Promise.resolve();
  recorder[Symbol.dispose]();
  clock.advance(0);
  await checked;
  expect(source.slices).toBeGreaterThan(0);
});

test('a check while paused reads nothing', async () => {
  const clock = new FakeClock();
  const source = new LongSource(3);
  const { recorder } = recording(clock, source);
  recorder.pausedUntil = clock.now() + 60_000;
  await recorder.checkNow();
  expect(source.slices).toBe(3);
});

test('the WAL is looked after in every round of an import, and sealing waits until it is over', () => {
  const clock = new FakeClock();
  const source = new LongSource(3);
  const { recorder, upkeep } = recording(clock, source);
  recorder.start();
  clock.advance(0);
  expect(source.slices).toBe(0);
  expect(upkeep).toEqual([0, 0]);
});

test('directories that appear are watched, at once when somebody saw them appear', () => {
  const clock = new FakeClock();
  const source = new LongSource(0);
  const { recorder, watched } = recording(clock, source);
  recorder.start();
  clock.advance(1_000);
  expect(watched).toEqual([]);
  source.newDirectories = 1;
  recorder.lookForDirectories();
  clock.advance(0);
  expect(watched).toEqual(['again']);
});
