/**
 * Compiles the helpers in native-helpers/ with the system's C compiler. Clawback works without them: it then notices by
 * polling, up to ten seconds later, that a gateway has ended.
 *
 *     node build/native-helpers.ts     prints the program, for CLAWBACK_EXIT_WATCH
 *
 * On a Mac the program holds both architectures, and a release is packaged there. Elsewhere, that it compiles for macOS can
 * be seen with `zig cc -target aarch64-macos.12.0`, and with x86_64, and the common flags below.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { isOnPath, runCommand } from './command.ts';
import { BuildError, cacheDir, isMain, projectDir, runMain } from './project.ts';

const source = path.join(projectDir, 'native-helpers', 'exit-watch', 'exit-watch.c');
const compiler = 'cc';
const buildTimeoutMs = 120_000;

/** Pure: what the compiler is told besides the source and the result. The oldest macOS is that of the packaged app. */
export function compilerFlags(platform: NodeJS.Platform): readonly string[] {
  const common = ['-std=c11', '-O2', '-Wall', '-Wextra', '-Wpedantic', '-Werror'];
  return platform === 'darwin' ? [...common, '-arch', 'arm64', '-arch', 'x86_64', '-mmacosx-version-min=12.0'] : common;
}

/**
 * The program that watches for exits; compiled, in half a second, when there is none of this source yet. `undefined`: no
 * compiler is installed. Throws a `BuildError` when the compiler refuses.
 */
export async function exitWatchProgram(): Promise<string | undefined> {
  if (!isOnPath(compiler)) return undefined;
  const flags = compilerFlags(process.platform);
  const key = createHash('sha256')
    .update(JSON.stringify([flags, process.arch]))
    .update(readFileSync(source));
  const program = path.join(cacheDir('native-helpers'), `exit-watch-${key.digest('hex').slice(0, 12)}`);
  if (existsSync(program)) return program;
  // Two builds at once each make their own; the last one to be renamed stays, and both are the same.
  const own = `${program}.${process.pid}`;
  const result = await runCommand(compiler, [...flags, '-o', own, source], { timeoutMs: buildTimeoutMs });
  if (result.status !== 0) {
    await rm(own, { force: true });
    throw new BuildError(
      `exit-watch could not be compiled:\n${result.output.trim()}`,
      process.platform === 'darwin' ? 'xcode-select --install' : undefined,
    );
  }
  await chmod(own, 0o755);
  await rename(own, program);
  return program;
}

if (isMain(import.meta.url)) {
  await runMain(async () => {
    const program = await exitWatchProgram();
    if (program === undefined) throw new BuildError('There is no C compiler here; Clawback works without this helper.');
    process.stdout.write(`${program}\n`);
    return 0;
  });
}
