import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { systemClock } from '../../../main/core/platform/clock.ts';
import { cli, WatchProcess } from '../../support/cli.ts';
import { OpenclawState } from '../../support/openclaw-state.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';

function scene(dir: TempDir): { readonly common: readonly string[]; readonly home: string } {
  const state = new OpenclawState(join(dir.path, 'state'), systemClock);
  state.begin('agent:main:main', 'first');
  state.turn('first', 'question', 'answer lantern');
  const home = join(dir.path, 'home');
  return { home, common: ['--state-dir', state.root, '--home', home] };
}

it('tests itself where nothing runs, and says in its exit code that it works', async () => {
  using dir = tempDir();
  const { common, home } = scene(dir);
  const { code, stdout } = await cli([...common, '--json', 'self-test']);
  expect(JSON.parse(stdout.toString())).toMatchObject({
    ok: true,
    steps: expect.arrayContaining([{ name: 'compare', ok: true, ms: expect.any(Number) }]),
  });
  expect(code).toBe(0);
  expect(existsSync(join(home, 'self-test'))).toBe(false);
});

it('asks the Clawback that runs for a self-test, an index and diagnostics', async () => {
  using dir = tempDir();
  const { common, home } = scene(dir);
  await using watch = new WatchProcess([...common]);
  await watch.until((line) => line.event === 'ready');
  const tested = await cli([...common, 'self-test']);
  expect([tested.code, tested.stdout.toString()]).toEqual([0, expect.stringContaining('Clawback works here.')]);
  const rebuilt = await cli([...common, '--json', 'rebuild-index']);
  expect(JSON.parse(rebuilt.stdout.toString())).toEqual({ ok: true, records: 2 });
  const output = join(dir.path, 'out.json');
  const written = await cli([...common, '--json', 'diagnostics', '--output', output]);
  expect(JSON.parse(written.stdout.toString())).toEqual({ ok: true, path: output, bytes: readFileSync(output).length });
  expect(JSON.parse(readFileSync(output, 'utf8'))).toMatchObject({ status: { running: true, sources: [{ sessions: 1 }] } });
  expect(readFileSync(output, 'utf8')).not.toContain('lantern');
  expect((await cli([...common, '--json', 'diagnostics', '--output', output])).code).toBe(1);
  expect(existsSync(join(home, 'self-test'))).toBe(false);
});
