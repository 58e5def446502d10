import fc from 'fast-check';

/**
 * Property tests run with one seed, so that a change is judged by its own merits and a red run can be run again.
 * `CLAWBACK_SEED=random` explores, any other number repeats what a run has printed; a counterexample becomes a test with a name.
 */
const seed = process.env.CLAWBACK_SEED ?? '46250';
if (seed !== 'random') fc.configureGlobal({ seed: Number(seed) });
