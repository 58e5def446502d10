import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { coreEnvironment } from '../../../main/app/app-paths.ts';
import { tempDir } from '../../support/temp-dir.ts';

describe('the environment of the core process', () => {
  it('names the helper that the package brings along', () => {
    using resources = tempDir();
    const helper = join(resources.path, 'bin', 'exit-watch');
    mkdirSync(join(resources.path, 'bin'));
    writeFileSync(helper, '');
    expect(coreEnvironment({ HOME: '/home/user', CLAWBACK_EXIT_WATCH: '/elsewhere' }, resources.path)).toEqual({
      HOME: '/home/user',
      CLAWBACK_EXIT_WATCH: helper,
    });
  });

  it('names the plugin that the package brings along', () => {
    using resources = tempDir();
    const plugin = join(resources.path, 'openclaw-recorder');
    mkdirSync(plugin);
    expect(coreEnvironment({}, resources.path)).toEqual({ CLAWBACK_RECORDER_PLUGIN: plugin });
  });

  it('names none that is not there', () => {
    using resources = tempDir();
    expect(coreEnvironment({ HOME: '/home/user' }, resources.path)).toEqual({ HOME: '/home/user' });
  });

  it('is the own one when the app was started from the sources', () => {
    const env = { HOME: '/home/user', CLAWBACK_EXIT_WATCH: '/built/exit-watch' };
    expect(coreEnvironment(env, undefined)).toEqual(env);
  });

  it('has the key of this app, and none that somebody else put there', () => {
    expect(coreEnvironment({ CLAWBACK_DEVICE_KEY: 'theirs' }, undefined, 'ours')).toEqual({ CLAWBACK_DEVICE_KEY: 'ours' });
    expect(coreEnvironment({ CLAWBACK_DEVICE_KEY: 'theirs' }, undefined)).toEqual({});
  });
});
