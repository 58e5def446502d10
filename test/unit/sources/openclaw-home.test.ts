import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { discoverStateDirs, expandPath, isInside, openclawHome, unreadablePart } from '../../../main/core/sources/openclaw-home.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';

let temp: TempDir;
let home: string;
const dir = (...names: string[]): string => {
  const path = join(home, ...names);
  mkdirSync(path, { recursive: true });
  return path;
};

beforeEach(() => {
  temp = tempDir();
  home = temp.path;
});
afterEach(() => temp[Symbol.dispose]());

describe('state directories', () => {
  test('are none where there is no OpenClaw', () => {
    expect(discoverStateDirs({}, home)).toEqual([]);
  });

  test('are the default one, profiles and legacy ones', () => {
    const roots = [
      dir('.openclaw'),
      dir('.openclaw-dev'),
      dir('.openclaw-work', 'agents'),
      dir('.clawdbot'),
      dir('.moldbot'),
      dir('.moltbot'),
    ];
    writeFileSync(join(home, '.openclaw-dev', 'openclaw.json'), '{}');
    expect(discoverStateDirs({}, home)).toEqual([
      { root: roots[0], why: 'default' },
      { root: join(home, '.openclaw-dev'), why: 'profile' },
      { root: join(home, '.openclaw-work'), why: 'profile' },
      { root: roots[3], why: 'legacy' },
      { root: roots[4], why: 'legacy' },
      { root: roots[5], why: 'legacy' },
    ]);
  });

  test('are no look-alikes: names without a profile in them, files, dangling links', () => {
    dir('.openclaw-notes');
    writeFileSync(join(home, '.openclaw-backup.tar'), '');
    writeFileSync(join(home, '.clawdbot'), '');
    symlinkSync(join(home, 'gone'), join(home, '.openclaw'));
    expect(discoverStateDirs({}, home)).toEqual([]);
  });

  test('that the environment names come first', () => {
    dir('.openclaw');
    const elsewhere = dir('elsewhere');
    expect(discoverStateDirs({ OPENCLAW_STATE_DIR: elsewhere }, home)).toEqual([
      { root: elsewhere, why: 'OPENCLAW_STATE_DIR' },
      { root: join(home, '.openclaw'), why: 'default' },
    ]);
    expect(discoverStateDirs({ CLAWDBOT_STATE_DIR: '~/elsewhere' }, home)[0]).toEqual({ root: elsewhere, why: 'CLAWDBOT_STATE_DIR' });
  });

  test('that do not exist or are files are left out, whoever names them', () => {
    writeFileSync(join(home, 'file'), '');
    expect(discoverStateDirs({ OPENCLAW_STATE_DIR: join(home, 'gone'), CLAWDBOT_STATE_DIR: join(home, 'file') }, home)).toEqual([]);
    expect(discoverStateDirs({ OPENCLAW_STATE_DIR: 'a\0b' }, home)).toEqual([]);
  });

  test('are looked for in the home of OpenClaw', () => {
    const state = dir('other', '.openclaw');
    expect(discoverStateDirs({ HOME: home, OPENCLAW_HOME: '~/other' }, '/nowhere')).toEqual([{ root: state, why: 'default' }]);
  });

  test('are given once and without links', () => {
    const real = dir('disk', 'state');
    symlinkSync(real, join(home, '.openclaw'));
    symlinkSync(real, join(home, '.clawdbot'));
    expect(discoverStateDirs({ OPENCLAW_STATE_DIR: '~/.openclaw' }, home)).toEqual([
      { root: realpathSync(real), why: 'OPENCLAW_STATE_DIR' },
    ]);
  });

  test('of a home that cannot be listed are none', () => {
    expect(discoverStateDirs({}, join(home, 'gone'))).toEqual([]);
  });
});

describe('paths', () => {
  test('a tilde is the home directory, at the front and alone', () => {
    expect(expandPath('~', '/h')).toBe('/h');
    expect(expandPath(' ~/x ', '/h')).toBe('/h/x');
    expect(expandPath('~user/x', '/h')).not.toBe('/huser/x');
    expect(expandPath('/a/~/b', '/h')).toBe('/a/~/b');
    expect(expandPath('~/x', '/$&')).toBe('/$&/x');
  });

  test('nothing written is no path', () => {
    expect(expandPath(undefined, '/h')).toBeUndefined();
    expect(expandPath('  ', '/h')).toBeUndefined();
  });

  test("OpenClaw's home follows its variables", () => {
    expect(openclawHome({}, '/h')).toBe('/h');
    expect(openclawHome({ HOME: '/env' }, '/h')).toBe('/env');
    expect(openclawHome({ OPENCLAW_HOME: '/own', HOME: '/env' }, '/h')).toBe('/own');
    expect(openclawHome({ OPENCLAW_HOME: '~', HOME: '/env' }, '/h')).toBe('/env');
  });

  test('inside means below, not beside', () => {
    expect(isInside('/a/b', '/a')).toBe(true);
    expect(isInside('/a', '/a')).toBe(true);
    expect(isInside('/ab', '/a')).toBe(false);
    expect(isInside('/x', '/')).toBe(true);
    expect(isInside('a', '/')).toBe(false);
  });
});

describe('what cannot be read', () => {
  test('is named with its reason', () => {
    const file = join(home, 'file');
    writeFileSync(file, '');
    expect(unreadablePart([home, file])).toEqual({ path: file, reason: 'ENOTDIR' });
  });

  test('is not what is not there yet', () => {
    expect(unreadablePart([home, join(home, 'gone')])).toBeUndefined();
  });
});
