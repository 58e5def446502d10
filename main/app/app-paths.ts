import { existsSync, mkdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

type Environment = Readonly<Record<string, string | undefined>>;

/** `CLAWBACK_ROOTS`: the only state directories to look at, for the demo and for tests. `undefined`: discover. */
export function limitedRoots(env: Environment): readonly string[] | undefined {
  const value = env.CLAWBACK_ROOTS;
  return value === undefined || value === '' ? undefined : value.split(delimiter).filter((root) => root !== '');
}

export function ensurePrivateDirectory(path: string): string {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return path;
}

/**
 * Environment of the core process. The packaged app brings along the recorder plugin, and the program that watches for exits
 * unless it was built without a compiler; started from the sources, the build has named it. `resources`: the packaged app's
 * own folder. `deviceKey`: from the system's safe storage, see device-key.ts.
 */
export function coreEnvironment(
  inherited: Environment,
  resources: string | undefined,
  deviceKey?: string,
): Record<string, string | undefined> {
  const { CLAWBACK_DEVICE_KEY: _notOurs, ...others } = inherited;
  const env = deviceKey === undefined ? others : { ...others, CLAWBACK_DEVICE_KEY: deviceKey };
  if (resources === undefined) return env;
  const exitWatch = join(resources, 'bin', 'exit-watch');
  const plugin = join(resources, 'openclaw-recorder');
  return {
    ...env,
    ...(existsSync(exitWatch) ? { CLAWBACK_EXIT_WATCH: exitWatch } : {}),
    ...(existsSync(plugin) ? { CLAWBACK_RECORDER_PLUGIN: plugin } : {}),
  };
}

/** The folder that the build wrote; this module is in `dist/main/`. */
const dist = dirname(dirname(fileURLToPath(import.meta.url)));

export const builtPaths = {
  coreProcess: join(dist, 'core-process/index.js'),
  preload: join(dist, 'preload/preload.cjs'),
  renderer: join(dist, 'renderer'),
  icons: join(dist, 'icons'),
};
