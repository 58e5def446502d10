import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cli } from '../../support/cli.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';

const TEXT = '{\n  // mine\n  gateway: { mode: "local", port: 1 },\n}\n';

let dir: TempDir;
let config: string;

beforeEach(() => {
  dir = tempDir();
  mkdirSync(join(dir.path, '.openclaw'));
  config = join(dir.path, '.openclaw', 'openclaw.json');
  writeFileSync(config, TEXT);
});

afterEach(() => dir[Symbol.dispose]());

/** As that person would: the OpenClaw in their home is found by itself. */
async function recorder(...args: readonly string[]) {
  const env = { HOME: dir.path, TMPDIR: dir.path, NO_COLOR: '1', OPENCLAW_STATE_DIR: '', CLAWDBOT_STATE_DIR: '', OPENCLAW_HOME: '' };
  const { code, stdout, stderr } = await cli(['--home', join(dir.path, 'clawback'), ...args], env);
  return { code, stdout: stdout.toString('utf8'), stderr };
}

describe('clawback recorder', () => {
  it('shows the change and makes none where nobody can be asked', async () => {
    const { code, stdout, stderr } = await recorder('recorder', 'install');
    expect(code).toBe(1);
    expect(stdout).toContain(`${config}\n  @@ line 4 @@\n  +  "plugins": {\n`);
    expect(stderr).toContain('add `--yes`');
    expect(readFileSync(config, 'utf8')).toBe(TEXT);
    expect(existsSync(join(dir.path, 'clawback'))).toBe(false);
  });

  it('tells a program the change that it would make', async () => {
    const { code, stdout } = await recorder('--json', 'recorder', 'install');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      error: { code: 'confirmation-needed' },
      results: [{ configPath: config, changed: false, changes: expect.arrayContaining(['+  "plugins": {']) }],
    });
  });

  it('installs, says so, and removes without a trace', async () => {
    const installed = await recorder('recorder', 'install', '--yes');
    expect(installed).toMatchObject({ code: 0, stdout: expect.stringContaining(`Installed in ${config}`) });
    expect(installed.stdout).toContain('The file as it was: ');
    expect(JSON.parse((await recorder('--json', 'recorder', 'status')).stdout)).toMatchObject({
      ok: true,
      results: [{ state: 'installed' }],
    });
    expect((await recorder('recorder', 'install')).stdout).toContain('has it already');
    expect((await recorder('recorder', 'remove', '--yes')).code).toBe(0);
    expect(readFileSync(config, 'utf8')).toBe(TEXT);
    expect((await recorder('recorder', 'status')).stdout).toContain('not installed');
  });

  it('refuses where plugins are switched off, and says what to do', async () => {
    writeFileSync(config, '{ plugins: { enabled: false } }');
    const { code, stdout } = await recorder('--json', 'recorder', 'install', '--yes');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code: 'plugins-disabled', hint: expect.stringContaining('true') } });
  });
});
