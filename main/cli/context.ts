import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { clawbackHome } from '../core/clawback-home.ts';
import { CoreError, errnoOf } from '../core/platform/errors.ts';
import type { CoreConfig } from '../core/requests.ts';
import { Output } from './output.ts';

export interface GlobalOptions {
  readonly stateDir?: readonly string[];
  readonly home?: string;
  readonly json?: boolean;
}

/** What every command knows: where Clawback keeps its things, what to protect, and how to answer. */
export interface Context {
  readonly home: string;
  /** `undefined`: discover. */
  readonly roots: readonly string[] | undefined;
  readonly out: Output;
}

export const DEFAULT_FLUSH_INTERVAL_MS = 1_000;

export function contextOf(options: GlobalOptions): Context {
  const roots = options.stateDir?.map((dir) => checkedRoot(resolve(dir)));
  return { home: clawbackHome(process.env, options.home), roots, out: new Output(options.json === true) };
}

export function coreConfig(context: Context, flushIntervalMs = DEFAULT_FLUSH_INTERVAL_MS): CoreConfig {
  return context.roots === undefined ? { flushIntervalMs } : { roots: context.roots, flushIntervalMs };
}

function checkedRoot(root: string): string {
  try {
    if (statSync(root).isDirectory()) return root;
  } catch (error) {
    const code = errnoOf(error);
    if (code === undefined) throw error;
    const why = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`;
    throw new CoreError(
      'not-found',
      `the state directory ${root} ${why}`,
      'Give the folder that holds `agents/`, usually ~/.openclaw.',
      error,
    );
  }
  throw new CoreError('invalid', `${root} is not a directory`, 'Give the folder that holds `agents/`, usually ~/.openclaw.');
}
