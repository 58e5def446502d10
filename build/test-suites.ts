/** What a suite needs before it can run; see `test-preparations.ts`. */
export type Preparation = 'browser' | 'bundle' | 'compiler' | 'desktop' | 'openclaw';

export interface Suite {
  readonly name: string;
  readonly runs: { readonly by: 'program'; readonly script: string; readonly args: readonly string[] } | { readonly by: 'vitest' };
  readonly needs: readonly Preparation[];
  /** 2: nothing else runs beside it on a machine with two cores. */
  readonly cores: 1 | 2;
  readonly timeoutMs: number;
  /** Where it, or only these files of it, does not apply, and why: said in the report, never passed over. */
  readonly notOn?: { readonly platform: NodeJS.Platform; readonly files?: readonly string[]; readonly because: string };
  /** It mounts small file systems, for which an ordinary user needs a user namespace. */
  readonly mounts?: true;
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
  vitest('gateway', 34, ['compiler', 'openclaw']),
  // Mostly waits for answers, so it lives beside the others.
  vitest('soak', 12, ['compiler', 'openclaw']),
  vitest('source', 3),
  vitest('model', 8),
  vitest('integration', 8, ['compiler']),
  {
    ...vitest('fault', 10),
    mounts: true,
    notOn: { platform: 'darwin', files: ['test/fault/*-disk-full.test.ts'], because: 'macOS mounts no small disk in memory by itself' },
  },
  {
    ...vitest('ui', 12, ['browser']),
    notOn: { platform: 'darwin', because: "its pictures are drawn by Debian's browser with Debian's fonts" },
  },
  // Alone: it measures a person's waiting time on a real screen, and a busy machine would make it wait for nothing but itself.
  {
    ...vitest('e2e', 10, ['bundle', 'compiler', 'desktop'], 2),
    notOn: { platform: 'darwin', because: 'it reads the tray and the notifications over D-Bus, which macOS does not have' },
  },
];

/** Pure: the suites of these names, all of them for none; an unknown name is returned instead of being left out. */
export function selectSuites(
  names: readonly string[],
): { readonly ok: true; readonly suites: readonly Suite[] } | { readonly ok: false; readonly unknown: string } {
  const unknown = names.find((name) => !suites.some((suite) => suite.name === name));
  if (unknown !== undefined) return { ok: false, unknown };
  return { ok: true, suites: names.length === 0 ? suites : suites.filter((suite) => names.includes(suite.name)) };
}

/** Pure: what of a suite does not apply to a platform, and why; undefined when all of it does. */
export function inapplicability(
  suite: Suite,
  platform: NodeJS.Platform,
): { readonly files: 'all' | readonly string[]; readonly note: string } | undefined {
  if (suite.notOn === undefined || suite.notOn.platform !== platform) return undefined;
  const { files, because } = suite.notOn;
  if (files === undefined) return { files: 'all', note: `does not apply here: ${because}` };
  return { files, note: `without ${files.join(', ')}: ${because}` };
}
