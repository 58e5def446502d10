import { runCommand } from './command.ts';
import { electronLibraries, ensurePackages, isDebian } from './debian.ts';
import { BuildError } from './project.ts';

/** Pure: the names that `ldd` could not resolve. */
export function unresolvedLibraries(lddOutput: string): readonly string[] {
  const names = lddOutput.split('\n').filter((line) => line.includes('=> not found'));
  return [...new Set(names.map((line) => line.slice(0, line.indexOf('=>')).trim()))];
}

/**
 * Makes sure that an executable finds its shared libraries: on Debian installs them where this user may, else throws a
 * `BuildError` with the exact command (or, on another distribution, with the names of the libraries).
 */
export async function ensureSharedLibraries(executable: string): Promise<void> {
  if (process.platform !== 'linux') return;
  const unresolved = await lookUp(executable);
  if (unresolved.length === 0) return;
  if (await isDebian()) {
    await ensurePackages(electronLibraries, 'Electron');
    const still = await lookUp(executable);
    if (still.length === 0) return;
    throw new BuildError(`Electron still lacks shared libraries: ${still.join(', ')}.`, `apt-file search ${still[0]}`);
  }
  throw new BuildError(
    `Electron needs shared libraries that this system does not have: ${unresolved.join(', ')}. Install them with its package manager.`,
  );
}

async function lookUp(executable: string): Promise<readonly string[]> {
  return unresolvedLibraries((await runCommand('ldd', [executable])).stdout);
}
