import JSON5 from 'json5';
import { isObject } from '../sources/json-value.ts';
import { appendItem, type PlainValue, removeItem, replaceSpan } from './json5-edit.ts';
import { type Json5Container, type Json5Node, memberOf, scanJson5 } from './json5-scan.ts';

export const PLUGIN_ID = 'clawback-recorder';

/** What an edit added, so that its removal leaves nothing behind and takes nothing else along. */
export interface InstallTrace {
  /** Paths of containers that were not there before, outermost first. */
  readonly created: readonly (readonly string[])[];
  /** Text of `enabled` in an entry that was there before; '' when the entry had none. */
  readonly enabledWas?: string;
  readonly inAllowList: boolean;
}

/** `undefined`: something stands where a list or an object belongs, which only a person can put right. */
export interface EditedConfig {
  readonly text: string;
  readonly trace: InstallTrace;
}

/**
 * The configuration with the plugin in it. `addToAllowList`: an effective list exists and lacks it; a list is never begun
 * where there is none, it would switch off every other plugin. Throws what `scanJson5` throws.
 */
export function withPlugin(original: string, pluginDir: string, addToAllowList: boolean): EditedConfig | undefined {
  const edit = new ConfigEdit(original);
  const created: (readonly string[])[] = [];
  const add = (path: readonly string[], value: PlainValue): boolean => edit.ensure(path, value, created);
  const paths = ['plugins', 'load', 'paths'];
  if (!edit.listHolds(paths, pluginDir) && !edit.append(paths, pluginDir) && !add(paths, [pluginDir])) return undefined;
  const entry = ['plugins', 'entries', PLUGIN_ID];
  const enabled = edit.textAt([...entry, 'enabled']);
  const hadEntry = edit.textAt(entry) !== undefined;
  if (
    enabled === undefined
      ? !add(hadEntry ? [...entry, 'enabled'] : entry, hadEntry ? true : { enabled: true })
      : !edit.replace([...entry, 'enabled'], 'true')
  )
    return undefined;
  const allow = ['plugins', 'allow'];
  if (addToAllowList && !edit.append(allow, PLUGIN_ID) && !add(allow, [PLUGIN_ID])) return undefined;
  return {
    text: edit.text,
    trace: { created, inAllowList: addToAllowList, ...(hadEntry ? { enabledWas: enabled ?? '' } : {}) },
  };
}

/** The configuration without the plugin. Without a trace, containers that it leaves empty stay. */
export function withoutPlugin(original: string, pluginDir: string, trace: InstallTrace | undefined): string {
  const edit = new ConfigEdit(original);
  const entry = ['plugins', 'entries', PLUGIN_ID];
  if (trace?.enabledWas === undefined) edit.remove(entry);
  else if (trace.enabledWas === '') edit.remove([...entry, 'enabled']);
  else edit.replace([...entry, 'enabled'], trace.enabledWas);
  edit.removeFromList(['plugins', 'load', 'paths'], pluginDir);
  if (trace?.inAllowList !== false)
    edit.removeFromList(['plugins', 'allow'], PLUGIN_ID, { keepLast: !isCreated(trace, ['plugins', 'allow']) });
  for (const path of (trace?.created ?? []).toReversed()) edit.removeEmpty(path);
  return edit.text;
}

/** A parsed configuration without anything of the plugin's: no edit of ours may change it. */
export function restOfConfig(config: unknown, pluginDir: string): unknown {
  const root = objectOf(config);
  const plugins = objectOf(root.plugins);
  const load = objectOf(plugins.load);
  const { [PLUGIN_ID]: _ours, ...entries } = objectOf(plugins.entries);
  const rest = {
    ...plugins,
    load: pruned({ ...load, paths: pruned(listOf(load.paths).filter((path) => path !== pluginDir)) }),
    entries: pruned(entries),
    allow: pruned(listOf(plugins.allow).filter((id) => id !== PLUGIN_ID)),
  };
  return { ...root, plugins: pruned(rest) };
}

/** `undefined` for what holds nothing. */
function pruned(value: Readonly<Record<string, unknown>> | readonly unknown[]): unknown {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value;
  const kept = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

function isCreated(trace: InstallTrace | undefined, path: readonly string[]): boolean {
  return trace?.created.some((created) => created.join('\0') === path.join('\0')) === true;
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** One text under several edits; it is scanned anew for each, because every edit moves what follows it. */
class ConfigEdit {
  text: string;

  constructor(text: string) {
    this.text = text;
  }

  textAt(path: readonly string[]): string | undefined {
    const node = this.#nodeAt(path);
    return node && this.text.slice(node.start, node.end);
  }

  listHolds(path: readonly string[], value: string): boolean {
    return this.#positionIn(path, value) !== undefined;
  }

  /** False when there is no list at the path. */
  append(path: readonly string[], value: PlainValue): boolean {
    const list = this.#containerAt(path, 'array');
    if (list === undefined) return false;
    this.text = appendItem(this.text, list, value);
    return true;
  }

  replace(path: readonly string[], written: string): boolean {
    const node = this.#nodeAt(path);
    if (node === undefined) return false;
    this.text = replaceSpan(this.text, node, written);
    return true;
  }

  /** Adds what is missing on the way to a path. False when something stands in the way, the path itself included. */
  ensure(path: readonly string[], value: PlainValue, created: (readonly string[])[]): boolean {
    if (this.#nodeAt(path) !== undefined) return false;
    let depth = path.length - 1;
    while (depth > 0 && this.#nodeAt(path.slice(0, depth)) === undefined) depth -= 1;
    const parent = this.#containerAt(path.slice(0, depth), 'object');
    const key = path[depth];
    if (parent === undefined || key === undefined) return false;
    const inner = path.slice(depth + 1).reduceRight<PlainValue>((nested, name) => ({ [name]: nested }), value);
    this.text = appendItem(this.text, parent, inner, key);
    for (let length = depth + 1; length < path.length; length += 1) created.push(path.slice(0, length));
    if (Array.isArray(value)) created.push(path);
    return true;
  }

  remove(path: readonly string[]): void {
    const parent = this.#containerAt(path.slice(0, -1), 'object');
    const item = memberOf(parent, path.at(-1) ?? '');
    if (parent !== undefined && item !== undefined) this.text = removeItem(this.text, parent, item);
  }

  removeEmpty(path: readonly string[]): void {
    const node = this.#nodeAt(path);
    if (node !== undefined && node.kind !== 'scalar' && node.items.length === 0) this.remove(path);
  }

  /** `keepLast`: a list that would become empty keeps it, because an empty one means something else. */
  removeFromList(path: readonly string[], value: string, { keepLast = false } = {}): void {
    for (let position = this.#positionIn(path, value); position !== undefined; position = this.#positionIn(path, value)) {
      const list = this.#containerAt(path, 'array');
      const item = list?.items[position];
      if (list === undefined || item === undefined || (keepLast && list.items.length === 1)) return;
      this.text = removeItem(this.text, list, item);
    }
  }

  #positionIn(path: readonly string[], value: string): number | undefined {
    const items = this.#containerAt(path, 'array')?.items ?? [];
    const position = items.findIndex((item) => item.value.kind === 'scalar' && scalarAt(this.text, item.value) === value);
    return position < 0 ? undefined : position;
  }

  #containerAt(path: readonly string[], kind: Json5Container['kind']): Json5Container | undefined {
    const node = this.#nodeAt(path);
    return node?.kind === kind ? node : undefined;
  }

  #nodeAt(path: readonly string[]): Json5Node | undefined {
    return path.reduce<Json5Node | undefined>((node, key) => memberOf(node, key)?.value, scanJson5(this.text));
  }
}

function scalarAt(text: string, { start, end }: Json5Node): unknown {
  return JSON5.parse(text.slice(start, end));
}
