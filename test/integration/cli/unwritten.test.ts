import { join } from 'node:path';
import { expect, it } from 'vitest';
import { silentLogger } from '../../../main/core/platform/logger.ts';
import { parseLine } from '../../../main/core/sources/registry.ts';
import { openBuffer } from '../../../main/core/store/buffer.ts';
import type { WitnessedMessage } from '../../../main/core/witness/witness.ts';
import { cli } from '../../support/cli.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { tempDir } from '../../support/temp-dir.ts';

const KEY = 'agent:main:main';
const AT = Date.UTC(2026, 10, 22, 19, 37);

/** A buffer with a conversation of which OpenClaw wrote nothing. */
function recordUnwritten(home: string, messages: readonly (readonly ['user' | 'assistant', string])[]): void {
  const clock = new FakeClock(AT);
  const { journal } = openBuffer(home, { clock, log: silentLogger, parse: parseLine });
  const { id: sourceId } = journal.registerSource('openclaw-jsonl', '/agent', AT);
  const told = messages.map(([role, text], index): WitnessedMessage & { nativeId: string } => {
    const place = { agent: 'main', sessionKey: KEY, sessionId: 'never-written', nativeId: 'never-written', at: AT + index * 1_000 };
    return { ...place, witness: 'recorder-plugin', ref: String(index), role, phase: 'final', endsRun: role === 'assistant', text };
  });
  journal.recordWitnessed([{ sourceId, witness: 'recorder-plugin', messages: told }], AT);
  const session = { sourceId, agent: 'main', nativeId: 'never-written' };
  const verdicts = journal.catalog.pendingWitnessed().map(({ id }) => ({ id, is: 'unpersisted' as const, session, sessionKey: KEY }));
  journal.commit([], { transitions: [], sessions: [], drafts: [], resolved: [], verdicts }, AT);
  journal.index(Number.POSITIVE_INFINITY);
  journal[Symbol.dispose]();
}

it('a conversation that was never written is listed, shown, searched, exported and verified like any other', async () => {
  using dir = tempDir();
  const home = join(dir.path, 'home');
  recordUnwritten(home, [
    ['user', 'where is the lantern'],
    ['assistant', 'in the lighthouse'],
  ]);
  const ask = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await cli([...args, '--home', home, '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return JSON.parse(stdout.toString()) as unknown;
  };
  expect(await ask('sessions')).toMatchObject([
    { sessionId: 'never-written', sessionKey: KEY, title: 'where is the lantern', onlyHere: 2 },
  ]);
  expect(await ask('show', KEY)).toMatchObject([
    { role: 'user', text: 'where is the lantern', persisted: false, provenance: 'recorder-plugin' },
    { role: 'assistant', text: 'in the lighthouse', persisted: false },
  ]);
  expect(await ask('search', 'lighthouse')).toMatchObject([{ role: 'assistant' }]);
  const exported = await cli(['export', 'never-written', '--home', home]);
  const lines = exported.stdout.toString().trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line).message.role)).toEqual(['user', 'assistant']);
  const version = await cli(['export', 'never-written', '--generation', '0', '--home', home]);
  expect(version.stdout.toString()).toBe(exported.stdout.toString());
  const markdown = await cli(['export', 'never-written', '--format', 'md', '--home', home]);
  expect(markdown.stdout.toString()).toContain('in the lighthouse');
  expect(await ask('verify')).toMatchObject({ ok: true });
});
