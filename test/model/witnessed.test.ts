import fc from 'fast-check';
import { test } from 'vitest';
import { WitnessedModel } from './witnessed-model.ts';

interface Action {
  readonly label: string;
  readonly run: (model: WitnessedModel) => void;
}

/** Whole seconds: within one, a file's own order counts more than its times. */
const at = fc.integer({ min: 1, max: 60 }).map((second) => second * 1_000);
const index = fc.nat(50);

const onTold = <T>(label: string, how: fc.Arbitrary<T>, act: (model: WitnessedModel, index: number, how: T) => void) =>
  fc.tuple(index, how).map(
    ([which, what]): Action => ({
      label: `${label} ${which} ${String(what)}`,
      run: (model) => {
        if (model.told > 0) act(model, which, what);
      },
    }),
  );
const always = (label: string, act: (model: WitnessedModel) => void) => fc.constant<Action>({ label, run: act });

const action = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(fc.constantFrom('user' as const, 'assistant' as const), fc.boolean(), at).map(
      ([role, isPartial, when]): Action => ({
        label: `see ${role} ${isPartial} ${when}`,
        run: (model) => model.see(role, isPartial, when),
      }),
    ),
  },
  { weight: 3, arbitrary: onTold('see again', fc.boolean(), (model, which, isEnded) => model.seeAgain(which, isEnded)) },
  { weight: 5, arbitrary: onTold('judge', fc.constant('unpersisted' as const), (model, which, is) => model.judge(which, is)) },
  {
    weight: 4,
    arbitrary: onTold('judge', fc.constantFrom('persisted' as const, 'covered' as const, 'void' as const), (model, which, is) =>
      model.judge(which, is),
    ),
  },
  { weight: 3, arbitrary: at.map((when): Action => ({ label: `write ${when}`, run: (model) => model.write(when) })) },
  { weight: 2, arbitrary: onTold('restore', fc.constant(''), (model, which) => model.restore(which)) },
  { weight: 2, arbitrary: always('index', (model) => model.index()) },
  { weight: 1, arbitrary: always('restart', (model) => model.restart()) },
  { weight: 1, arbitrary: always('derive again', (model) => model.deriveAgain()) },
  { weight: 1, arbitrary: always('tidy', (model) => model.tidy()) },
  { weight: 2, arbitrary: always('check', (model) => model.check()) },
);

test('whatever witnesses tell and whatever is judged of it, the buffer shows each message once, in its place, and none that was taken back', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 30, size: 'max' }), (sequence) => {
      using model = new WitnessedModel();
      const done: string[] = [];
      try {
        for (const { label, run } of sequence) {
          done.push(label);
          run(model);
        }
        model.check();
      } catch (error) {
        throw new Error(`after: ${done.join(' | ')}`, { cause: error });
      }
    }),
    { numRuns: Number(process.env.CLAWBACK_MODEL_RUNS ?? 60), interruptAfterTimeLimit: 40_000, markInterruptAsFailure: false },
  );
});
