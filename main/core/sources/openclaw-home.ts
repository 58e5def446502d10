import { isAbsolute, join, resolve } from 'node:path';
import { errnoOf } from '../platform/errors.ts';
import type { FileSystem } from '../platform/file-system.ts';
import { nodeFileSystem } from '../platform/node-file-system.ts';
import { isDirectory, realPath } from '../platform/real-paths.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export type StateDirReason = 'OPENCLAW_STATE_DIR' | 'CLAWDBOT_STATE_DIR' | 'default' | 'profile' | 'legacy';

export interface StateDir {
  /** Absolute and without symbolic links. */
  readonly root: string;
  readonly why: StateDirReason;
}

const DEFAULT_NAME = '.openclaw';
const PROFILE_PREFIX = '.openclaw-';
const LEGACY_NAMES = ['.clawdbot', '.moldbot', '.moltbot'];

/**
 * State directories of OpenClaw on this machine that exist now, those that the environment names first, each once.
 * Rules of 2026.3.13 (`resolveStateDir`); more than OpenClaw itself looks at, because every profile and a legacy
 * directory beside a new one may hold conversations. Never throws.
 */
export function discoverStateDirs(env: Environment, homedir: string): readonly StateDir[] {
  const home = openclawHome(env, homedir);
  const found = new Map<string, StateDir>();
  const add = (path: string | undefined, why: StateDirReason): void => {
    const root = path === undefined ? undefined : realPath(path);
    if (root !== undefined && !found.has(root) && isDirectory(root)) found.set(root, { root, why });
  };
  add(expandPath(env.OPENCLAW_STATE_DIR, home), 'OPENCLAW_STATE_DIR');
  add(expandPath(env.CLAWDBOT_STATE_DIR, home), 'CLAWDBOT_STATE_DIR');
  add(join(home, DEFAULT_NAME), 'default');
  for (const path of profileDirs(home)) add(path, 'profile');
  for (const name of LEGACY_NAMES) add(join(home, name), 'legacy');
  return [...found.values()];
}

/** OpenClaw's idea of the home directory: `OPENCLAW_HOME` (may start with `~`), else the person's own. */
export function openclawHome(env: Environment, homedir: string): string {
  const own = trimmed(env.HOME) ?? trimmed(env.USERPROFILE) ?? homedir;
  return expandPath(env.OPENCLAW_HOME, own) ?? resolve(own);
}

/** Absolute path of what a person wrote, `~` being `home`; `undefined` for nothing. */
export function expandPath(written: string | undefined, home: string): string | undefined {
  const path = trimmed(written);
  if (path === undefined) return undefined;
  return resolve(path.replace(/^~(?=$|[\\/])/, () => home));
}

/** Why a state directory cannot be mirrored: the first directory on the way that cannot be listed. `undefined`: it can. */
export function unreadablePart(
  directories: readonly string[],
  fs: FileSystem = nodeFileSystem,
): { readonly path: string; readonly reason: string } | undefined {
  for (const path of directories) {
    try {
      fs.list(path);
    } catch (error) {
      const reason = errnoOf(error);
      if (reason === undefined) throw error;
      // Not there yet is not unreadable: OpenClaw makes a sessions directory at the first message.
      if (reason !== 'ENOENT') return { path, reason };
    }
  }
  return undefined;
}

/** A name alone proves nothing: `~/.openclaw-backup.tar` or an editor's directory may look like a profile. */
function profileDirs(home: string): readonly string[] {
  return namesIn(home)
    .filter((name) => name.startsWith(PROFILE_PREFIX))
    .sort()
    .map((name) => join(home, name))
    .filter((path) => realPath(join(path, 'openclaw.json')) !== undefined || isDirectory(join(path, 'agents')));
}

function namesIn(directory: string): readonly string[] {
  try {
    return nodeFileSystem.list(directory);
  } catch (error) {
    // A home directory that cannot be listed still has its known names.
    if (errnoOf(error) === undefined) throw error;
    return [];
  }
}

function trimmed(value: string | undefined): string | undefined {
  const text = value?.trim();
  return text === undefined || text === '' ? undefined : text;
}

export function isInside(path: string, directory: string): boolean {
  return isAbsolute(path) && (path === directory || path.startsWith(directory.endsWith('/') ? directory : `${directory}/`));
}
