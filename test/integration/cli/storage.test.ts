import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { systemClock } from '../../../main/core/platform/clock.ts';
import { cli, WatchProcess } from '../../support/cli.ts';
import { filesThatHold } from '../../support/files-under.ts';
import { OpenclawState } from '../../support/openclaw-state.ts';
import { tempDir } from '../../support/temp-dir.ts';

/** A home that is watched, with three conversations; and what `clawback` says of it as JSON. */
function watched(root: string) {
  const state = new OpenclawState(join(root, 'state'), systemClock);
  for (const [id, word] of [
    ['open-1', 'harbour'],
    ['gone-1', 'quokkalight'],
    ['secret-1', 'wombatsong'],
  ] as const) {
    state.begin(`agent:main:${id}`, id);
    state.turn(id, `where is the ${word}`, `there is the ${word}`);
  }
  const common = ['--state-dir', state.root, '--home', join(root, 'home'), '--json'];
  return {
    state,
    common,
    ask: async (...args: readonly string[]): Promise<unknown> => JSON.parse((await cli([...args, ...common])).stdout.toString()),
    watch: () => new WatchProcess(common),
  };
}

const idsOf = (sessions: unknown) => (sessions as readonly { readonly sessionId: string }[]).map(({ sessionId }) => sessionId).sort();

it('the buffer is moved while it is watched, which goes on in the new place, and moved back while nothing runs', async () => {
  using dir = tempDir();
  const { state, ask, watch } = watched(dir.path);
  const elsewhere = join(dir.path, 'elsewhere');
  {
    await using watching = watch();
    await watching.until((line) => line.event === 'ready');
    expect(await ask('storage', 'move', elsewhere)).toMatchObject({ error: { code: 'confirmation-needed' } });
    expect(await ask('storage', 'move', join(state.root, 'agents'), '--yes')).toMatchObject({ error: { code: 'target-in-openclaw' } });
    expect(await ask('storage', 'move', elsewhere, '--yes')).toMatchObject({ ok: true, folder: elsewhere });
    await watching.until((line) => line.event === 'status' && line.health === 'paused');
    expect(existsSync(join(dir.path, 'home', 'buffer.db'))).toBe(false);
    expect(await ask('status')).toMatchObject({ running: true });
    expect(await ask('storage')).toMatchObject({ path: elsewhere, isElsewhere: true, conversations: 3 });
    state.turn('open-1', 'and the lantern', 'there is the lantern');
    expect(await watching.kill('SIGTERM')).toBe(0);
  }
  expect(await ask('search', 'lantern')).toMatchObject([{}, {}]);
  expect(await ask('storage', 'move', join(dir.path, 'home'), '--yes')).toMatchObject({ ok: true, folder: join(dir.path, 'home') });
  expect(existsSync(elsewhere)).toBe(false);
  expect(await ask('storage')).toMatchObject({ path: join(dir.path, 'home'), isElsewhere: false, conversations: 3 });
});

it('nothing begins without the disk of the buffer until somebody says so', async () => {
  using dir = tempDir();
  const { ask, watch } = watched(dir.path);
  const elsewhere = join(dir.path, 'elsewhere');
  {
    await using watching = watch();
    await watching.until((line) => line.event === 'ready');
    await watching.kill('SIGTERM');
  }
  expect(await ask('storage', 'move', elsewhere, '--yes')).toMatchObject({ ok: true });
  renameSync(elsewhere, join(dir.path, 'unplugged'));
  for (const command of ['status', 'watch']) {
    expect(await ask(command)).toMatchObject({ ok: false, error: { code: 'buffer-missing', message: expect.stringContaining(elsewhere) } });
  }
  expect(existsSync(join(dir.path, 'home', 'buffer.db'))).toBe(false);
  expect(await ask('storage', 'anew', '--yes')).toMatchObject({ ok: true, abandoned: elsewhere });
  await using watching = watch();
  await watching.until((line) => line.event === 'ready');
  expect(idsOf(await ask('sessions', '--all'))).toEqual(['gone-1', 'open-1', 'secret-1']);
});

it('everything is erased while it is watched; what OpenClaw has on disk is saved again, but not what was forgotten', async () => {
  using dir = tempDir();
  const { state, ask, watch } = watched(dir.path);
  await using watching = watch();
  await watching.until((line) => line.event === 'ready');
  expect(await ask('forget', 'secret-1', '--yes')).toMatchObject({ ok: true, setAside: 0 });
  rmSync(state.path('gone-1'));
  await watching.until((line) => line.event === 'incident');
  expect(await ask('erase', '--yes')).toMatchObject({ error: { code: 'invalid' } });
  expect(await ask('erase', '--all')).toMatchObject({ error: { code: 'confirmation-needed' } });
  expect(await ask('storage')).toMatchObject({ onlyHere: { conversations: 1, messages: 2 } });
  expect(await ask('erase', '--all', '--yes')).toMatchObject({ ok: true });
  expect(filesThatHold(join(dir.path, 'home'), ['quokkalight', 'wombatsong'])).toEqual([]);
  let isErasing = false;
  await watching.until((line) => {
    isErasing ||= line.work === 'erasing';
    return isErasing && line.health === 'protecting' && JSON.stringify(line.sources).includes('"sessions":1,');
  });
  expect(await watching.kill('SIGTERM')).toBe(0);
  expect(idsOf(await ask('sessions', '--all'))).toEqual(['open-1']);
  expect(await ask('incidents', '--all')).toEqual([]);
  expect(filesThatHold(join(dir.path, 'home'), ['quokkalight', 'wombatsong'])).toEqual([]);
});
