import type { FileStat } from '../platform/file-system.ts';
import type { Artefact } from '../sources/source.ts';
import type { FileIdentity } from './change.ts';
import { sameIdentity } from './fingerprint.ts';

/** The artefacts whose bytes are kept. */
export type MirroredArtefact = Extract<Artefact, { is: 'transcript' | 'sidecar' | 'index' }>;

export function isMirrored(artefact: Artefact): artefact is MirroredArtefact {
  return artefact.is === 'transcript' || artefact.is === 'sidecar' || artefact.is === 'index';
}

/** A regular file that is in the directory now. */
export interface Sighting {
  readonly fileName: string;
  readonly artefact: MirroredArtefact;
  readonly stat: FileStat;
}

/** A generation as far as matching needs it. */
export interface Mirrored {
  /** Its name on disk when it was last seen. */
  readonly fileName: string;
  /** Its name while it lives. */
  readonly name: string;
  readonly identity: FileIdentity;
  readonly isArchived: boolean;
}

/** How a known generation and a file of the directory belong together, as far as names and inodes tell. */
export type Match<M extends Mirrored> =
  | { readonly is: 'same'; readonly mirrored: M; readonly sighting: Sighting }
  /** Its inode has another name now. */
  | { readonly is: 'moved'; readonly mirrored: M; readonly sighting: Sighting }
  /** Its name belongs to another inode, and its inode is nowhere: the bytes decide. */
  | { readonly is: 'other'; readonly mirrored: M; readonly sighting: Sighting }
  /** Neither name nor inode is here. `copies`: new archives of the same name, which may hold its bytes. */
  | { readonly is: 'vanished'; readonly mirrored: M; readonly copies: readonly Sighting[] }
  /** Its name is taken by something that cannot be looked at now: nothing follows from that. */
  | { readonly is: 'hidden'; readonly mirrored: M }
  | { readonly is: 'new'; readonly sighting: Sighting };

/**
 * Pure. Every known generation and every sighting appears exactly once, but that `copies` are also `new`. An inode at its
 * old name wins over the same inode at a second name (hard link), a moved inode over a new one at the old name.
 */
export function matchListing<M extends Mirrored>(
  known: readonly M[],
  sightings: readonly Sighting[],
  hiddenNames: ReadonlySet<string>,
): readonly Match<M>[] {
  const byName = new Map(sightings.map((sighting) => [sighting.fileName, sighting]));
  const unclaimed = new Set(sightings);
  const matches: Match<M>[] = [];

  const displaced = known.filter((mirrored) => {
    const sighting = byName.get(mirrored.fileName);
    if (!sighting || !unclaimed.has(sighting) || !sameIdentity(sighting.stat, mirrored.identity)) return true;
    unclaimed.delete(sighting);
    matches.push({ is: 'same', mirrored, sighting });
    return false;
  });

  const byInode = groupByInode(displaced.length > 0 ? unclaimed : []);
  const homeless = displaced.filter((mirrored) => {
    const here = (byInode.get(inodeKey(mirrored.identity)) ?? []).filter(
      (sighting) => unclaimed.has(sighting) && sameIdentity(sighting.stat, mirrored.identity),
    );
    const sighting = here.find(({ artefact }) => artefact.name === mirrored.name) ?? here[0];
    if (!sighting) return true;
    unclaimed.delete(sighting);
    matches.push({ is: 'moved', mirrored, sighting });
    return false;
  });

  const vanished: M[] = [];
  for (const mirrored of homeless) {
    const sighting = byName.get(mirrored.fileName);
    if (sighting && unclaimed.delete(sighting)) matches.push({ is: 'other', mirrored, sighting });
    else if (hiddenNames.has(mirrored.fileName)) matches.push({ is: 'hidden', mirrored });
    else vanished.push(mirrored);
  }

  const archives = vanished.length > 0 ? [...unclaimed].filter(({ artefact }) => artefact.archived) : [];
  for (const mirrored of vanished) {
    const copies = mirrored.isArchived ? [] : archives.filter(({ artefact }) => artefact.name === mirrored.name);
    matches.push({ is: 'vanished', mirrored, copies });
  }
  for (const sighting of unclaimed) matches.push({ is: 'new', sighting });
  return matches;
}

function groupByInode(sightings: Iterable<Sighting>): ReadonlyMap<string, readonly Sighting[]> {
  const groups = new Map<string, Sighting[]>();
  for (const sighting of sightings) {
    const key = inodeKey(sighting.stat);
    const group = groups.get(key);
    if (group) group.push(sighting);
    else groups.set(key, [sighting]);
  }
  return groups;
}

function inodeKey({ dev, ino }: { readonly dev: bigint; readonly ino: bigint }): string {
  return `${dev}:${ino}`;
}
