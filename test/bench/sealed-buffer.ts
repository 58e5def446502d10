import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { systemClock } from '../../main/core/platform/clock.ts';
import { silentLogger } from '../../main/core/platform/logger.ts';
import { parseLine } from '../../main/core/sources/registry.ts';
import { openBuffer } from '../../main/core/store/buffer.ts';
import { WorkerThreads } from '../../main/core/store/store-threads.ts';
import { filesOf } from './files-of.ts';
import { type Measure, ms, timed } from './measures.ts';

/** Upkeep seals what did not grow for ten minutes. */
const LATER_MS = 3_600_000;
const UPKEEP_SLICE_MS = 20;
const SAMPLE_EVERY = 10;
/** A program that this machine may have; nothing else of the project uses it. */
const LZ4 = 'lz4';

/** What the buffer takes, indexes included, when upkeep has done all it can, against an archive of the same files. */
export async function sealedBuffer(home: string, sessions: string): Promise<readonly Measure[]> {
  const { longestMs, sealingMs } = await sealed(home);
  const buffer = statSync(join(home, 'buffer.db')).size;
  const { archive, raw, by } = archived(sessions);
  return [
    {
      name: `buffer after sealing, against the files in ${by}`,
      value: buffer / archive,
      unit: 'x',
      budget: 1,
      note: `${mb(buffer)} against ${mb(archive)}, files ${mb(raw)}; sealed in ${ms(sealingMs)}`,
    },
    { name: 'longest step of upkeep', value: longestMs, unit: 'ms', budget: 250, note: `asked for ${UPKEEP_SLICE_MS} ms` },
  ];
}

/** Lets upkeep do all it can, with the threads that a core has. */
export async function sealed(home: string): Promise<{ readonly longestMs: number; readonly sealingMs: number }> {
  const threads = new WorkerThreads(silentLogger);
  const { journal } = openBuffer(home, { clock: systemClock, log: silentLogger, parse: parseLine, threads });
  const startedAt = performance.now();
  let longestMs = 0;
  for (let more = true; more; ) {
    longestMs = Math.max(
      longestMs,
      timed(() => {
        more = journal.upkeep(UPKEEP_SLICE_MS, systemClock.now() + LATER_MS);
      }),
    );
    await new Promise<void>((resolve) => void setImmediate(resolve));
  }
  const sealingMs = performance.now() - startedAt;
  journal[Symbol.dispose]();
  return { longestMs, sealingMs };
}

/** lz4 is what `borg create` uses by default; without it, the fastest deflate, which packs better and so asks for more. */
function archived(sessions: string): { readonly archive: number; readonly raw: number; readonly by: string } {
  const sample = filesOf(sessions).filter((_, index) => index % SAMPLE_EVERY === 0);
  const raw = filesOf(sessions).reduce((sum, path) => sum + statSync(path).size, 0);
  const sampled = sample.reduce((sum, path) => sum + statSync(path).size, 0);
  const { pack, by } = packer();
  const packed = sample.reduce((sum, path) => sum + pack(path), 0);
  return { archive: (packed / sampled) * raw, raw, by };
}

function packer(): { readonly pack: (path: string) => number; readonly by: string } {
  try {
    execFileSync(LZ4, ['--version'], { stdio: 'ignore' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    return { pack: (path) => deflateRawSync(readFileSync(path), { level: 1 }).length, by: 'deflate' };
  }
  return { pack: (path) => execFileSync(LZ4, ['-q', '-c', path], { maxBuffer: 1 << 30 }).length, by: 'lz4' };
}

function mb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
