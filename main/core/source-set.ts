import { realPath } from './platform/real-paths.ts';
import type { ProtectedSource } from './protected-source.ts';

export interface SourceSetDeps {
  readonly discover: () => readonly string[];
  readonly open: (root: string) => ProtectedSource;
}

/** The state directories under protection: those that were named, or all that discovery finds. */
export class SourceSet implements Disposable {
  readonly #deps: SourceSetDeps;
  readonly #open = new Map<string, ProtectedSource>();
  /** Named root to the path behind its symbolic links, as last seen. */
  readonly #realRoots = new Map<string, string>();
  #named: readonly string[] | undefined;

  constructor(deps: SourceSetDeps, named: readonly string[] | undefined) {
    this.#deps = deps;
    this.#named = named;
  }

  /** `undefined`: discover. Takes effect with the next `refresh`. */
  set named(roots: readonly string[] | undefined) {
    this.#named = roots;
  }

  get all(): readonly ProtectedSource[] {
    return [...this.#open.values()];
  }

  get roots(): readonly string[] {
    return [...this.#open.keys()];
  }

  /** Named and never seen. */
  get missing(): readonly string[] {
    return (this.#named ?? []).filter((root) => !this.#realRoots.has(root));
  }

  /** Opens what is wanted and closes what no longer is. True when anything changed. */
  refresh(): boolean {
    const wanted = new Set(this.#wanted());
    let changed = false;
    for (const [root, source] of this.#open) {
      if (wanted.has(root)) continue;
      source[Symbol.dispose]();
      this.#open.delete(root);
      changed = true;
    }
    for (const root of wanted) {
      if (this.#open.has(root)) continue;
      this.#open.set(root, this.#deps.open(root));
      changed = true;
    }
    return changed;
  }

  /** Sessions directory of an agent; `undefined`: unknown. */
  directoryOf(sourceId: number, agent: string): string | undefined {
    const directories = this.all.flatMap((source) => source.directories);
    return directories.find((directory) => directory.sourceId === sourceId && directory.agent === agent)?.path;
  }

  [Symbol.dispose](): void {
    for (const source of this.#open.values()) source[Symbol.dispose]();
    this.#open.clear();
  }

  /** A root that cannot be reached now stays under protection: its descriptors are kept, and "cannot see" is not "gone". */
  #wanted(): readonly string[] {
    if (this.#named === undefined) return [...this.#open.keys(), ...this.#deps.discover()];
    return this.#named.flatMap((root) => {
      const real = realPath(root) ?? this.#realRoots.get(root);
      if (real === undefined) return [];
      this.#realRoots.set(root, real);
      return [real];
    });
  }
}
