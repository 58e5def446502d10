import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { commandOfPlist, commandOfUnit, createOpenclawPrograms } from '../../../main/core/sources/openclaw-program.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';

let dir: TempDir;
let home: string;
let root: string;

beforeEach(() => {
  dir = tempDir();
  home = realpathSync(dir.path);
  root = join(home, '.openclaw');
  mkdirSync(root);
});

afterEach(() => dir[Symbol.dispose]());

/** A program that says who it is and what it was told. */
function program(path: string): string {
  mkdirSync(dirname(path), { recursive: true });
  const says = ['path=$0', 'args=$*', 'state=$OPENCLAW_STATE_DIR', 'profile=$OPENCLAW_PROFILE', 'options=$NODE_OPTIONS'];
  writeFileSync(path, `#!/bin/sh\n${says.map((line) => `echo "${line}"`).join('\n')}\necho oops >&2\nexit 3\n`, { mode: 0o755 });
  return path;
}

function unit(name: string, ...lines: readonly string[]): void {
  const folder = join(home, '.config/systemd/user');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), `[Service]\n${lines.join('\n')}\n`);
}

const programs = (env: Readonly<Record<string, string>> = {}, group = '') =>
  createOpenclawPrograms({ env: { HOME: home, PATH: '/nowhere', ...env }, homedir: home, platform: 'linux', groupOf: () => group });
const said = async (found: ReturnType<typeof programs>, of = root) =>
  (await found.of(of)?.run(['doctor', '--json'], 10_000))?.stdout.trim().split('\n');

describe('the program of OpenClaw', () => {
  test('is the one that its service starts, for this state directory, and without what an app passes on', async () => {
    const path = program(join(home, 'opt/openclaw'));
    unit('openclaw-gateway.service', `ExecStart="${path}" gateway --port 18789`);
    expect(await said(programs({ NODE_OPTIONS: '--title=app' }))).toEqual([
      `path=${path}`,
      'args=doctor --json',
      `state=${root}`,
      'profile=',
      'options=',
    ]);
  });

  test('is the one on the PATH, also one of the usual places, where there is no service', async () => {
    const usual = program(join(home, '.local/bin/openclaw'));
    expect((await said(programs()))?.[0]).toBe(`path=${usual}`);
    const named = program(join(home, 'bin/openclaw'));
    expect((await said(programs({ PATH: dirname(named) })))?.[0]).toBe(`path=${named}`);
  });

  test('is the one that somebody named before any other', async () => {
    program(join(home, '.local/bin/openclaw'));
    const named = program(join(home, 'my openclaw'));
    expect((await said(programs({ CLAWBACK_OPENCLAW: named })))?.[0]).toBe(`path=${named}`);
  });

  test('tells how it ended, also when it could not be started', async () => {
    const path = program(join(home, 'openclaw'));
    expect(await programs({ CLAWBACK_OPENCLAW: path }).of(root)?.run([], 10_000)).toMatchObject({ code: 3, stderr: 'oops\n' });
    const missing = programs({ CLAWBACK_OPENCLAW: join(home, 'none') }).of(root);
    expect(await missing?.run([], 10_000)).toMatchObject({ code: undefined, stderr: 'ENOENT' });
  });

  test('knows the service of a profile by its name, and another one by the state directory that it states', async () => {
    const path = program(join(home, 'opt/openclaw'));
    const work = join(home, '.openclaw-work');
    mkdirSync(work);
    unit('openclaw-gateway-work.service', `ExecStart=${path} gateway`);
    expect(await said(programs(), work)).toEqual(expect.arrayContaining([`state=${work}`, 'profile=work']));
    const elsewhere = join(home, 'elsewhere');
    mkdirSync(elsewhere);
    unit('openclaw-gateway.service', `Environment="OPENCLAW_STATE_DIR=${elsewhere}"`, `ExecStart=${path} gateway`);
    expect((await said(programs(), elsewhere))?.[0]).toBe(`path=${path}`);
    expect(programs({}, '0::/app.slice/openclaw-gateway.service').of(elsewhere)?.controls(7)).toBe(true);
  });

  test('stops a gateway that its service runs, and no other', () => {
    const path = program(join(home, '.local/bin/openclaw'));
    expect(programs({}, '0::/app.slice/openclaw-gateway.service').of(root)?.controls(7)).toBe(false);
    unit('openclaw-gateway.service', `ExecStart=${path} gateway`);
    expect(programs({}, '0::/user.slice/app.slice/openclaw-gateway.service\n').of(root)?.controls(7)).toBe(true);
    expect(programs({}, '0::/user.slice/session-2.scope\n').of(root)?.controls(7)).toBe(false);
    expect(programs({}, '0::/app.slice/openclaw-gateway.service').of(root)?.controls(undefined)).toBe(false);
    expect(programs({ CLAWBACK_OPENCLAW: path }).of(root)?.controls(undefined)).toBe(true);
  });
});

describe('what a service starts', () => {
  test('is what stands before the word gateway', () => {
    expect(commandOfUnit('ExecStart=/usr/bin/node "/opt/open claw/dist/index.js" gateway --port 1\n')).toEqual({
      command: '/usr/bin/node',
      args: ['/opt/open claw/dist/index.js'],
    });
    const plist =
      '<key>ProgramArguments</key>\n<array>\n<string>/opt/node</string><string>/a &amp; b/openclaw.mjs</string><string>gateway</string></array>';
    expect(commandOfPlist(plist)).toEqual({ command: '/opt/node', args: ['/a & b/openclaw.mjs'] });
  });

  test.each(['', 'ExecStart=', 'ExecStart=node gateway', 'ExecStart=/usr/bin/node /x.mjs', 'ExecStart=gateway'])(
    'is nothing in %j',
    (text) => {
      expect(commandOfUnit(text)).toBeUndefined();
      expect(commandOfPlist(text)).toBeUndefined();
    },
  );
});
