import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { FileSystem } from '../platform/file-system.ts';
import { isDirectory, realPath } from '../platform/real-paths.ts';
import { agentDatabases } from './agent-databases.ts';
import { agentsOf, namesIn } from './agent-folders.ts';
import { classifyName, INDEX_NAME } from './file-names.ts';
import { parseIndexFile } from './index-file.ts';
import { parseLockFile } from './lock-file.ts';
import { readOpenclawConfig, storePathFor } from './openclaw-config.ts';
import { type Environment, openclawHome } from './openclaw-home.ts';
import type { SessionsDirectory, TranscriptSource } from './source.ts';
import { parseTranscriptLine } from './transcript-line.ts';

const DEFAULT_AGENT = 'main';

/**
 * OpenClaw up to 2026.7.1: one JSONL file per conversation (2026.3.13, as run and as read). From 2026.7.2 on the same lines are
 * rows of a database (2026.9.6).
 */
export const openclawJsonl: TranscriptSource = {
  layout: 'openclaw-jsonl',
  directories: (root, fs) => [...sessionsDirectories(root, fs), ...agentDatabases(root, fs)],
  keepsElsewhere: (root, fs) => keepsDatabase(root, fs),
  classify: classifyName,
  parse: parseTranscriptLine,
  indexName: INDEX_NAME,
  parseIndex: parseIndexFile,
  parseLock: parseLockFile,
};

/**
 * `agents/<agent>/sessions` of every agent, also before OpenClaw has made it; the directory of the time before agents; and
 * where `session.store` puts the index. Each directory once, under the first agent that names it.
 */
export function sessionsDirectories(
  root: string,
  fs: FileSystem,
  env: Environment = process.env,
  home: string = homedir(),
): readonly SessionsDirectory[] {
  const found = new Map<string, SessionsDirectory>();
  const add = (agent: string, path: string): void => {
    const real = realPathOfMaybeMissing(path);
    if (!found.has(real)) found.set(real, { agent, path: real });
  };
  const agents = agentsOf(root, fs);
  for (const agent of agents) add(agent, join(root, 'agents', agent, 'sessions'));
  const legacy = join(root, 'sessions');
  if (isDirectory(legacy)) add(DEFAULT_AGENT, legacy);
  const { storePath } = readOpenclawConfig(root, env, home);
  if (storePath !== undefined) {
    for (const agent of new Set([DEFAULT_AGENT, ...agents])) {
      const store = storePathFor(storePath, agent, root, openclawHome(env, home));
      if (store !== undefined) add(agent, dirname(store));
    }
  }
  return [...found.values()];
}

/**
 * From 2026.7.2 on conversations are rows of an agent's database. One that earlier versions made has none in it, and lies beside
 * the index of the files; a later one moves that index away, and does not start where there is one.
 */
export function keepsDatabase(root: string, fs: FileSystem, env: Environment = process.env, home: string = homedir()): boolean {
  if (agentDatabases(root, fs, env, home).length === 0) return false;
  const ofAgents = sessionsDirectories(root, fs, env, home).filter(({ path }) => path !== join(root, 'sessions'));
  return !ofAgents.some(({ path }) => namesIn(path, fs).includes('sessions.json'));
}

/** The part that exists without its symbolic links, so that a directory keeps its identity when it appears. */
function realPathOfMaybeMissing(path: string): string {
  const real = realPath(path);
  if (real !== undefined) return real;
  const parent = dirname(path);
  return parent === path ? path : join(realPathOfMaybeMissing(parent), path.slice(parent.length));
}
