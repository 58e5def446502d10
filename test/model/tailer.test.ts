import fc from 'fast-check';
import { test } from 'vitest';
import { LIVE_NAMES, SessionsModel } from './sessions-model.ts';

/** One thing that happens to the directory, or to the process that watches it. `false`: not possible now. */
interface Action {
  readonly label: string;
  readonly run: (model: SessionsModel) => boolean | undefined;
}

const name = fc.constantFrom(...LIVE_NAMES);
const onFile = (label: string, act: (model: SessionsModel, file: string) => void) =>
  name.map(
    (file): Action => ({
      label: `${label} ${file}`,
      run(model) {
        if (!model.exists(file)) return false;
        act(model, file);
        return true;
      },
    }),
  );
const onArchive = (label: string, act: (model: SessionsModel, archive: string, file: string) => void) =>
  name.map(
    (file): Action => ({
      label: `${label} of ${file}`,
      run(model) {
        const archive = model.archivesOf(file).at(-1);
        if (!archive) return false;
        act(model, archive, file);
        return true;
      },
    }),
  );
const always = (label: string, act: (model: SessionsModel) => void): fc.Arbitrary<Action> =>
  fc.constant({
    label,
    run: (model) => {
      act(model);
      return true;
    },
  });

const write = fc.tuple(name, fc.constantFrom('line', 'line', 'line', 'half', 'half', 'long')).map(
  ([file, kind]): Action => ({
    label: `write ${kind} ${file}`,
    run(model) {
      model.append(file, model.text(kind));
      return true;
    },
  }),
);

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 8, arbitrary: write },
  { weight: 2, arbitrary: onFile('reset', (model, file) => model.rename(file, model.archiveName(file))) },
  { weight: 1, arbitrary: onFile('truncate to nothing', (model, file) => model.truncate(file, 0)) },
  { weight: 1, arbitrary: onFile('truncate to half', (model, file) => model.truncate(file, 0.5)) },
  { weight: 1, arbitrary: onFile('rewrite same length', (model, file) => model.rewriteInPlace(file, model.sizeOf(file))) },
  { weight: 1, arbitrary: onFile('rewrite longer', (model, file) => model.rewriteInPlace(file, model.sizeOf(file) + 70)) },
  { weight: 1, arbitrary: onFile('replace by other', (model, file) => model.replace(file, 'other')) },
  { weight: 1, arbitrary: onFile('replace by same', (model, file) => model.replace(file, 'same')) },
  { weight: 1, arbitrary: onFile('replace by longer', (model, file) => model.replace(file, 'longer')) },
  { weight: 1, arbitrary: onFile('unlink', (model, file) => model.unlink(file)) },
  {
    weight: 1,
    arbitrary: onFile('recreate', (model, file) => {
      model.unlink(file);
      model.append(file, model.text('line'));
    }),
  },
  { weight: 1, arbitrary: onFile('copy to archive', (model, file) => model.copy(file, model.archiveName(file))) },
  {
    weight: 1,
    arbitrary: onFile('copy to archive and unlink', (model, file) => {
      model.copy(file, model.archiveName(file));
      model.unlink(file);
    }),
  },
  { weight: 1, arbitrary: onFile('rename to bbbb', (model, file) => model.rename(file, 'bbbb.jsonl')) },
  { weight: 1, arbitrary: onArchive('restore archive', (model, archive, file) => model.rename(archive, file)) },
  { weight: 1, arbitrary: onArchive('unlink archive', (model, archive) => model.unlink(archive)) },
  { weight: 6, arbitrary: always('poll', (model) => model.poll()) },
  { weight: 2, arbitrary: always('poll within 100', (model) => model.pollWithin(100)) },
  { weight: 2, arbitrary: always('poll within 300,000', (model) => model.pollWithin(300_000)) },
  { weight: 3, arbitrary: always('sweep', (model) => model.sweep()) },
  { weight: 1, arbitrary: always('two seconds', (model) => model.passTime(2000)) },
  { weight: 1, arbitrary: always('restart', (model) => model.restart()) },
  { weight: 1, arbitrary: always('crash', (model) => model.crash()) },
);

test('whatever happens to a sessions directory, every byte that a look could see is held for ever', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 40, size: 'max' }), (actions) => {
      using model = new SessionsModel();
      const done: string[] = [];
      try {
        for (const { label, run } of actions) {
          done.push(label);
          if (!run(model)) done.pop();
        }
        model.checkAtEnd();
      } catch (error) {
        throw new Error(`after: ${done.join(' | ')}`, { cause: error });
      }
    }),
    // The time limit keeps a loaded machine from failing it: fewer runs are no fault.
    {
      numRuns: Number(process.env.CLAWBACK_MODEL_RUNS ?? 400),
      interruptAfterTimeLimit: 40_000,
      markInterruptAsFailure: false,
    },
  );
});
