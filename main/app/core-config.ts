import type { CoreConfig } from '../core/requests.ts';
import type { Settings } from '../ipc/contract.ts';

/**
 * What the core is to protect: what discovery finds now and later, with what the person added and without what they switched
 * off. `limited`: in place of discovery.
 */
export function coreConfig(settings: Settings, limited: readonly string[] | undefined): CoreConfig {
  const { flushIntervalMs, sources, ignore = {}, retention = {} } = settings;
  const added = sources.filter((source) => source.enabled).map((source) => source.root);
  const excluded = sources.filter((source) => !source.enabled).map((source) => source.root);
  const ignoresAny = Object.values(ignore).some((rules) => rules.length > 0);
  return {
    flushIntervalMs,
    ...(ignoresAny ? { ignore } : {}),
    ...(Object.keys(retention).length === 0 ? {} : { retention }),
    ...(limited === undefined ? {} : { roots: limited }),
    ...(added.length === 0 ? {} : { added }),
    ...(excluded.length === 0 ? {} : { excluded }),
  };
}
