import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../main/core/platform/clock.ts';
import { cli, WatchProcess } from '../../support/cli.ts';
import { OpenclawState } from '../../support/openclaw-state.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';

const KEY = 'agent:main:main';

interface Scene extends Disposable {
  readonly dir: TempDir;
  readonly state: OpenclawState;
  readonly home: string;
  /** `--state-dir … --home … --json` */
  readonly common: readonly string[];
}

function scene(turns = 5): Scene {
  const dir = tempDir();
  const state = new OpenclawState(join(dir.path, 'state'), systemClock);
  state.begin(KEY, 'first');
  for (let turn = 0; turn < turns; turn++) state.turn('first', `question ${turn}`, `answer ${turn} lantern`);
  const home = join(dir.path, 'home');
  const common = ['--state-dir', state.root, '--home', home, '--json'];
  return { dir, state, home, common, [Symbol.dispose]: () => dir[Symbol.dispose]() };
}

async function json(args: readonly string[]): Promise<{ code: number | null; value: never }> {
  const { code, stdout } = await cli(args);
  return { code, value: JSON.parse(stdout.toString()) as never };
}

/** Records the scene once, in the foreground, and stops. */
async function recorded({ common }: Scene): Promise<void> {
  await using watch = new WatchProcess(common.slice(0, -1));
  await watch.until((line) => line.event === 'ready');
  expect(await watch.kill('SIGTERM')).toBe(0);
}

describe('clawback watch', () => {
  it('says when it protects, what it committed and what it lost, and ends well on SIGTERM', async () => {
    using it = scene();
    await using watch = new WatchProcess(it.common.slice(0, -1));
    expect(await watch.until((line) => line.event === 'ready')).toMatchObject({ sources: [{ root: it.state.root, sessions: 1 }] });
    it.state.turn('first', 'one more', 'indeed');
    await watch.until((line) => line.event === 'committed' && Number(line.bytes) > 0);
    truncateSync(it.state.path('first'), 400);
    const { incident } = await watch.until((line) => line.event === 'incident');
    expect(incident).toMatchObject({
      kind: 'truncated',
      severity: 'loss',
      agent: 'main',
      sessionId: 'first',
      sessionKey: KEY,
      resolvedAt: null,
    });
    expect(await watch.kill('SIGTERM')).toBe(0);
  });

  it('flushes on SIGINT what was written a moment before', async () => {
    using it = scene();
    await using watch = new WatchProcess([...it.common.slice(0, -1), '--flush-interval', '30000']);
    await watch.until((line) => line.event === 'ready');
    it.state.turn('first', 'last words', 'kept');
    expect(await watch.kill('SIGINT')).toBe(0);
    const { value } = await json(['show', 'first', ...it.common]);
    expect((value as { text: string }[]).map((message) => message.text)).toContain('last words');
  });

  it('refuses to be the second recorder of one buffer', async () => {
    using it = scene();
    await using watch = new WatchProcess(it.common.slice(0, -1));
    await watch.until((line) => line.event === 'ready');
    const second = await json(['watch', ...it.common]);
    expect(second).toMatchObject({ code: 1, value: { ok: false, error: { code: 'buffer-locked' } } });
  });

  it('starts again after it was killed', async () => {
    using it = scene();
    await using first = new WatchProcess(it.common.slice(0, -1));
    await first.until((line) => line.event === 'ready');
    await first.kill('SIGKILL');
    await recorded(it);
    expect((await json(['verify', ...it.common])).value).toMatchObject({ ok: true, damaged: [] });
  });
});

describe('clawback beside a running recorder', () => {
  it('answers status, lists, reads and searches', async () => {
    using it = scene();
    await using watch = new WatchProcess(it.common.slice(0, -1));
    await watch.until((line) => line.event === 'ready');
    const [status, sessions, shown, found] = await Promise.all([
      json(['status', ...it.common]),
      json(['sessions', ...it.common]),
      json(['show', KEY, ...it.common]),
      json(['search', 'lantern', ...it.common]),
    ]);
    expect(status.value).toMatchObject({
      health: 'protecting',
      running: true,
      openIncidents: 0,
      sources: [{ agents: 1, sessions: 1, lagBytes: 0, witnesses: expect.arrayContaining([{ kind: 'trajectory', state: 'waiting' }]) }],
    });
    expect(sessions.value).toMatchObject([
      {
        agent: 'main',
        sessionId: 'first',
        sessionKey: KEY,
        state: 'live',
        records: 10,
        generations: 1,
        continues: null,
        title: 'question 0',
      },
    ]);
    expect(shown.value).toMatchObject([
      { role: 'user', text: 'question 0', provenance: 'transcript', persisted: true },
      ...Array.from({ length: 9 }, () => ({})),
    ]);
    expect(found.value).toHaveLength(5);
  });

  it('lists of the conversations what was asked for', async () => {
    using it = scene();
    it.state.begin('agent:main:chat', 'second');
    it.state.turn('second', 'another', 'chat');
    await using watch = new WatchProcess(it.common.slice(0, -1));
    await watch.until((line) => line.event === 'ready');
    rmSync(it.state.path('second'));
    await watch.until((line) => line.event === 'incident');
    const listed = async (...args: readonly string[]) => {
      const { code, value } = await json(['sessions', ...args, ...it.common]);
      return code === 0 ? (value as { sessionId: string }[]).map(({ sessionId }) => sessionId).sort() : { code, value };
    };
    expect(await listed('--agent', 'main', '--since', '2020-01-01')).toEqual(['first', 'second']);
    expect(await listed('--only-here')).toEqual(['second']);
    expect(await listed('--since', '2999-12-31T23:59')).toEqual([]);
    expect(await listed('--agent', 'nobody')).toMatchObject({
      code: 1,
      value: { error: { code: 'not-found', hint: expect.stringContaining('main') } },
    });
  });

  it('restores, undoes and dismisses through it', async () => {
    using it = scene();
    const bytes = readFileSync(it.state.path('first'));
    await using watch = new WatchProcess(it.common.slice(0, -1));
    await watch.until((line) => line.event === 'ready');
    rmSync(it.state.path('first'));
    const { incident } = await watch.until((line) => line.event === 'incident');
    const { id } = incident as { id: string };
    const dry = await json(['restore', id, '--dry-run', ...it.common]);
    expect(dry.value).toMatchObject({ ok: true, dryRun: true, messages: 10, form: 'verbatim' });
    const unconfirmed = await json(['restore', id, ...it.common]);
    expect(unconfirmed).toMatchObject({ code: 1, value: { error: { code: 'confirmation-needed' } } });
    const done = await json(['restore', id, '--yes', ...it.common]);
    const receipt = done.value as { restoreId: string; path: string; sha256: string; sessionKey: string };
    expect(done).toMatchObject({ code: 0, value: { ok: true, messages: 10 } });
    expect(readFileSync(receipt.path).equals(bytes)).toBe(true);
    const again = await json(['restore', id, '--yes', ...it.common]);
    expect(again.value).toMatchObject({ ok: true, restoreId: receipt.restoreId, already: true });
    await watch.until((line) => line.event === 'resolved');
    expect((await json(['incidents', ...it.common])).value).toEqual([]);
    expect((await json(['undo', receipt.restoreId, ...it.common])).code).toBe(0);
    expect(existsSync(receipt.path)).toBe(false);
    expect((await json(['dismiss', id, ...it.common])).value).toMatchObject({ ok: true });
  });
});

describe('clawback without a recorder', () => {
  it('answers from what was recorded', async () => {
    using it = scene();
    await recorded(it);
    expect((await json(['status', ...it.common])).value).toMatchObject({ health: 'stopped', running: false, sources: [{ sessions: 1 }] });
    expect((await json(['incidents', '--all', ...it.common])).value).toEqual([]);
  });

  it('exports byte for byte, to standard output and to files that it never overwrites', async () => {
    using it = scene();
    await recorded(it);
    const bytes = readFileSync(it.state.path('first'));
    expect((await cli(['export', 'first', ...it.common.slice(0, -1)])).stdout.equals(bytes)).toBe(true);
    const output = join(it.dir.path, 'out.jsonl');
    expect((await json(['export', 'first', '--output', output, ...it.common])).value).toMatchObject({
      ok: true,
      files: [{ path: output }],
    });
    expect(readFileSync(output).equals(bytes)).toBe(true);
    expect(await json(['export', 'first', '--output', output, '--format', 'md', ...it.common])).toMatchObject({
      code: 1,
      value: { error: { code: 'target-exists' } },
    });
    expect((await cli(['export', 'first', '--format', 'md', ...it.common.slice(0, -1)])).stdout.toString()).toContain('question 0');
  });

  it('restores to a file, and recognises that it did', async () => {
    using it = scene();
    await recorded(it);
    const output = join(it.dir.path, 'back.jsonl');
    const args = ['restore', 'first', '--to', 'file', '--output', output, ...it.common];
    const done = await json(args);
    expect(done).toMatchObject({ code: 0, value: { ok: true, path: output, sessionId: null, sessionKey: null, already: false } });
    expect(readFileSync(output).equals(readFileSync(it.state.path('first')))).toBe(true);
    expect((await json(args)).value).toMatchObject({ ok: true, already: true });
  });

  it('keeps its files to their owner', async () => {
    using it = scene();
    await recorded(it);
    expect(statSync(it.home).mode & 0o777).toBe(0o700);
    expect(statSync(join(it.home, 'buffer.db')).mode & 0o777).toBe(0o600);
  });

  it('creates nothing by asking', async () => {
    using it = scene();
    expect((await json(['sessions', ...it.common])).value).toEqual([]);
    expect((await json(['status', ...it.common])).value).toMatchObject({
      running: false,
      sources: [{ root: it.state.root, sessions: 0, lastCaptureAt: null }],
    });
    expect(existsSync(it.home)).toBe(false);
  });
});

describe('clawback with bad input', () => {
  it('answers usage errors with exit code 2', async () => {
    using it = scene();
    expect((await cli(['frobnicate'])).code).toBe(2);
    expect((await cli(['watch', '--flush-interval', '5', ...it.common])).code).toBe(2);
    expect((await cli(['restore', 'x', '--to', 'the-moon', ...it.common])).code).toBe(2);
    expect((await cli(['sessions', '--since', '2026-02-30', ...it.common])).code).toBe(2);
    expect((await cli(['show'])).code).toBe(2);
    expect((await cli(['--help'])).code).toBe(0);
  });

  it('answers a usage error in JSON when JSON was asked for', async () => {
    for (const args of [['frobnicate'], ['show'], [], ['restore', 'x', '--to', 'the-moon']]) {
      const { code, value } = await json([...args, '--json']);
      expect({ args, code, value }).toMatchObject({
        code: 2,
        value: { ok: false, error: { code: 'usage', message: expect.stringMatching(/\w/), hint: expect.stringMatching(/\w/) } },
      });
    }
  });

  it('names what it does not know, with a hint', async () => {
    using it = scene();
    await recorded(it);
    for (const args of [
      ['show', 'nobody'],
      ['dismiss', 'nothing'],
      ['undo', 'never'],
      ['restore', 'nobody', '--yes'],
    ]) {
      const { code, value } = await json([...args, ...it.common]);
      expect({ args, code, value }).toMatchObject({
        code: 1,
        value: { ok: false, error: { code: 'not-found', hint: expect.stringMatching(/\w/) } },
      });
    }
  });

  it('says which state directory does not exist', async () => {
    using it = scene();
    const { code, value } = await json(['watch', '--state-dir', join(it.dir.path, 'nowhere'), '--home', it.home, '--json']);
    expect(code).toBe(1);
    expect(value).toMatchObject({ error: { code: 'not-found', message: expect.stringContaining('nowhere') } });
  });

  it('sets a damaged buffer aside, records again from disk, and says so', async () => {
    using it = scene();
    mkdirSync(it.home, { mode: 0o700 });
    writeFileSync(join(it.home, 'buffer.db'), 'this was a database once'.repeat(1_000));
    await recorded(it);
    expect((await json(['incidents', ...it.common])).value).toMatchObject([{ kind: 'mirror-degraded' }]);
    const asides = readdirSync(it.home).filter((name) => name.startsWith('buffer.damaged-'));
    expect(asides).toHaveLength(1);
    expect((await json(['sessions', ...it.common])).value).toHaveLength(1);
  });

  it('tells of a damaged buffer while it watches', async () => {
    using it = scene();
    mkdirSync(it.home, { mode: 0o700 });
    writeFileSync(join(it.home, 'buffer.db'), 'this was a database once'.repeat(1_000));
    await using watch = new WatchProcess(it.common.slice(0, -1));
    const { incident } = await watch.until((line) => line.event === 'incident');
    expect(incident).toMatchObject({ kind: 'mirror-degraded', severity: 'warning' });
  });

  it('refuses a preview of what it would refuse to do', async () => {
    using it = scene();
    await recorded(it);
    writeFileSync(join(it.state.sessions, 'sessions.json'), '{"torn');
    const { code, value } = await json(['restore', 'first', '--dry-run', ...it.common]);
    expect(code).toBe(1);
    expect(value).toMatchObject({
      ok: false,
      dryRun: true,
      messages: 10,
      error: { code: 'index-unreadable', hint: expect.stringMatching(/\w/) },
    });
  });

  it('names the conversations of an incident about many', async () => {
    using it = scene();
    for (let index = 0; index < 12; index++) {
      it.state.begin(`agent:main:k${index}`, `many-${index}`);
      it.state.turn(`many-${index}`, `question of ${index}`, `answer of ${index}`);
    }
    await using watch = new WatchProcess(it.common.slice(0, -1));
    await watch.until((line) => line.event === 'ready');
    for (let index = 0; index < 12; index++) rmSync(it.state.path(`many-${index}`));
    // The first of them may be told alone where a poll came between the deletions.
    const { incident } = await watch.until((line) => {
      const { kind, messages } = (line.incident ?? {}) as { kind?: string; messages?: number };
      return line.event === 'incident' && kind === 'mass-change' && messages === 24;
    });
    const { code, value } = await json(['restore', (incident as { id: string }).id, '--yes', ...it.common]);
    expect(code).toBe(1);
    expect(value).toMatchObject({ error: { code: 'not-one', message: expect.stringContaining('12 conversations') } });
    const [, first] = /by number: (\d+),/.exec((value as { error: { hint: string } }).error.hint) ?? [];
    expect((await json(['restore', first ?? '', '--yes', ...it.common])).value).toMatchObject({ ok: true, messages: 2 });
  });
});
