import { realPath } from './platform/real-paths.ts';
import type { ProtectedSource } from './protected-source.ts';
import type { CoreConfig } from './requests.ts';

export interface SourceSetDeps {
  readonly discover: () => readonly string[];
  readonly open: (root: string) => ProtectedSource;
}

/** Which state directories to protect, see `CoreConfig`. */
export type SourceChoice = Pick<CoreConfig, 'roots' | 'added' | 'excluded'>;

/** The state directories under protection: those that were named, or all that discovery finds, but for the excluded ones. */
export class SourceSet implements Disposable {
  readonly #deps: SourceSetDeps;
  readonly #open = new Map<string, ProtectedSource>();
  /** Named root to the path behind its symbolic links, as last seen. */
  readonly #realRoots = new Map<string, string>();
  #choice: SourceChoice;

  constructor(deps: SourceSetDeps, choice: SourceChoice) {
    this.#deps = deps;
    this.#choice = choice;
  }

  /** Takes effect with the next `refresh`. */
  set choice(choice: SourceChoice) {
    this.#choice = choice;
  }

  get all(): readonly ProtectedSource[] {
    return [...this.#open.values()];
  }

  get roots(): readonly string[] {
    return [...this.#open.keys()];
  }

  /** Named and never seen. */
  get missing(): readonly string[] {
    return this.#named.filter((root) => !this.#realRoots.has(root) && !this.#excluded.has(root));
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

  [Symbol.dispose](): void {
    for (const source of this.#open.values()) source[Symbol.dispose]();
    this.#open.clear();
  }

  /** A root that cannot be reached now stays under protection: its descriptors are kept, and "cannot see" is not "gone". */
  #wanted(): readonly string[] {
    const found = this.#choice.roots === undefined ? [...this.#kept(), ...this.#deps.discover()] : [];
    const named = this.#named.flatMap((root) => this.#real(root) ?? []);
    const excluded = this.#excluded;
    return [...found, ...named].filter((root) => !excluded.has(root));
  }

  /** What discovery found at some time. */
  #kept(): readonly string[] {
    const named = new Set(this.#realRoots.values());
    return this.roots.filter((root) => !named.has(root));
  }

  get #named(): readonly string[] {
    return [...(this.#choice.roots ?? []), ...(this.#choice.added ?? [])];
  }

  /** As they were written and as they are behind their symbolic links: a person excludes what the list shows. */
  get #excluded(): ReadonlySet<string> {
    return new Set((this.#choice.excluded ?? []).flatMap((root) => [root, realPath(root) ?? root]));
  }

  #real(root: string): string | undefined {
    const real = realPath(root) ?? this.#realRoots.get(root);
    if (real !== undefined) this.#realRoots.set(root, real);
    return real;
  }
}
