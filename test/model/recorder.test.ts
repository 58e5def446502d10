import fc from 'fast-check';
import { test } from 'vitest';
import { RecordedState, SESSIONS, type SessionName } from './recorded-state.ts';

interface Action {
  readonly label: string;
  readonly run: (state: RecordedState) => boolean | Promise<boolean>;
}

type Weighted = { readonly weight: number; readonly arbitrary: fc.Arbitrary<Action> };

const always = (weight: number, label: string, act: (state: RecordedState) => void | Promise<void>): Weighted => ({
  weight,
  arbitrary: fc.constant({
    label,
    run: async (state) => {
      await act(state);
      return true;
    },
  }),
});

const onFile = (weight: number, label: string, act: (state: RecordedState, name: SessionName) => void): Weighted => ({
  weight,
  arbitrary: fc.constantFrom(...SESSIONS).map((name) => ({
    label: `${label} ${name}`,
    run(state) {
      if (!state.exists(name)) return false;
      act(state, name);
      return true;
    },
  })),
});

const turn: Weighted = {
  weight: 8,
  arbitrary: fc.constantFrom(...SESSIONS).map((name) => ({
    label: `turn ${name}`,
    run(state) {
      state.turn(name);
      return true;
    },
  })),
};

const pass: Weighted = {
  weight: 8,
  arbitrary: fc.constantFrom(100, 300, 800, 1_500, 2_500, 5_000).map((ms) => ({
    label: `${ms} ms`,
    run: async (state) => {
      await state.pass(ms);
      return true;
    },
  })),
};

const configure: Weighted = {
  weight: 1,
  arbitrary: fc.constantFrom(250, 1_000, 10_000, 30_000).map((ms) => ({
    label: `flush every ${ms} ms`,
    run: async (state) => {
      await state.configure(ms, true);
      return true;
    },
  })),
};

const harmless: readonly Weighted[] = [
  turn,
  pass,
  configure,
  onFile(2, 'half a line', (state, name) => state.half(name)),
  onFile(2, 'its rest', (state, name) => state.rest(name)),
  onFile(1, 'reset', (state, name) => state.archive(name, 'reset')),
  onFile(1, 'archive', (state, name) => state.archive(name, 'deleted')),
  onFile(1, 'save the same', (state, name) => state.save(name, '')),
  onFile(1, 'save more', (state, name) => state.save(name, '{"type":"custom","data":1}\n')),
  onFile(1, 'compact', (state, name) => state.compact(name)),
  always(1, 'half a minute', (state) => state.pass(30_000)),
  always(2, 'check', (state) => state.check()),
  always(1, 'flush', (state) => state.flush()),
  always(1, 'pause', (state) => state.pause()),
  always(1, 'resume', (state) => state.resume()),
  always(1, 'switch off', (state) => state.configure(1_000, false)),
  always(1, 'switch on', (state) => state.configure(1_000, true)),
  always(2, 'disk full', (state) => state.fill(true)),
  always(2, 'disk free', (state) => state.fill(false)),
  always(1, 'restart', (state) => state.restart('orderly')),
  always(1, 'crash', (state) => state.restart('crash')),
];

const harmful: readonly Weighted[] = [
  ...harmless,
  onFile(2, 'remove', (state, name) => state.remove(name)),
  onFile(2, 'truncate', (state, name) => state.truncate(name)),
];

function whatever(actions: readonly Weighted[], isHarmless: boolean) {
  return fc.asyncProperty(fc.array(fc.oneof(...actions), { maxLength: 25, size: 'max' }), async (sequence) => {
    await using state = new RecordedState();
    const done: string[] = [];
    try {
      await state.begin();
      for (const { label, run } of sequence) {
        done.push(label);
        if (!(await run(state))) done.pop();
      }
      await state.checkAtEnd(isHarmless);
    } catch (error) {
      throw new Error(`after: ${done.join(' | ')}`, { cause: error });
    }
  });
}

const limits = {
  numRuns: Number(process.env.CLAWBACK_MODEL_RUNS ?? 60),
  // Keeps a loaded machine from failing it: fewer runs are no fault.
  interruptAfterTimeLimit: 40_000,
  markInterruptAsFailure: false,
};

test('whatever happens to conversations and recorder, everything that a check saw is held', async () => {
  await fc.assert(whatever(harmful, false), limits);
});

test('whatever OpenClaw does in its right mind, and whatever happens to the recorder, no loss is told', async () => {
  await fc.assert(whatever(harmless, true), limits);
});
