import { dirname, isAbsolute, resolve } from 'node:path';
import JSON5 from 'json5';
import { CoreError } from '../platform/errors.ts';
import { readSmallFile, realPath } from '../platform/real-paths.ts';
import { isObject } from '../sources/json-value.ts';
import { isInside } from '../sources/openclaw-home.ts';

const INCLUDE = '$include';
/** OpenClaw's own. */
const DEEPEST = 10;
const LIMIT_BYTES = 1024 * 1024;

/**
 * A parsed configuration with the files that it includes, merged as OpenClaw 2026.3.13 does: lists are joined, objects
 * merged, what stands beside `$include` wins. Throws CoreError `config-unreadable` where OpenClaw would refuse it too.
 */
export function withIncludes(value: unknown, configPath: string, depth = 0): unknown {
  if (Array.isArray(value)) return value.map((item) => withIncludes(item, configPath, depth));
  if (!isObject(value)) return value;
  const own = Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== INCLUDE)
      .map(([key, inner]) => [key, withIncludes(inner, configPath, depth)]),
  );
  if (!Object.hasOwn(value, INCLUDE)) return own;
  const names = typeof value[INCLUDE] === 'string' ? [value[INCLUDE]] : value[INCLUDE];
  if (!Array.isArray(names)) throw unreadable('an $include that names no file');
  const included = names.reduce<unknown>(
    (merged, name) => merge(merged, includedFile(name, configPath, depth)),
    names.length === 1 ? undefined : {},
  );
  return Object.keys(own).length === 0 ? included : merge(included, own);
}

function includedFile(name: unknown, configPath: string, depth: number): unknown {
  if (typeof name !== 'string' || depth >= DEEPEST) throw unreadable('an $include that names no file, or too many of them');
  const root = dirname(configPath);
  const path = isAbsolute(name) ? name : resolve(root, name);
  const real = realPath(path);
  if (real === undefined || !isInside(real, realPath(root) ?? root)) throw unreadable(`${path}, which it includes`);
  const bytes = readSmallFile(path, LIMIT_BYTES);
  if (bytes === undefined) throw unreadable(`${path}, which it includes`);
  return withIncludes(parsed(bytes, path), path, depth + 1);
}

function parsed(bytes: Uint8Array, path: string): unknown {
  try {
    return JSON5.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    // The parser's message would quote the file, which may hold tokens.
    if (!(error instanceof SyntaxError)) throw error;
    throw unreadable(`${path}, which it includes`);
  }
}

function merge(below: unknown, above: unknown): unknown {
  if (Array.isArray(below) && Array.isArray(above)) return [...below, ...above];
  if (!isObject(below) || !isObject(above)) return above;
  const merged: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(above)) merged[key] = Object.hasOwn(merged, key) ? merge(merged[key], value) : value;
  return merged;
}

function unreadable(what: string): CoreError {
  return new CoreError('config-unreadable', `the configuration cannot be understood because of ${what}`, 'Put it right, then try again.');
}
