import { join } from 'node:path';
import { errnoOf } from '../platform/errors.ts';
import type { FileSystem } from '../platform/file-system.ts';
import { isDirectory } from '../platform/real-paths.ts';

/** Agents that have a folder in a state directory. Never throws. */
export function agentsOf(root: string, fs: FileSystem): readonly string[] {
  const agentsDir = join(root, 'agents');
  return namesIn(agentsDir, fs)
    .filter((name) => !name.startsWith('.') && isDirectory(join(agentsDir, name)))
    .sort();
}

export function namesIn(directory: string, fs: FileSystem): readonly string[] {
  try {
    return fs.list(directory);
  } catch (error) {
    // No agent yet, or not for us to see: the directory's own state is reported by whoever mirrors it.
    if (errnoOf(error) === undefined) throw error;
    return [];
  }
}
