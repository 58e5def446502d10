import { lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import JSON5 from 'json5';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RecorderInstaller } from '../../../main/core/recorder-plugin/installer.ts';
import { readRecorderSetup } from '../../../main/core/recorder-plugin/setup.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';

const TEXT = '// mine\n{\n  gateway: { auth: { token: "secret-1" } },\n}\n';

let dir: TempDir;
let root: string;
let config: string;
let clock: FakeClock;
let installer: RecorderInstaller;

beforeEach(() => {
  dir = tempDir();
  root = join(dir.path, 'state');
  config = join(root, 'openclaw.json');
  mkdirSync(root);
  writeFileSync(config, TEXT, { mode: 0o640 });
  clock = new FakeClock();
  installer = new RecorderInstaller({ home: join(dir.path, 'clawback'), clock, env: {}, userHome: dir.path });
});

afterEach(() => dir[Symbol.dispose]());

function setup() {
  return readRecorderSetup(root, installer.places, {}, dir.path);
}

function code(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return undefined;
}

describe('installing the recorder', () => {
  it('touches nothing before it is told to', () => {
    const plan = installer.planInstall(root);
    expect(plan.changes).toContain('+  "plugins": {');
    expect(plan.changes.filter((line) => line.startsWith('-'))).toEqual([]);
    expect(readFileSync(config, 'utf8')).toBe(TEXT);
    expect(readdirSync(dir.path)).toEqual(['state']);
  });

  it('copies the plugin into its own directory, changes the file, and keeps it as it was', () => {
    const { changed, previous } = installer.apply(installer.planInstall(root));
    expect(changed).toBe(true);
    expect(setup()).toEqual({ is: 'installed' });
    expect(statSync(config).mode & 0o777).toBe(0o640);
    expect(readFileSync(previous ?? '', 'utf8')).toBe(TEXT);
    expect(statSync(previous ?? '').mode & 0o777).toBe(0o600);
    const { pluginDir, spoolDir } = installer.places;
    expect(JSON.parse(readFileSync(join(pluginDir, 'recorder.json'), 'utf8'))).toEqual({ spool: spoolDir });
    expect(statSync(pluginDir).mode & 0o777).toBe(0o700);
    expect(readdirSync(root)).toEqual(['openclaw.json']);
  });

  it('has nothing to do the second time', () => {
    installer.apply(installer.planInstall(root));
    expect(installer.planInstall(root).changes).toEqual([]);
    expect(installer.apply(installer.planInstall(root))).toEqual({ changed: false });
  });

  it('gives back the bytes of the file when it is removed', () => {
    installer.apply(installer.planInstall(root));
    installer.apply(installer.planRemove(root));
    expect(readFileSync(config, 'utf8')).toBe(TEXT);
    expect(setup()).toEqual({ is: 'absent' });
  });

  it('leaves what the person changed meanwhile', () => {
    installer.apply(installer.planInstall(root));
    writeFileSync(config, readFileSync(config, 'utf8').replace('secret-1', 'secret-2'));
    installer.apply(installer.planRemove(root));
    expect(readFileSync(config, 'utf8')).toBe(TEXT.replace('secret-1', 'secret-2'));
  });

  it('refuses when the file changed since it was shown', () => {
    const plan = installer.planInstall(root);
    writeFileSync(config, `${TEXT}\n`);
    expect(code(() => installer.apply(plan))).toBe('config-changed');
    expect(readFileSync(config, 'utf8')).toBe(`${TEXT}\n`);
    expect(readdirSync(root)).toEqual(['openclaw.json']);
  });

  it('follows a link to where the file really is, and leaves the link', () => {
    const elsewhere = join(dir.path, 'dotfiles', 'openclaw.json');
    mkdirSync(dirname(elsewhere));
    writeFileSync(elsewhere, TEXT);
    const linked = join(dir.path, 'linked');
    mkdirSync(linked);
    symlinkSync(elsewhere, join(linked, 'openclaw.json'));
    installer.apply(installer.planInstall(linked));
    expect(lstatSync(join(linked, 'openclaw.json')).isSymbolicLink()).toBe(true);
    expect(readFileSync(elsewhere, 'utf8')).toContain('clawback-recorder');
  });

  it.each([
    ['plugins-disabled', '{ plugins: { enabled: false } }'],
    ['plugin-denied', "{ plugins: { deny: ['clawback-recorder'] } }"],
    ['config-shape', '{ plugins: { load: [] } }'],
    ['config-unreadable', '{ plugins: '],
    ['config-unreadable', "{ $include: './gone.json5' }"],
  ])('refuses with %s', (expected, text) => {
    writeFileSync(config, text);
    expect(code(() => installer.planInstall(root))).toBe(expected);
  });

  it('refuses where OpenClaw has no configuration', () => {
    expect(code(() => installer.planInstall(dir.path))).toBe('config-missing');
  });

  it('joins an allow list that names others, and leaves an empty one, which allows everything', () => {
    writeFileSync(config, "{ plugins: { allow: ['theirs'] } }");
    installer.apply(installer.planInstall(root));
    expect(JSON5.parse(readFileSync(config, 'utf8')).plugins.allow).toEqual(['theirs', 'clawback-recorder']);
    writeFileSync(config, '{ plugins: { allow: [] } }');
    installer.apply(installer.planInstall(root));
    expect(JSON5.parse(readFileSync(config, 'utf8')).plugins.allow).toEqual([]);
    expect(setup()).toEqual({ is: 'installed' });
  });

  it('sees an allow list in a file that is included, and joins it beside the include', () => {
    writeFileSync(join(root, 'plugins.json5'), "{ allow: ['theirs'], load: { paths: ['/x'] } } // shared");
    writeFileSync(config, "{ plugins: { $include: './plugins.json5' } }");
    installer.apply(installer.planInstall(root));
    expect(JSON5.parse(readFileSync(config, 'utf8')).plugins).toEqual({
      $include: './plugins.json5',
      load: { paths: [installer.places.pluginDir] },
      entries: { 'clawback-recorder': { enabled: true } },
      allow: ['clawback-recorder'],
    });
    expect(setup()).toEqual({ is: 'installed' });
    installer.apply(installer.planRemove(root));
    expect(readFileSync(config, 'utf8')).toBe("{ plugins: { $include: './plugins.json5' } }");
  });

  it('keeps the last five files as they were', () => {
    for (let round = 0; round < 4; round++) {
      clock.advance(1000);
      installer.apply(installer.planInstall(root));
      clock.advance(1000);
      installer.apply(installer.planRemove(root));
    }
    const [kept] = readdirSync(installer.places.installsDir);
    expect(readdirSync(join(installer.places.installsDir, kept ?? ''))).toHaveLength(5);
  });
});

describe('the set-up of the recorder', () => {
  it.each([
    ['plugins-disabled', (text: string) => text.replace('"plugins": {', '"plugins": { "enabled": false,')],
    ['plugin-not-allowed', (text: string) => text.replace('"plugins": {', '"plugins": { "allow": ["theirs"],')],
    ['plugin-disabled', (text: string) => text.replace('"enabled": true', '"enabled": false')],
    ['config-unreadable', () => '{'],
  ])('says what keeps it out: %s', (expected, change) => {
    installer.apply(installer.planInstall(root));
    writeFileSync(config, change(readFileSync(config, 'utf8')));
    expect(setup()).toMatchObject({ is: 'blocked', problem: { code: expected } });
  });

  it('is absent where there is no OpenClaw', () => {
    expect(readRecorderSetup(join(dir.path, 'none'), installer.places, {}, dir.path)).toEqual({ is: 'absent' });
  });

  it('recognises a path that is written with a tilde', () => {
    writeFileSync(
      config,
      "{ plugins: { load: { paths: ['~/clawback/openclaw-recorder'] }, entries: { 'clawback-recorder': { enabled: true } } } }",
    );
    expect(setup()).toEqual({ is: 'installed' });
  });
});
