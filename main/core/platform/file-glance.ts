import type { FileStat } from './file-system.ts';

/**
 * As much of a stat as tells that nothing has happened to a file, in plain numbers: to make the large ones of ten thousand
 * stats costs as much as the system calls. Rounded above 2^53, which can only make equal files look different.
 */
export interface FileGlance {
  readonly dev: number;
  readonly ino: number;
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
}

/** The glance that would have been taken in place of this stat. */
export function glanceOf({ dev, ino, size, mtimeNs, ctimeNs }: FileStat): FileGlance {
  return { dev: Number(dev), ino: Number(ino), size, mtimeMs: milliseconds(mtimeNs), ctimeMs: milliseconds(ctimeNs) };
}

export function sameGlance(one: FileGlance, other: FileGlance): boolean {
  return (
    one.ctimeMs === other.ctimeMs &&
    one.ino === other.ino &&
    one.size === other.size &&
    one.mtimeMs === other.mtimeMs &&
    one.dev === other.dev
  );
}

/** As Node computes it, to the last bit. */
function milliseconds(ns: bigint): number {
  return Number(ns / 1_000_000_000n) * 1_000 + Number(ns % 1_000_000_000n) / 1_000_000;
}
