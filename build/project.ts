import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout: every path of the build scripts starts here, so they work from any current directory. */
export const projectDir = path.dirname(import.meta.dirname);

/** A folder below `node_modules/.cache`: nothing that the build makes lives outside the checkout, and `npm ci` clears it. */
export function cacheDir(...names: readonly string[]): string {
  const dir = path.join(projectDir, 'node_modules', '.cache', ...names);
  mkdirSync(dir, { recursive: true });
  return dir;
}

/** True when the module of this `import.meta.url` is the script that Node was started with. */
export function isMain(moduleUrl: string): boolean {
  const script = process.argv[1];
  return script !== undefined && existsSync(script) && realpathSync(script) === fileURLToPath(moduleUrl);
}

/** A build problem that a person can act on: shown without a stack. `remedy` is the exact command to type. */
export class BuildError extends Error {
  readonly remedy: string | undefined;

  constructor(message: string, remedy?: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'BuildError';
    this.remedy = remedy;
  }
}

/** Runs a script's main function; a `BuildError` is printed in plain words, anything else with its stack. */
export async function runMain(main: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await main();
  } catch (error) {
    process.stderr.write(`${describeFailure(error)}\n`);
    process.exitCode = 1;
  }
}

export function describeFailure(error: unknown): string {
  if (error instanceof BuildError) return error.remedy === undefined ? error.message : `${error.message}\n  Type: ${error.remedy}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
