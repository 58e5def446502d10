/** What a suite needs before it can run; see `test-preparations.ts`. */
export type Preparation = 'bundle' | 'desktop' | 'openclaw';

export interface Suite {
  readonly name: string;
  readonly runs: { readonly by: 'program'; readonly script: string; readonly args: readonly string[] } | { readonly by: 'vitest' };
  readonly needs: readonly Preparation[];
  /** 2: nothing else runs beside it on a machine with two cores. */
  readonly cores: 1 | 2;
  readonly timeoutMs: number;
}

const minuteMs = 60_000;

function program(name: string, script: string, args: readonly string[]): Suite {
  return { name, runs: { by: 'program', script, args }, needs: [], cores: 1, timeoutMs: 3 * minuteMs };
}

function vitest(name: string, minutes: number, needs: readonly Preparation[] = [], cores: 1 | 2 = 1): Suite {
  return { name, runs: { by: 'vitest' }, needs, cores, timeoutMs: minutes * minuteMs };
}

/** In the order in which they are started: what fails fastest first, and the long gateway suite early beside the short ones. */
export const suites: readonly Suite[] = [
  program('lint', '@biomejs/biome/bin/biome', ['check', '--error-on-warnings', '.']),
  program('types', 'typescript/bin/tsc', ['--noEmit']),
  program('knip', 'knip/bin/knip.js', ['--no-progress']),
  vitest('architecture', 2),
  vitest('unit', 5),
  vitest('gateway', 15, ['openclaw']),
  vitest('source', 3),
  vitest('model', 8),
  vitest('integration', 8),
  vitest('fault', 10),
  // Alone: it measures a person's waiting time on a real screen, and a busy machine would make it wait for nothing but itself.
  vitest('e2e', 10, ['bundle', 'desktop'], 2),
];

/** Pure: the suites of these names, all of them for none; an unknown name is returned instead of being left out. */
export function selectSuites(
  names: readonly string[],
): { readonly ok: true; readonly suites: readonly Suite[] } | { readonly ok: false; readonly unknown: string } {
  const unknown = names.find((name) => !suites.some((suite) => suite.name === name));
  if (unknown !== undefined) return { ok: false, unknown };
  return { ok: true, suites: names.length === 0 ? suites : suites.filter((suite) => names.includes(suite.name)) };
}
