import { homedir } from 'node:os';
import { basename, dirname, extname, join } from 'node:path';
import type { FileSystem } from '../platform/file-system.ts';
import { realPath } from '../platform/real-paths.ts';
import { agentsOf, namesIn } from './agent-folders.ts';
import { readOpenclawConfig, storePathFor } from './openclaw-config.ts';
import { type Environment, expandPath, isInside, openclawHome } from './openclaw-home.ts';
import type { SessionsDirectory } from './source.ts';

const DEFAULT_AGENT = 'main';
const NAME = 'openclaw-agent';
const END = '.sqlite';

/**
 * Databases of agents below a state directory (rules of 2026.9.6, read and not all run): `agents/<agent>/agent/openclaw-agent.sqlite`, the
 * same name in an agent's own `agentDir`, and for `session.store` the database that stands for that index, of which agents that
 * share it have one each: `openclaw-agent.<agent>.sqlite`. Also one that was set aside a moment ago, so that its going is seen.
 */
export function agentDatabases(
  root: string,
  fs: FileSystem,
  env: Environment = process.env,
  home: string = homedir(),
): readonly SessionsDirectory[] {
  const found = new Map<string, SessionsDirectory>();
  const owner = openclawHome(env, home);
  const addFamily = (agent: string, directory: string, stem: string): void => {
    const real = realPath(directory);
    if (real === undefined) return;
    for (const name of namesIn(real, fs)) {
      const member = memberOf(name, stem);
      if (member === undefined) continue;
      const path = join(real, member.file);
      // The one without a name of its own belongs to whoever comes first.
      if (!found.has(path)) found.set(path, { agent: member.agent ?? agent, path, store: 'database' });
    }
  };
  const agents = agentsOf(root, fs);
  const { agentDirs, storePath } = readOpenclawConfig(root, env, home);
  for (const agent of agents) addFamily(agent, join(root, 'agents', agent, 'agent'), NAME);
  for (const { agent, directory } of agentDirs) {
    const path = expandPath(directory, owner);
    if (path !== undefined && (isInside(path, owner) || isInside(path, root))) addFamily(agent, path, NAME);
  }
  if (storePath !== undefined) {
    for (const agent of new Set([DEFAULT_AGENT, ...agents])) {
      const store = storePathFor(storePath, agent, root, owner);
      if (store !== undefined) addFamily(agent, dirname(store), stemOf(store));
    }
  }
  return [...found.values()];
}

/** A store that is called `sessions.json` has the usual name, another one its own. */
function stemOf(store: string): string {
  return basename(store) === 'sessions.json' ? NAME : basename(store, extname(store));
}

function memberOf(name: string, stem: string): { readonly file: string; readonly agent?: string } | undefined {
  // What was set aside is called `<file>.corrupt-<ms>`.
  const file = name.replace(/\.corrupt-\d+(?:\.\d+)?$/, '');
  if (!file.startsWith(stem) || !file.endsWith(END)) return undefined;
  const between = file.slice(stem.length, -END.length);
  if (between === '') return { file };
  const agent = /^\.([a-z0-9][a-z0-9_-]*)$/i.exec(between)?.[1];
  if (agent === undefined) return undefined;
  return /^\d+$/.test(agent) ? { file } : { file, agent };
}
