import type { CoreConfig } from '../core/requests.ts';
import type { Settings } from '../ipc/contract.ts';

/**
 * What the core is to protect. `found`: the state directories that exist, `undefined` before the core could look; then only
 * what the person added is named, because naming nothing would protect a directory that they switched off.
 */
export function coreConfig(settings: Settings, found: readonly string[] | undefined, limited: readonly string[] | undefined): CoreConfig {
  const { flushIntervalMs, sources } = settings;
  const base = limited ?? found;
  if (sources.length === 0) return limited === undefined ? { flushIntervalMs } : { flushIntervalMs, roots: limited };
  const added = sources.filter((source) => source.enabled).map((source) => source.root);
  const off = new Set(sources.filter((source) => !source.enabled).map((source) => source.root));
  const roots = [...new Set([...(base ?? []), ...added])].filter((root) => !off.has(root));
  return { flushIntervalMs, roots };
}
