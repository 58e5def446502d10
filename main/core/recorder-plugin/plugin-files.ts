import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CoreError } from '../platform/errors.ts';
import { readSmallFile } from '../platform/real-paths.ts';
import type { Environment } from '../sources/openclaw-home.ts';
import type { RecorderPlaces } from './setup.ts';

const FILES = ['index.js', 'session-book.js', 'spool.js', 'pruning.js', 'openclaw.plugin.json', 'package.json'] as const;
const SETTINGS = 'recorder.json';
const LIMIT_BYTES = 1024 * 1024;
const FROM_THE_PROJECT = join('native-helpers', 'openclaw-recorder');

/**
 * The plugin as it comes with Clawback: `CLAWBACK_RECORDER_PLUGIN`, which the packaged app sets, else beside the sources,
 * wherever this module was bundled to. Throws CoreError `not-found`.
 */
export function pluginSource(env: Environment): string {
  const named = env.CLAWBACK_RECORDER_PLUGIN;
  const candidates = named === undefined || named === '' ? placesAbove(dirname(fileURLToPath(import.meta.url))) : [named];
  const found = candidates.find((path) => existsSync(join(path, 'openclaw.plugin.json')));
  if (found === undefined) throw new CoreError('not-found', 'the recorder plugin is missing from this Clawback', 'Install Clawback again.');
  return found;
}

/** Copies the plugin to where OpenClaw loads it from, so that moving or updating the app does not pull it away. Idempotent. */
export function copyPlugin(source: string, places: RecorderPlaces): void {
  for (const directory of [places.pluginDir, places.spoolDir]) mkdirSync(directory, { recursive: true, mode: 0o700 });
  // OpenClaw refuses plugins from a directory that others can write to.
  chmodSync(places.pluginDir, 0o700);
  for (const name of FILES) put(join(places.pluginDir, name), readFileSync(join(source, name)));
  put(join(places.pluginDir, SETTINGS), Buffer.from(`${JSON.stringify({ spool: places.spoolDir })}\n`));
}

function placesAbove(directory: string): readonly string[] {
  const above: string[] = [];
  for (let at = directory; ; at = dirname(at)) {
    above.push(join(at, FROM_THE_PROJECT));
    if (dirname(at) === at) return above;
  }
}

/** A gateway that starts meanwhile finds the old file or the new one. */
function put(path: string, bytes: Uint8Array): void {
  const there = readSmallFile(path, LIMIT_BYTES);
  if (there !== undefined && Buffer.compare(there, bytes) === 0) return;
  const scratch = `${path}.new`;
  writeFileSync(scratch, bytes, { mode: 0o600 });
  renameSync(scratch, path);
}
