import type { Change } from '../../main/core/capture/change.ts';
import { systemClock } from '../../main/core/platform/clock.ts';
import { silentLogger } from '../../main/core/platform/logger.ts';
import { openBuffer } from '../../main/core/store/buffer.ts';
import { packed } from '../../main/core/store/packer.ts';
import { noThreads, type StoreThreads, WorkerThreads } from '../../main/core/store/store-threads.ts';
import { checkpointOf, NOTHING, parseTestLine } from '../unit/store/recording.ts';
import { contentOf, directoryOf, FILES_A_ROUND, identityOf, nameOf } from './import-sigkill-files.ts';

/**
 * Imports file after file as a first import does, the next list prepared while the one before is written, and says on stdout how
 * many are durable. `threads`: packed by a thread that works beside it; else every chunk is packed in place. Ends only when it is killed.
 */
const [home = '', how] = process.argv.slice(2);

const inPlace: StoreThreads = {
  ...noThreads,
  pack: (chunks, store) => {
    for (const [index, bytes] of [...chunks.entries()].reverse()) store(index, packed(bytes));
  },
};
const threads = how === 'threads' ? new WorkerThreads(silentLogger, 1) : inPlace;
const { journal } = openBuffer(home, { clock: systemClock, log: silentLogger, parse: parseTestLine, threads });
const source = journal.registerSource('openclaw-jsonl', '/agent', 1);
const directory = directoryOf(source.id);

function openedAndRead(n: number): readonly Change[] {
  const id = journal.nextGenerationId();
  const content = contentOf(n);
  const identity = identityOf(n);
  const name = nameOf(n);
  const place = { name, nativeId: name, sessionId: name, path: `${directory.path}/${name}` };
  const generation = { id, directory, kind: 'transcript' as const, ...place, identity, mtimeNs: 1n, at: 1 };
  const half = Math.floor(content.length / 2);
  const upTo = (end: number) => checkpointOf(id, content.subarray(0, end), identity, 1n);
  return [
    { change: 'opened', generation },
    { change: 'appended', generationId: id, start: 0, bytes: content.subarray(0, half), checkpoint: upTo(half), at: 1 },
    { change: 'appended', generationId: id, start: half, bytes: content.subarray(half), checkpoint: upTo(content.length), at: 1 },
  ];
}

let before: readonly Change[] | undefined;
for (let n = journal.knownGenerations(directory).length; ; n += FILES_A_ROUND) {
  const changes = Array.from({ length: FILES_A_ROUND }, (_, offset) => openedAndRead(n + offset)).flat();
  journal.prepare(changes);
  if (before !== undefined) {
    journal.commit(before, NOTHING, 1, 'later');
    journal.sync();
    process.stdout.write(`${n}\n`);
  }
  before = changes;
  journal.upkeep(0, 1);
}
