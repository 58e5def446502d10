import type { DirectoryRef } from './capture/change.ts';
import type { FileSystem } from './platform/file-system.ts';
import type { RestorerDeps } from './restore/restoring.ts';
import { sources as sourceRegistry } from './sources/registry.ts';
import type { Catalog } from './store/store.ts';

export interface RestorerPlacesDeps {
  readonly fs: FileSystem;
  readonly catalog: Catalog;
  /** Of the sources that are protected now. */
  readonly directories: () => readonly DirectoryRef[];
}

/** Where the conversations of an agent are, as a restore asks: of what is mirrored now, else of what lies on the disk. */
export function restorerPlaces({
  fs,
  catalog,
  directories,
}: RestorerPlacesDeps): Required<Pick<RestorerDeps, 'directoryOf' | 'databaseOf' | 'rootOf' | 'keepsElsewhere'>> {
  const placeOf = (sourceId: number, agent: string, store: 'files' | 'database'): string | undefined => {
    const row = catalog.sources().find(({ id }) => id === sourceId);
    const known = directories().filter((directory) => directory.sourceId === sourceId);
    const onDisk = () => (row === undefined ? [] : sourceRegistry[row.layout].directories(row.root, fs));
    const isWanted = (place: { readonly agent: string; readonly store?: 'files' | 'database' }) =>
      place.agent === agent && (place.store ?? 'files') === store;
    return (known.find(isWanted) ?? onDisk().find(isWanted))?.path;
  };
  return {
    directoryOf: (sourceId, agent) => placeOf(sourceId, agent, 'files'),
    databaseOf: (sourceId, agent) => placeOf(sourceId, agent, 'database'),
    rootOf: (sourceId) => catalog.sources().find(({ id }) => id === sourceId)?.root,
    keepsElsewhere: (root) => sourceRegistry['openclaw-jsonl'].keepsElsewhere(root, fs),
  };
}
