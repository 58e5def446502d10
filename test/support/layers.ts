/** Who may import whom. A layer is a folder or a file; the longest matching path decides which one a file belongs to. */
export interface Layer {
  readonly path: string;
  /** Project paths (folders or files) that it may use; its own folder is always allowed. */
  readonly values: readonly string[];
  /** Project paths of which it may use the types alone. */
  readonly types: readonly string[];
  readonly packages: readonly string[];
}

const coreTypes = [
  'main/core/types.ts',
  'main/core/timeline-marks.ts',
  'main/core/requests.ts',
  'main/core/self-test-report.ts',
  'main/core/storage-facts.ts',
];
const captureFacts = ['main/core/capture/change.ts', 'main/core/capture/tailing.ts'];
const source = 'main/core/sources/source.ts';
const witnessFacts = 'main/core/witness/witness.ts';

export const layers: readonly Layer[] = [
  { path: 'renderer', values: ['main/wording'], types: ['main/ipc', ...coreTypes], packages: ['preact'] },
  { path: 'main/preload', values: ['main/ipc/channels.ts'], types: ['main/ipc'], packages: ['electron'] },
  {
    path: 'main/app',
    values: ['main/ipc', 'main/wording', 'main/core/platform', 'main/core/clawback-home.ts'],
    types: coreTypes,
    packages: ['electron', 'zod', 'node:*'],
  },
  { path: 'main/ipc', values: [], types: [...coreTypes, 'main/wording/language.ts'], packages: ['zod'] },
  { path: 'main/wording', values: [], types: [...coreTypes, 'main/core/platform/errors.ts'], packages: [] },
  {
    path: 'main/cli',
    values: ['main/core', 'main/core-process', 'main/wording', 'package.json'],
    types: [],
    packages: ['commander', 'node:*'],
  },
  { path: 'main/core-process', values: ['main/core', 'main/wording', 'package.json'], types: [], packages: ['zod', 'node:*'] },
  { path: 'main/demo', values: ['main/core/platform'], types: [], packages: ['node:*'] },
  { path: 'main/core', values: ['main/core'], types: [], packages: ['node:*'] },
  { path: 'main/core/types.ts', values: [], types: [], packages: [] },
  { path: 'main/core/timeline-marks.ts', values: [], types: ['main/core/types.ts'], packages: [] },
  { path: 'main/core/self-test-report.ts', values: [], types: [], packages: [] },
  { path: 'main/core/storage-facts.ts', values: [], types: [], packages: [] },
  {
    path: 'main/core/requests.ts',
    values: [],
    types: [
      'main/core/storage-facts.ts',
      'main/core/types.ts',
      'main/core/timeline-marks.ts',
      'main/core/self-test-report.ts',
      'main/core/restore/restoring.ts',
      'main/core/store/store.ts',
    ],
    packages: [],
  },
  {
    path: 'main/core/capture',
    values: ['main/core/platform'],
    types: [source, 'main/core/types.ts'],
    packages: ['chokidar', 'node:*'],
  },
  {
    path: 'main/core/database',
    values: ['main/core/platform', 'main/core/capture', 'main/core/sources', 'main/core/store'],
    types: ['main/core/types.ts'],
    packages: ['node:*'],
  },
  { path: 'main/core/detect', values: [], types: [...captureFacts, source, witnessFacts, 'main/core/types.ts'], packages: ['node:*'] },
  {
    path: 'main/core/witness',
    values: ['main/core/platform', 'main/core/sources'],
    types: ['main/core/recorder-plugin/setup.ts', 'main/core/detect/detection.ts', 'main/core/store/store.ts', 'main/core/types.ts'],
    packages: ['node:*'],
  },
  {
    path: 'main/core/recorder-plugin',
    values: ['main/core/platform', 'main/core/sources'],
    types: [],
    packages: ['json5', 'node:*'],
  },
  {
    path: 'main/core/gateway',
    values: ['main/core/platform', 'main/core/sources'],
    types: [witnessFacts, 'main/core/types.ts'],
    packages: ['ws', 'node:*'],
  },
  {
    path: 'main/core/store',
    values: ['main/core/platform'],
    types: [
      'main/core/storage-facts.ts',
      ...captureFacts,
      source,
      witnessFacts,
      'main/core/detect/detection.ts',
      'main/core/timeline-marks.ts',
      'main/core/types.ts',
    ],
    packages: ['better-sqlite3', 'uuid', 'node:*'],
  },
  {
    path: 'main/core/sources',
    values: ['main/core/platform'],
    types: [...captureFacts, 'main/core/detect/detection.ts', 'main/core/restore/restoring.ts', 'main/core/types.ts'],
    packages: ['json5', 'node:*'],
  },
  {
    path: 'main/core/restore',
    values: ['main/core/platform', 'main/core/store', 'main/core/sources', 'main/core/database'],
    types: [...captureFacts, 'main/core/gateway/gateway.ts', 'main/core/timeline-marks.ts', 'main/core/types.ts'],
    packages: ['uuid', 'node:*'],
  },
  {
    path: 'main/core/storage',
    values: [
      'main/core/platform',
      'main/core/recorder-plugin',
      'main/core/self-test',
      'main/core/sources',
      'main/core/store',
      'main/core/witness',
    ],
    types: coreTypes,
    packages: ['node:*'],
  },
  { path: 'main/core/platform', values: [], types: [], packages: ['node:*'] },
];

export function layerOf(file: string): Layer | undefined {
  return layers.filter((layer) => isBelow(file, layer.path)).toSorted((a, b) => b.path.length - a.path.length)[0];
}

export function isBelow(file: string, place: string): boolean {
  return file === place || file.startsWith(`${place}/`);
}
