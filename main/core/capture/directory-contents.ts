import type { FileStat, FileSystem } from '../platform/file-system.ts';
import type { Artefact } from '../sources/source.ts';
import { faultOf } from './file-fault.ts';
import { isMirrored, type Sighting } from './listing.ts';
import type { SkippedFiles } from './skipped-files.ts';
import type { DirectoryListing } from './tailing.ts';

interface Look {
  readonly sightings: readonly Sighting[];
  /** Names that are taken by something that cannot be looked at now. */
  readonly hidden: ReadonlySet<string>;
  readonly absent: readonly string[];
}

/** What the names of one directory mean, and what was last seen under them. */
export class DirectoryContents {
  locks: DirectoryListing['locks'] = [];
  #names: ReadonlySet<string> = new Set();
  readonly #fs: FileSystem;
  readonly #classifyName: (name: string) => Artefact;
  readonly #pathOf: (name: string) => string;
  readonly #skipped: SkippedFiles;
  readonly #artefacts = new Map<string, Artefact>();
  /** Live transcripts by file name. */
  readonly #live = new Map<string, { readonly nativeId: string; readonly size: number }>();
  #description: Pick<DirectoryListing, 'transcripts' | 'indexPath'> | undefined;

  constructor(fs: FileSystem, classifyName: (name: string) => Artefact, pathOf: (name: string) => string, skipped: SkippedFiles) {
    this.#fs = fs;
    this.#classifyName = classifyName;
    this.#pathOf = pathOf;
    this.#skipped = skipped;
  }

  /** Takes over a new listing. */
  setNames(names: ReadonlySet<string>): void {
    if (names.size === 0 && this.#names.size === 0) return;
    this.#names = names;
    this.#description = undefined;
    for (const name of this.#artefacts.keys()) if (!names.has(name)) this.#artefacts.delete(name);
    for (const name of this.#live.keys()) if (!names.has(name)) this.#live.delete(name);
    for (const { name } of this.#skipped.list) if (!names.has(name)) this.#skipped.delete(name);
    this.locks = [...names].flatMap((name) => {
      const artefact = this.#classify(name);
      return artefact.is === 'lock' ? [{ name, of: artefact.of }] : [];
    });
  }

  get liveIndexes(): readonly string[] {
    return [...this.#names].filter((name) => {
      const artefact = this.#classify(name);
      return artefact.is === 'index' && !artefact.archived;
    });
  }

  /** Changes identity whenever something in it changed. */
  get description(): Pick<DirectoryListing, 'transcripts' | 'indexPath'> {
    if (this.#description) return this.#description;
    const [index] = this.liveIndexes;
    const transcripts = new Map([...this.#live.values()].map(({ nativeId, size }) => [nativeId, size]));
    this.#description = { transcripts, ...(index === undefined ? {} : { indexPath: this.#pathOf(index) }) };
    return this.#description;
  }

  /** Stats every name that may be mirrored. */
  look(fileNames: ReadonlySet<string>): Look {
    const sightings: Sighting[] = [];
    const hidden = new Set<string>();
    const absent: string[] = [];
    for (const fileName of fileNames) {
      const artefact = this.#names.has(fileName) ? this.#classify(fileName) : undefined;
      if (artefact && !isMirrored(artefact)) continue;
      const found = artefact && this.#find(fileName);
      if (!artefact || !found) {
        absent.push(fileName);
        this.#forget(fileName);
      } else if ('reason' in found) {
        hidden.add(fileName);
        this.#skipped.add(fileName, found.reason);
      } else {
        sightings.push({ fileName, artefact, stat: found.stat });
        if (artefact.is === 'transcript' && !artefact.archived) this.#note(fileName, artefact.nativeId, found.stat.size);
      }
    }
    return { sightings, hidden, absent };
  }

  #classify(name: string): Artefact {
    const cached = this.#artefacts.get(name);
    if (cached) return cached;
    const artefact = this.#classifyName(name);
    this.#artefacts.set(name, artefact);
    return artefact;
  }

  #find(fileName: string): { readonly stat: FileStat } | { readonly reason: string } | undefined {
    try {
      const stat = this.#fs.stat(this.#pathOf(fileName));
      if (!stat || stat.type === 'file') return stat && { stat };
      return { reason: stat.type === 'other' ? 'not-a-file' : stat.type };
    } catch (error) {
      return { reason: faultOf(error) };
    }
  }

  #forget(fileName: string): void {
    this.#skipped.delete(fileName);
    if (this.#live.delete(fileName)) this.#description = undefined;
  }

  #note(fileName: string, nativeId: string, size: number): void {
    if (this.#live.get(fileName)?.size === size) return;
    this.#live.set(fileName, { nativeId, size });
    this.#description = undefined;
  }
}
