import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { CoreRig } from '../support/core-rig.ts';
import { filesThatHold } from '../support/files-under.ts';

const CHILD = fileURLToPath(new URL('./forget-child.ts', import.meta.url));
const words = ['quokkalight', 'uokkaligh', 'kkalight'];

/** A home without a core that runs, with a conversation to forget and the recorder's lines of it. */
async function recorded(rig: CoreRig): Promise<number> {
  for (const [id, word] of [
    ['open-1', 'harbour'],
    ['secret-1', 'quokkalight'],
  ] as const) {
    rig.state.begin(`agent:main:${id}`, id);
    for (let turn = 0; turn < 400; turn += 1) rig.state.turn(id, `${word} question ${turn} ${'more '.repeat(50)}`, `${word}${turn} answer`);
  }
  const spool = join(rig.home, 'recorder-spool');
  mkdirSync(spool, { recursive: true, mode: 0o700 });
  writeFileSync(join(spool, '1764000000000-4711.jsonl'), `${JSON.stringify({ v: 1, t: 1, sessionId: 'secret-1', text: 'quokkalight' })}\n`);
  await rig.start();
  await rig.pass(5_000);
  const { items } = await rig.core.handlers.sessions({ limit: 10 });
  await rig.stop();
  return items.find((session) => session.sessionId === 'secret-1')?.id ?? 0;
}

async function killAt(home: string, sessionRow: number, step: string): Promise<void> {
  const child = spawn(process.execPath, [CHILD, home, String(sessionRow), step], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  child.stdout.once('data', () => child.kill('SIGKILL'));
  const [, signal] = await exited;
  expect(signal).toBe('SIGKILL');
}

test('forgetting that is killed before its commit has forgotten nothing', async () => {
  await using rig = new CoreRig();
  const sessionRow = await recorded(rig);
  await killAt(rig.home, sessionRow, 'uncommitted');
  await rig.start();
  await rig.pass(5_000);
  const { session } = await rig.core.handlers.session({ row: sessionRow });
  expect(session).toMatchObject({ sessionId: 'secret-1', records: 800 });
  expect(await rig.core.handlers.search({ text: 'quokkalight7', limit: 10 })).not.toEqual([]);
  expect(rig.damage).toEqual([]);
});

test.each(['begun', 'half erased', 'erased', '1', 'scrubbed'])(
  'forgetting that is killed when it is %s is finished by the next start',
  async (step) => {
    await using rig = new CoreRig();
    const sessionRow = await recorded(rig);
    await killAt(rig.home, sessionRow, step);
    await rig.start();
    expect(filesThatHold(rig.home, words)).toEqual([]);
    await rig.pass(10_000);
    expect(filesThatHold(rig.home, words)).toEqual([]);
    const { items } = await rig.core.handlers.sessions({ limit: 10 });
    expect(items.map((session) => session.sessionId)).toEqual(['open-1']);
    expect(await rig.core.handlers.search({ text: 'harbour7', limit: 10 })).not.toEqual([]);
    expect(rig.damage).toEqual([]);
  },
);
