import type { WitnessVerdict } from '../../main/core/detect/detection.ts';
import { systemClock } from '../../main/core/platform/clock.ts';
import { silentLogger } from '../../main/core/platform/logger.ts';
import { openBuffer } from '../../main/core/store/buffer.ts';
import { checkpointOf, NOTHING, parseTestLine } from '../unit/store/recording.ts';
import { fateOf, lineOf, TAKEN_BACK_AFTER, witnessedOf } from './store-sigkill-lines.ts';

/** Commits one line after the other, and what witnesses saw, and says on stdout how many are durable. Ends only when it is killed. */
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
const conversation = { sourceId: source.id, agent: 'main', nativeId: 'unwritten' };

/** First half of a reply, all of it, and a verdict on whatever has none yet: each a commit of its own. */
function witness(n: number): void {
  const message = {
    witness: 'gateway-stream',
    ref: String(n),
    agent: 'main',
    role: 'assistant',
    endsRun: true,
    at: 1_000 * (n + 1),
  } as const;
  const record = (phase: 'partial' | 'final', text: string, cursor?: string) =>
    journal.recordWitnessed(
      [
        {
          sourceId: source.id,
          witness: 'gateway-stream',
          messages: [{ ...message, phase, text }],
          ...(cursor === undefined ? {} : { cursor }),
        },
      ],
      1_000 * (n + 1),
    );
  record('partial', witnessedOf(n).slice(0, 10));
  record('final', witnessedOf(n), String(n));
  const pending = journal.catalog.pendingWitnessed().map(({ id, text }): WitnessVerdict => {
    const isHeld = fateOf(numberOf(text)) === 'persisted';
    return isHeld ? { id, is: 'persisted' } : { id, is: 'unpersisted', session: conversation, sessionKey: 'agent:main:main' };
  });
  journal.commit([], { ...NOTHING, verdicts: pending }, n + 1);
  const late = journal.catalog
    .unpersisted(conversation)
    .filter(({ text }) => fateOf(numberOf(text)) === 'taken-back' && numberOf(text) <= n - TAKEN_BACK_AFTER);
  journal.commit([], { ...NOTHING, verdicts: late.map(({ id }) => ({ id, is: 'persisted' })) }, n + 1);
}

function numberOf(text: string): number {
  return Number(text.split(' ')[1]);
}

let content = Buffer.concat([...journal.catalog.bytes(id)]);
for (let n = content.toString().split('\n').length - 1; ; n += 1) {
  witness(n);
  const bytes = Buffer.from(lineOf(n));
  const start = content.length;
  content = Buffer.concat([content, bytes]);
  const checkpoint = checkpointOf(id, content, identity, 1n);
  journal.commit([{ change: 'appended', generationId: id, start, bytes, checkpoint, at: n + 1 }], NOTHING, n + 1);
  process.stdout.write(`${n + 1}\n`);
  if (n % 7 === 0) journal.index(Number.POSITIVE_INFINITY);
  if (n % 31 === 0) journal.upkeep(5, n + 1 + 3_600_000);
}
