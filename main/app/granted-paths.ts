import { RequestError } from './core-connection.ts';

/**
 * Paths that the person chose in a system dialog. A window may name only these: it shows hostile text, and if that ever got
 * the better of it, it must not be able to write or read elsewhere.
 */
export class GrantedPaths {
  readonly #paths = new Set<string>();

  grant(path: string): string {
    this.#paths.add(path);
    return path;
  }

  /** Throws RequestError `forbidden` for a path that no dialog gave. */
  require(path: string): void {
    if (this.#paths.has(path)) return;
    throw new RequestError({ code: 'forbidden', message: 'This place was not chosen in a dialog.', hint: 'Choose it again.' });
  }
}
