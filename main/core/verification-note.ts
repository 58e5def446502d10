import { statSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from './platform/errors.ts';
import { readPrivateFile, writePrivateFile } from './platform/private-file.ts';

interface Note {
  readonly at: number;
  /** Of the file that was looked at: another buffer in its place was not. */
  readonly inode: number;
}

/** When the buffer of a home was last found as it was captured; remembered beside it, because it is no part of what was captured. */
export class VerificationNote {
  readonly #path: string;
  readonly #database: string;
  #at: number | undefined;

  constructor(home: string) {
    this.#path = join(home, 'last-verified.json');
    this.#database = join(home, 'buffer.db');
    this.#at = this.#read();
  }

  get lastVerifiedAt(): number | undefined {
    return this.#at;
  }

  /** Throws system errors. */
  verified(at: number): void {
    this.#at = at;
    writePrivateFile(this.#path, JSON.stringify({ at, inode: this.#inode ?? 0 } satisfies Note));
  }

  /** What cannot be understood says nothing: it is only a time to show. */
  #read(): number | undefined {
    try {
      const { at, inode } = JSON.parse(readPrivateFile(this.#path) ?? '{}') as Partial<Note>;
      return typeof at === 'number' && inode === this.#inode ? at : undefined;
    } catch (error) {
      if (errnoOf(error) === undefined && !(error instanceof SyntaxError)) throw error;
      return undefined;
    }
  }

  get #inode(): number | undefined {
    return statSync(this.#database, { throwIfNoEntry: false })?.ino;
  }
}
