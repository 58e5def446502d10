import { spawnSync } from 'node:child_process';

/**
 * The command as somebody would run it whom permissions stop. Root overrides them, so as root the command runs without that
 * right: same files, same owner, and a folder that may not be written cannot be.
 */
export function asOrdinaryUser(command: string, args: readonly string[]): readonly [string, readonly string[]] {
  if (process.getuid?.() !== 0) return [command, args];
  if (spawnSync('setpriv', ['--version'], { stdio: 'ignore' }).status !== 0) {
    throw new Error('as root these tests need setpriv (util-linux), which takes the right to override permissions away');
  }
  return ['setpriv', ['--bounding-set=-dac_override,-dac_read_search', '--', command, ...args]];
}
