import { systemClock } from '../../main/core/platform/clock.ts';
import { silentLogger } from '../../main/core/platform/logger.ts';
import { openBuffer } from '../../main/core/store/buffer.ts';
import { checkpointOf, NOTHING, parseTestLine } from '../unit/store/recording.ts';
import { lineOf } from './store-sigkill-lines.ts';

/** Commits one line after the other and says on stdout how many are durable. Ends only when it is killed. */
const [home = ''] = process.argv.slice(2);
const { journal } = openBuffer(home, { clock: systemClock, log: silentLogger, parse: parseTestLine });
journal.beginRun('test', 1);
const source = journal.registerSource('openclaw-jsonl', '/agent', 1);
const directory = { sourceId: source.id, agent: 'main', path: '/agent/sessions' };
const identity = { dev: 1n, ino: 1n, birthtimeNs: 1n };
const known = journal.knownGenerations(directory)[0];
const id = known?.id ?? journal.nextGenerationId();
if (known === undefined) {
  const generation = {
    id,
    directory,
    kind: 'transcript' as const,
    name: 'a.jsonl',
    nativeId: 'a',
    sessionId: 'a',
    path: '/agent/sessions/a.jsonl',
    identity,
    mtimeNs: 1n,
    at: 1,
  };
  journal.commit([{ change: 'opened', generation }], NOTHING, 1);
}
let content = Buffer.concat([...journal.catalog.bytes(id)]);
for (let n = content.toString().split('\n').length - 1; ; n += 1) {
  const bytes = Buffer.from(lineOf(n));
  const start = content.length;
  content = Buffer.concat([content, bytes]);
  const checkpoint = checkpointOf(id, content, identity, 1n);
  journal.commit([{ change: 'appended', generationId: id, start, bytes, checkpoint, at: n + 1 }], NOTHING, n + 1);
  process.stdout.write(`${n + 1}\n`);
  if (n % 7 === 0) journal.index(Number.POSITIVE_INFINITY);
  if (n % 31 === 0) journal.upkeep(5, n + 1 + 3_600_000);
}
