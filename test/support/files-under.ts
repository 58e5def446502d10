import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Every regular file below a directory that holds one of the strings, as it lies on the disk. */
export function filesThatHold(directory: string, words: readonly string[]): readonly string[] {
  return filesUnder(directory).filter((path) => {
    const bytes = readFileSync(path);
    return words.some((word) => bytes.includes(word));
  });
}

export function filesUnder(directory: string): readonly string[] {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
