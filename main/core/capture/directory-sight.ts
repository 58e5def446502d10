import { basename, dirname } from 'node:path';
import type { Clock } from '../platform/clock.ts';
import { errnoOf } from '../platform/errors.ts';
import type { FileStat, FileSystem } from '../platform/file-system.ts';

/** A directory's own time stamp moves in ticks, as those of files do: names are listed again until it is older than one. */
const TICK_MS = 1000;

/** Some volumes over a network never move the time stamps of a directory. */
const TRUSTED_MS = 60_000;

/** We are short of something; that says nothing about the directory. */
const OWN_SHORTAGES: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOMEM']);

export type Sight =
  /** `appeared` and `vanished` are relative to the last listing; both empty when the names were not listed. */
  | { readonly is: 'ok'; readonly listed: boolean; readonly appeared: readonly string[]; readonly vanished: readonly string[] }
  /** It is gone, and we would see it if it were there. */
  | { readonly is: 'missing' }
  /** We cannot see it, which must never be read as deleted. */
  | { readonly is: 'unreadable'; readonly reason: string }
  | { readonly is: 'busy'; readonly reason: string };

/** Names that the buffer knows in a directory. */
export interface KnownNames {
  readonly size: number;
  has(fileName: string): boolean;
}

/** Whether one directory can be seen, and which names are in it. */
export class DirectorySight {
  /** Names of the last listing. */
  names: ReadonlySet<string> = new Set();
  readonly #fs: FileSystem;
  readonly #clock: Clock;
  readonly #path: string;
  #listed: { readonly stat: FileStat; readonly at: number; readonly listedAt: number; readonly isSettled: boolean } | undefined;
  /** Where our files were when they were last seen. */
  #home: { readonly dev: bigint; readonly parentDev: bigint | undefined } | undefined;

  /** `knownDev`: device of a file that the buffer knows in this directory. */
  constructor(fs: FileSystem, clock: Clock, path: string, knownDev: bigint | undefined) {
    this.#fs = fs;
    this.#clock = clock;
    this.#path = path;
    if (knownDev !== undefined) this.#home = { dev: knownDev, parentDev: undefined };
  }

  /** Lists the names when the directory changed since the last listing, now and then all the same, or when `force` is set. */
  look(known: KnownNames, force: boolean): Sight {
    try {
      const stat = this.#fs.stat(this.#path);
      if (!stat) return this.#absence(known.size > 0);
      if (stat.type !== 'directory') return this.#unseen('not-a-directory');
      if (!force && this.#isListed(stat)) return { is: 'ok', listed: false, appeared: [], vanished: [] };
      return this.#list(stat, known);
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === undefined) throw error;
      if (OWN_SHORTAGES.has(errno)) return { is: 'busy', reason: errno };
      // ENOENT: it went between stat and listing; the next look tells.
      return errno === 'ENOENT' ? { is: 'busy', reason: errno } : this.#unseen(errno);
    }
  }

  #list(stat: FileStat, known: KnownNames): Sight {
    const listed = this.#fs.list(this.#path);
    // Throws when names may be listed and files may not be looked at: then every file would seem unreadable by itself.
    this.#fs.stat(`${this.#path}/.`);
    const isElsewhere = this.#home !== undefined && stat.dev !== this.#home.dev;
    // The mount point of a volume that is not mounted.
    if (isElsewhere && known.size > 0 && !listed.some((name) => known.has(name))) return this.#unseen('other-device');
    const appeared = listed.filter((name) => !this.names.has(name));
    // As many as before and none of them new: none has gone either.
    const isSame = appeared.length === 0 && listed.length === this.names.size;
    const names = isSame ? this.names : new Set(listed);
    const vanished = isSame ? [] : [...this.names].filter((name) => !names.has(name));
    this.names = names;
    const now = this.#clock.monotonic();
    const isSameTime = this.#listed !== undefined && isSameState(this.#listed.stat, stat);
    const at = isSameTime && this.#listed ? this.#listed.at : now;
    this.#listed = { stat, at, listedAt: now, isSettled: now - at >= TICK_MS };
    if (this.#home?.dev !== stat.dev || this.#home.parentDev === undefined) {
      this.#home = { dev: stat.dev, parentDev: this.#fs.stat(dirname(this.#path))?.dev };
    }
    return { is: 'ok', listed: true, appeared, vanished };
  }

  #isListed(stat: FileStat): boolean {
    if (this.#listed?.isSettled !== true || !isSameState(this.#listed.stat, stat)) return false;
    return this.#clock.monotonic() - this.#listed.listedAt < TRUSTED_MS;
  }

  #absence(isExpected: boolean): Sight {
    this.#listed = undefined;
    if (!isExpected) {
      this.names = new Set();
      return { is: 'missing' };
    }
    const parentPath = dirname(this.#path);
    const parent = this.#fs.stat(parentPath);
    if (parent?.type !== 'directory') return this.#unseen('parent-missing');
    if (this.#home && parent.dev !== (this.#home.parentDev ?? this.#home.dev)) return this.#unseen('other-device');
    // Listing also proves that the parent can be read, and that the directory did not come back meanwhile.
    if (this.#fs.list(parentPath).includes(basename(this.#path))) return { is: 'busy', reason: 'ENOENT' };
    this.names = new Set();
    return { is: 'missing' };
  }

  #unseen(reason: string): Sight {
    // Names are kept, and listed again as soon as that is possible.
    this.#listed = undefined;
    return { is: 'unreadable', reason };
  }
}

function isSameState(one: FileStat, other: FileStat): boolean {
  return one.mtimeNs === other.mtimeNs && one.ctimeNs === other.ctimeNs && one.ino === other.ino && one.dev === other.dev;
}
