import type { Configuration } from 'electron-builder';
import type { ElectronRuntime } from './electron-runtime.ts';

export type PackagePlatform = 'mac' | 'linux';

/** Bundled into dist, so their folders need not be shipped as well. */
const bundledDependencies = ['commander', 'json5', 'preact', 'uuid', 'zod'];

const otherPrebuilds: Record<PackagePlatform, string> = {
  mac: '{linux,linuxmusl,win32}-*.node',
  linux: '{darwin,linuxmusl,win32}-*.node',
};

/**
 * What is packaged and how it is hardened. Fuses: the packaged app is nothing but this app, so it neither runs as a plain Node nor takes
 * Node options or an inspector, and it loads its code only from the archive whose hash it knows.
 * Without a signing identity in the environment the macOS app stays unsigned, which is right for a rehearsal and wrong for a release.
 */
export function packagingConfig(
  platform: PackagePlatform,
  runtime: ElectronRuntime | undefined,
  exitWatchProgram: string | undefined,
): Configuration {
  return {
    appId: 'dev.clawback.app',
    productName: 'Clawback',
    copyright: 'Copyright © Clawback contributors',
    directories: { output: 'release', buildResources: 'build' },
    files: [
      'dist/**',
      '!dist/.sources',
      '!dist/**/*.map',
      'package.json',
      ...bundledDependencies.map((name) => `!node_modules/${name}/**`),
      '!node_modules/node-addon-api/**',
      '!node_modules/better-sqlite3/{deps,src,build}/**',
      '!node_modules/better-sqlite3/binding.gyp',
      `!node_modules/better-sqlite3/prebuilds/${otherPrebuilds[platform]}`,
    ],
    asar: true,
    // The system's loader cannot read inside the archive.
    asarUnpack: ['node_modules/better-sqlite3/prebuilds/**'],
    extraResources: [
      // Copied to where OpenClaw loads it from.
      { from: 'native-helpers/openclaw-recorder', to: 'openclaw-recorder', filter: ['*.js', '*.json'] },
      // A program, which the system cannot start from inside the archive. Its mode goes with it, and on macOS it is signed like the rest.
      ...(exitWatchProgram === undefined ? [] : [{ from: exitWatchProgram, to: 'bin/exit-watch' }]),
    ],
    // Node-API binaries come with the package; there is nothing to rebuild for Electron.
    npmRebuild: false,
    ...(runtime === undefined ? {} : { electronDist: runtime.dist, electronVersion: runtime.version }),
    electronFuses: {
      runAsNode: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      enableCookieEncryption: false,
      grantFileProtocolExtraPrivileges: false,
    },
    mac: {
      target: [{ target: 'dmg' }, { target: 'zip' }],
      category: 'public.app-category.developer-tools',
      icon: 'dist/icons/app-icon-1024.png',
      minimumSystemVersion: '12.0',
      darkModeSupport: true,
      hardenedRuntime: true,
      gatekeeperAssess: false,
      entitlements: 'build/entitlements.mac.plist',
      entitlementsInherit: 'build/entitlements.mac.plist',
      // A menu-bar app: no icon in the Dock, no menu of its own until a window is open.
      extendInfo: { LSUIElement: true },
    },
    linux: {
      target: [{ target: 'dir' }],
      category: 'Utility',
      icon: 'dist/icons',
      executableName: 'clawback',
    },
  };
}
