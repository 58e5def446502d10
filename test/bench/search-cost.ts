import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseLine } from '../../main/core/sources/registry.ts';
import { openCatalog } from '../../main/core/store/buffer.ts';
import { tempDir } from '../support/temp-dir.ts';
import { whenReadable } from './live-tail.ts';
import { type Measure, middleOfThree, ms, percentile, timed } from './measures.ts';
import { RecorderProcess } from './recorder-process.ts';
import { sealed } from './sealed-buffer.ts';
import { makeTree } from './transcript-tree.ts';
import { wordOfRank } from './word-stream.ts';

const FILES = 1_800;
const BYTES_EACH = 555_000;
const BACKLOG_LOOK_MS = 200;
const HITS = 50;
const RARE = wordOfRank(9_000);
/** What everybody says, what some say, what hardly anybody says and what nobody says; alone, together, and not typed to the end. */
const QUERIES = [
  wordOfRank(0),
  wordOfRank(50),
  wordOfRank(500),
  wordOfRank(5_000),
  RARE,
  `${wordOfRank(3)} ${wordOfRank(30)}`,
  `${wordOfRank(100)} ${wordOfRank(200)}`,
  `${wordOfRank(900)} ${wordOfRank(1_000)}`,
  `${wordOfRank(40)} ${wordOfRank(5_000)}`,
  wordOfRank(300).slice(0, 3),
  wordOfRank(8_000).slice(0, 4),
  wordOfRank(8_000).slice(0, 5),
  'nobodysaysthis',
];
const ROUNDS = 5;

/** Over 1 GB that is recorded, indexed and sealed; each round with a connection of its own, as a window has that was just opened. */
export async function searchCost(): Promise<readonly Measure[]> {
  await using dir = tempDir();
  const state = join(dir.path, 'state');
  const home = join(dir.path, 'home');
  const { sessions } = makeTree(state, FILES, BYTES_EACH);
  await recorded(state, home);
  await sealed(home);
  const times = Array.from({ length: ROUNDS }, () => searchTimes(home)).flat();
  const p95 = percentile(times, 0.95);
  const { scan, by } = scanner(sessions);
  const scanMs = middleOfThree(() => timed(() => scan(RARE)));
  return [
    { name: 'search over 1 GB, p95', value: p95, unit: 'ms', budget: 50, note: `p50 ${ms(percentile(times, 0.5))} of ${times.length}` },
    {
      name: `search, p95, against ${by} over the files`,
      value: p95 / scanMs,
      unit: 'x',
      budget: 1,
      note: `${ms(p95)} against ${ms(scanMs)}`,
    },
  ];
}

async function recorded(state: string, home: string): Promise<void> {
  await using recorder = new RecorderProcess(state, home, 1_000);
  await recorder.next((event) => event.event === 'ready');
  using catalog = await whenReadable(home);
  while (catalog.indexBacklogBytes() > 0) await pause(BACKLOG_LOOK_MS);
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
