/**
 * Packages the app into release/.
 *
 *     npm run package                the installers of this platform (macOS: dmg and zip; Linux: a folder)
 *     npm run package -- --dir       a folder only, as a rehearsal
 *
 * On macOS a release is signed and notarised with the identity and the credentials in the environment that electron-builder documents.
 */
import path from 'node:path';
import { build, Platform } from 'electron-builder';
import { bundle } from './bundle.ts';
import { type PackagePlatform, packagingConfig } from './electron-builder.ts';
import { type ElectronRuntime, electronRuntime } from './electron-runtime.ts';
import { exitWatchProgram } from './native-helpers.ts';
import { BuildError, isMain, projectDir, runMain } from './project.ts';

const targets = {
  mac: Platform.MAC,
  linux: Platform.LINUX,
} satisfies Record<PackagePlatform, Platform>;

async function packageApp(dirOnly: boolean): Promise<number> {
  const platform = hostPlatform();
  await bundle({ force: true });
  const runtime = await electronRuntime();
  if (runtime.source === 'fallback') {
    process.stderr.write(`This is a rehearsal, not a release: it contains Electron ${runtime.version}, the development runtime.\n`);
  }
  const exitWatch = await exitWatchProgram();
  if (exitWatch === undefined) {
    process.stderr.write('There is no C compiler here: the package does without exit-watch and notices by polling that a gateway ended.\n');
  }
  const written = await build({
    projectDir,
    targets: dirOnly ? targets[platform].createTarget('dir') : targets[platform].createTarget(),
    config: packagingConfig(platform, usable(runtime), exitWatch),
    publish: 'never',
  });
  const release = path.join(projectDir, 'release');
  process.stdout.write(`${written.length === 0 ? `Packaged into ${release}` : written.join('\n')}\n`);
  return 0;
}

function hostPlatform(): PackagePlatform {
  if (process.platform === 'darwin') return 'mac';
  if (process.platform === 'linux') return 'linux';
  throw new BuildError(`Clawback is packaged on macOS or Linux, not on ${process.platform}.`);
}

/** electron-builder unpacks the official runtime by itself, with the layout that its signing expects. */
function usable(runtime: ElectronRuntime): ElectronRuntime | undefined {
  return runtime.source === 'official' ? undefined : runtime;
}

if (isMain(import.meta.url)) await runMain(() => packageApp(process.argv.includes('--dir')));
