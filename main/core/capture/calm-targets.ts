import { errnoOf } from '../platform/errors.ts';
import { glanceOf, sameGlance } from '../platform/file-glance.ts';
import type { FileSystem } from '../platform/file-system.ts';
import { sameIdentity } from './fingerprint.ts';
import type { Generations } from './generations.ts';
import type { Mirror } from './mirror.ts';

/** What is looked at and matched in one pass. */
export interface Targets {
  readonly names: ReadonlySet<string>;
  readonly mirrors: readonly Mirror[];
}

/**
 * For a sweep over a directory whose names have not changed: all of it but for the files of which one stat shows that
 * there is nothing to do. An inode at its old name wins over everything else in a match, so leaving such a pair out changes
 * no other match; of ten thousand files hardly one is left, and to match each would cost several times what its stat does.
 *
 * `skipped` names are looked at again in full: that is how they cease to be skipped.
 */
export function calmTargets(fs: FileSystem, generations: Generations, names: ReadonlySet<string>, skipped: ReadonlySet<string>): Targets {
  const { mirrors, byFileName } = generations;
  // Two generations of one name, while the first cannot be drained: which of them the file is, only a match can tell.
  const isOneToOne = mirrors.size === byFileName.size;
  const left = new Set<string>();
  const touched: Mirror[] = [];
  for (const mirror of mirrors.values()) {
    const { fileName } = mirror;
    if (isOneToOne && !skipped.has(fileName) && isCalm(fs, mirror, generations.pathOf(fileName))) continue;
    left.add(fileName);
    touched.push(mirror);
  }
  for (const name of names) if (!byFileName.has(name)) left.add(name);
  return { names: left, mirrors: touched };
}

function isCalm(fs: FileSystem, mirror: Mirror, path: string): boolean {
  // A hot one is looked at in full, which keeps its descriptor open.
  if (mirror.hotUntil > 0) return false;
  try {
    const glance = mirror.calm && fs.glance(path);
    if (mirror.calm && glance && sameGlance(mirror.calm, glance)) return true;
    const stat = fs.stat(path);
    if (stat?.type !== 'file' || !sameIdentity(stat, mirror.identity) || !mirror.isUntouchedBy(stat)) return false;
    mirror.seenSize = stat.size;
    mirror.calm = glanceOf(stat);
    return true;
  } catch (error) {
    // The look in full says what is wrong with it.
    if (errnoOf(error) !== undefined) return false;
    throw error;
  }
}
