import { execFileSync } from 'node:child_process';
import { parseLine } from '../../main/core/sources/registry.ts';
import { openCatalog } from '../../main/core/store/buffer.ts';
import { type Measure, middleOfThree, ms, percentile, timed } from './measures.ts';
import { rareWord } from './word-stream.ts';

const HITS = 50;
/** What everybody says, what some say, and what hardly anybody says. */
const QUERIES = [
  'lantern',
  'harbour rivers',
  'budget release',
  'weather map',
  rareWord(40),
  rareWord(900),
  rareWord(4_000),
  `${rareWord(7_000)} seven`,
];
const ROUNDS = 5;

/** Each round with a connection of its own, as a window has that was just opened. */
export function searchCost(home: string, sessions: string): readonly Measure[] {
  const times = Array.from({ length: ROUNDS }, () => searchTimes(home)).flat();
  const p95 = percentile(times, 0.95);
  const { scan, by } = scanner(sessions);
  const scanMs = middleOfThree(() => timed(() => scan(rareWord(4_000))));
  return [
    { name: 'search over 500 MB, p95', value: p95, unit: 'ms', budget: 50, note: `p50 ${ms(percentile(times, 0.5))} of ${times.length}` },
    {
      name: `search, p95, against ${by} over the files`,
      value: p95 / scanMs,
      unit: 'x',
      budget: 1,
      note: `${ms(p95)} against ${ms(scanMs)}`,
    },
  ];
}

function searchTimes(home: string): readonly number[] {
  using catalog = openCatalog(home, { parse: parseLine });
  return QUERIES.map((query) => timed(() => catalog.search(query, HITS)));
}

function scanner(sessions: string): { readonly scan: (word: string) => void; readonly by: string } {
  const run = (program: string, args: readonly string[]) => execFileSync(program, [...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    run('rg', ['--version']);
    return { scan: (word) => run('rg', ['-lF', word, sessions]), by: 'rg' };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    return { scan: (word) => run('grep', ['-rlF', word, sessions]), by: 'grep -r' };
  }
}
