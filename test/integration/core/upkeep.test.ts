import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TaskProgress } from '../../../main/core/storage-facts.ts';
import { bufferPaths } from '../../../main/core/store/database.ts';
import { openSqlite } from '../../../main/core/store/sqlite.ts';
import { CoreRig } from '../../support/core-rig.ts';
import { filesUnder } from '../../support/files-under.ts';

const KEY = 'agent:main:main';

async function recorded(turns = 3): Promise<CoreRig> {
  const rig = new CoreRig();
  rig.state.begin(KEY, 'first');
  for (let turn = 0; turn < turns; turn++) rig.state.turn('first', `question ${turn}`, `answer ${turn}`);
  await rig.start();
  await rig.pass(3_000);
  return rig;
}

/** Swaps a stored piece for another of the same length, as a disk that fails silently does. */
function damage(home: string): void {
  const db = openSqlite(bufferPaths(home).database, { busyTimeoutMs: 1_000 });
  db.exec('UPDATE chunk SET bytes = zeroblob(length(bytes)) WHERE generation_id = (SELECT min(generation_id) FROM chunk)');
  db.close();
}

describe('storage', () => {
  it('tells what the buffer takes and what it holds', async () => {
    await using rig = await recorded();
    const storage = await rig.core.handlers.storage({});
    expect(storage).toMatchObject({ path: rig.home, conversations: 1, transcriptBytes: statSync(rig.state.path('first')).size });
    expect(storage.bytes).toBeGreaterThan(storage.transcriptBytes);
    expect(storage.bytesFree).toBeGreaterThan(0);
    expect(storage.grownLastWeek).toBeGreaterThanOrEqual(storage.transcriptBytes);
  });
});

describe('verification', () => {
  it('finds everything as it was captured, and remembers when over a restart', async () => {
    await using rig = await recorded();
    const told: TaskProgress[] = [];
    rig.core.on('progress', (progress) => told.push(progress));
    expect(rig.core.status.sources[0]?.lastVerifiedAt).toBeUndefined();
    const verified = await rig.core.handlers.verify({});
    expect(verified).toMatchObject({ damaged: 0 });
    expect(verified.pieces).toBeGreaterThan(0);
    expect(told.at(0)).toMatchObject({ task: 'verify' });
    const at = rig.clock.now();
    expect(rig.core.status.sources[0]?.lastVerifiedAt).toBe(at);
    await rig.stop();
    await rig.start();
    expect(rig.core.status.sources[0]?.lastVerifiedAt).toBe(at);
  });

  it('captures while it verifies', async () => {
    await using rig = await recorded();
    const verifying = rig.core.handlers.verify({});
    rig.state.turn('first', 'meanwhile', 'still listening');
    await rig.pass(2_000);
    expect((await rig.core.handlers.sessions({ limit: 1 })).items[0]?.records).toBe(8);
    expect((await verifying).damaged).toBe(0);
  });

  it('counts what is damaged, and does not call that verified', async () => {
    await using rig = await recorded();
    damage(rig.home);
    expect((await rig.core.handlers.verify({})).damaged).toBe(1);
    expect(rig.core.status.sources[0]?.lastVerifiedAt).toBeUndefined();
  });

  it('answers two who ask at once alike, and ends with the core', async () => {
    const rig = await recorded();
    const [first, second] = [rig.core.handlers.verify({}), rig.core.handlers.verify({})];
    expect(await second).toBe(await first);
    const cutOff = rig.core.handlers.verify({}).catch((error: { code: string }) => error.code);
    await rig[Symbol.asyncDispose]();
    expect(['ended', 0]).toContain(await cutOff.then((out) => (typeof out === 'string' ? out : out.damaged)));
  });
});

describe('the index', () => {
  it('is built anew from what was captured', async () => {
    await using rig = await recorded(150);
    const db = openSqlite(bufferPaths(rig.home).database, { busyTimeoutMs: 1_000 });
    db.exec(`INSERT INTO message_text (message_text) VALUES ('delete-all')`);
    db.close();
    const hits = () => rig.core.handlers.search({ text: 'question 149', limit: 10 });
    expect(await hits()).toEqual([]);
    expect(await rig.core.handlers.rebuildIndex({})).toEqual({ records: 300 });
    expect(await hits()).toHaveLength(1);
    rig.state.turn('first', 'after that', 'as ever');
    await rig.pass(2_000);
    expect(await rig.core.handlers.search({ text: 'after that', limit: 10 })).toHaveLength(1);
  });
});

describe('a source in the status', () => {
  it('tells its size, and how old what is not durable is', async () => {
    await using rig = await recorded();
    const size = statSync(rig.state.path('first')).size + statSync(join(rig.state.sessions, 'sessions.json')).size;
    await rig.pass(11_000);
    expect(rig.core.status.sources[0]).toMatchObject({ bytes: size, lagMs: 0 });
    rig.buffer.isFull = true;
    rig.state.turn('first', 'while the disk is full', 'nothing is durable');
    await rig.pass(5_000);
    const { lagMs = 0 } = rig.core.status.sources[0] ?? {};
    expect(lagMs).toBeGreaterThan(3_000);
    expect(lagMs).toBeLessThanOrEqual(5_000);
    rig.buffer.isFull = false;
    await rig.pass(60_000);
    expect(rig.core.status.sources[0]?.lagMs).toBe(0);
  });
});

describe('the self-test', () => {
  it('loses a conversation of its own and restores it, and leaves nothing behind', async () => {
    await using rig = await recorded();
    const steps: TaskProgress[] = [];
    rig.core.on('progress', (progress) => steps.push(progress));
    const before = filesUnder(rig.state.root);
    const { ok, steps: done } = await rig.core.handlers.selfTest({});
    expect(done.map(({ name, problem }) => [name, problem])).toEqual(
      ['write', 'capture', 'lose', 'detect', 'restore', 'compare', 'clean'].map((name) => [name, undefined]),
    );
    expect(ok).toBe(true);
    expect(steps.map(({ done: count }) => count)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(existsSync(join(rig.home, 'self-test'))).toBe(false);
    expect(filesUnder(rig.state.root)).toEqual(before);
    await rig.pass(5_000);
    expect(rig.incidents).toEqual([]);
    expect((await rig.core.handlers.sessions({ limit: 10 })).items).toHaveLength(1);
    expect(rig.core.status.sources).toHaveLength(1);
  });

  it('names the step that fails, and still cleans up', async () => {
    await using rig = await recorded();
    writeFileSync(join(rig.home, 'self-test'), 'in the way');
    const { ok, steps } = await rig.core.handlers.selfTest({});
    expect(ok).toBe(false);
    expect(steps).toMatchObject([
      { name: 'write', ok: false, problem: expect.stringContaining('EEXIST'), code: 'EEXIST' },
      { name: 'clean', ok: true },
    ]);
    expect(existsSync(join(rig.home, 'self-test'))).toBe(false);
  });

  it('removes at the next start what a crash left of one', async () => {
    await using rig = await recorded();
    await rig.stop();
    mkdirSync(join(rig.home, 'self-test', 'run-x', 'openclaw'), { recursive: true });
    await rig.start();
    expect(existsSync(join(rig.home, 'self-test'))).toBe(false);
  });
});

describe('diagnostics', () => {
  it('says much of the recorder and nothing of anybody', async () => {
    const rig = new CoreRig();
    await using _rig = rig;
    const secrets = ['zanzibar', 'quetzal', 'marzipan', 'ocelotte'] as const;
    const [text, chat, token, session] = secrets;
    rig.state.begin(`agent:main:telegram:${chat}`, session);
    rig.state.turn(session, `${text} is the title`, `${text} it is`);
    mkdirSync(join(rig.home, 'logs'), { recursive: true });
    const line = {
      at: new Date().toISOString(),
      level: 'warn',
      event: 'gateway-refused',
      code: 'unauthorized',
      token,
      path: rig.state.path(session),
    };
    writeFileSync(join(rig.home, 'logs', 'app.log'), `${JSON.stringify(line)}\nFatal: ${text} in ${homedir()}\n`);
    await rig.start({ ignore: { keys: [`agent:main:${chat}*`] } });
    await rig.pass(3_000);
    writeFileSync(rig.state.path(session), '');
    await rig.pass(10_000);
    expect(rig.incidents).toHaveLength(1);
    const output = join(rig.home, 'diagnostics.json');
    const { path, bytes } = await rig.core.handlers.diagnostics({ output });
    const written = readFileSync(path, 'utf8');
    expect([path, bytes, statSync(path).mode & 0o777]).toEqual([output, Buffer.byteLength(written), 0o600]);
    const content = JSON.parse(written);
    expect(content).toMatchObject({
      versions: { clawback: '0.0.0-test', node: process.versions.node },
      settings: { flushIntervalMs: 1_000, ignoreRules: { keys: 1 } },
      status: { health: 'protecting', sources: [{ sessions: 1 }] },
      incidents: [{ kind: 'truncated', severity: 'loss', messages: 2 }],
      log: { file: [{ event: 'gateway-refused', code: 'unauthorized' }, expect.stringContaining('characters')] },
    });
    for (const secret of [...secrets, homedir(), 'telegram']) expect(written).not.toContain(secret);
  });

  it('overwrites nothing', async () => {
    await using rig = await recorded();
    const output = join(rig.home, 'mine.json');
    appendFileSync(output, 'mine');
    await expect(rig.core.handlers.diagnostics({ output })).rejects.toMatchObject({ code: 'target-exists' });
    await expect(rig.core.handlers.diagnostics({ output: 'relative.json' })).rejects.toMatchObject({ code: 'invalid' });
    expect(readFileSync(output, 'utf8')).toBe('mine');
  });
});

describe('retention', () => {
  const DAY_MS = 86_400_000;
  const versions = async (rig: CoreRig) => (await rig.core.handlers.session({ row: 1 })).generations.length;

  /** A transcript that OpenClaw wrote anew, long ago, with more in it. */
  async function rewritten(): Promise<CoreRig> {
    const rig = await recorded();
    const path = rig.state.path('first');
    writeFileSync(`${path}.new`, readFileSync(path, 'utf8').replace('/home/user/workspace', '/home/user/elsewhere'));
    renameSync(`${path}.new`, path);
    rig.state.turn('first', 'one more', 'indeed');
    await rig.pass(10_000);
    expect(await versions(rig)).toBe(2);
    return rig;
  }

  it('keeps everything when nobody says otherwise', async () => {
    await using rig = await rewritten();
    rig.clock.jump(1_000 * DAY_MS);
    await rig.pass(120_000);
    expect(await versions(rig)).toBe(2);
  });

  it('lets old copies go once a setting says so, and captures on', async () => {
    await using rig = await rewritten();
    await rig.stop();
    rig.clock.jump(40 * DAY_MS);
    await rig.start({ retention: { keepDays: 30 } });
    await rig.pass(120_000);
    expect(await versions(rig)).toBe(1);
    rig.state.turn('first', 'and on', 'we go');
    await rig.pass(5_000);
    expect((await rig.core.handlers.session({ row: 1 })).session).toMatchObject({ records: 10, generations: 1, onlyHere: 0 });
    expect(rig.incidents).toEqual([]);
    expect(rig.damage).toEqual([]);
  });

  it('refuses what nobody can mean', async () => {
    await using rig = await recorded();
    const configure = (retention: object) => rig.core.handlers.configure({ flushIntervalMs: 1_000, retention });
    for (const retention of [{ keepDays: 0 }, { keepDays: 1.5 }, { keepBytes: 5 }]) {
      await expect(configure(retention)).rejects.toMatchObject({ code: 'invalid' });
    }
  });
});
