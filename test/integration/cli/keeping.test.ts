import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { systemClock } from '../../../main/core/platform/clock.ts';
import { cli, WatchProcess } from '../../support/cli.ts';
import { filesThatHold } from '../../support/files-under.ts';
import { OpenclawState } from '../../support/openclaw-state.ts';
import { tempDir } from '../../support/temp-dir.ts';

/** A chat to keep and one that nobody else is to read, recorded once in the foreground. */
async function recorded(root: string, ...watching: readonly string[]): Promise<readonly string[]> {
  const state = new OpenclawState(join(root, 'state'), systemClock);
  for (const [key, id, word] of [
    ['agent:main:main', 'open-1', 'harbour'],
    ['agent:main:telegram:direct:42', 'secret-1', 'quokkalight'],
  ] as const) {
    state.begin(key, id);
    state.turn(id, `where is the ${word}`, `there is the ${word}`);
  }
  const common = ['--state-dir', state.root, '--home', join(root, 'home')];
  await using watch = new WatchProcess([...common, ...watching]);
  await watch.until((line) => line.event === 'ready');
  expect(await watch.kill('SIGTERM')).toBe(0);
  return common;
}

it('a conversation is exported to be read, and told as a prompt to go on with', async () => {
  using dir = tempDir();
  const common = await recorded(dir.path);
  const page = join(dir.path, 'talk.html');
  const exported = await cli(['export', 'open-1', '--format', 'html', '--output', page, '--json', ...common]);
  expect(JSON.parse(exported.stdout.toString())).toMatchObject({ ok: true, files: [{ path: page }] });
  expect(readFileSync(page, 'utf8')).toContain('there is the harbour');
  expect(statSync(page).mode & 0o777).toBe(0o600);
  const again = await cli(['export', 'open-1', '--format', 'markdown', '--output', page, '--json', ...common]);
  expect(again.code).toBe(1);
  expect(JSON.parse(again.stdout.toString())).toMatchObject({ error: { code: 'target-exists' } });
  expect((await cli(['export', 'open-1', '--format', 'pdf', ...common])).code).toBe(2);
  const prompt = await cli(['prompt', 'open-1', ...common]);
  expect(prompt.stdout.toString()).toMatch(
    /User:\nwhere is the harbour\n\nAssistant:\nthere is the harbour\n[\s\S]*Continue from here\.\n$/,
  );
});

it('a conversation is forgotten only when somebody said so, and then stays forgotten', async () => {
  using dir = tempDir();
  const common = await recorded(dir.path);
  const refused = await cli(['forget', 'secret-1', '--json', ...common]);
  expect(refused.code).toBe(1);
  expect(JSON.parse(refused.stdout.toString())).toMatchObject({ error: { code: 'confirmation-needed' } });
  expect(filesThatHold(join(dir.path, 'home'), ['quokkalight'])).not.toEqual([]);
  const forgotten = await cli(['forget', 'secret-1', '--yes', '--json', ...common]);
  expect(JSON.parse(forgotten.stdout.toString())).toMatchObject({ ok: true, sessionId: 'secret-1', messages: 2, stillOnDisk: true });
  expect(filesThatHold(join(dir.path, 'home'), ['quokkalight'])).toEqual([]);
  await using watch = new WatchProcess(common);
  await watch.until((line) => line.event === 'ready');
  const status = JSON.parse((await cli(['status', '--json', ...common])).stdout.toString()) as object;
  expect(status).toMatchObject({ ignored: 1, sources: [{ sessions: 1 }] });
  expect(filesThatHold(join(dir.path, 'home'), ['quokkalight'])).toEqual([]);
});

it('what a rule of the watch names is not recorded, and a rule that is not clear stops it before it begins', async () => {
  using dir = tempDir();
  const common = await recorded(dir.path, '--ignore-key', 'agent:main:telegram:*', '--ignore-agent', 'other');
  const sessions = JSON.parse((await cli(['sessions', '--all', '--json', ...common])).stdout.toString()) as readonly object[];
  expect(sessions).toMatchObject([{ sessionId: 'open-1' }]);
  const unclear = await cli(['watch', '--json', '--ignore-agent', 'ma*', ...common]);
  expect(unclear.code).toBe(1);
  expect(JSON.parse(unclear.stdout.toString())).toMatchObject({ error: { code: 'invalid' } });
});
