import { closeSync, existsSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseLine } from '../../main/core/sources/registry.ts';
import { openCatalog } from '../../main/core/store/buffer.ts';
import { openSqlite } from '../../main/core/store/sqlite.ts';
import { median } from '../bench/paired-rounds.ts';
import { Said, shown } from './matrix-row.ts';
import { RunningGateway } from './running-gateway.ts';

interface EventRow {
  readonly json: string | null;
  readonly zstd: Uint8Array | null;
  readonly createdAt: number;
}

/** One story in order, on one gateway: what it writes into its database is here row by row, and neither is in the other's way. */
describe('conversations in the database of OpenClaw 2026.9.6', () => {
  const key = 'agent:main:main';
  let running: RunningGateway;
  const said = new Said(() => running);

  beforeAll(async () => {
    running = await RunningGateway.start({ version: '2026.9.6' });
  });

  afterAll(() => running[Symbol.asyncDispose]());

  const path = () => join(running.gateway.stateDir, 'agents/main/agent/openclaw-agent.sqlite');
  const sidecars = () => ['-wal', '-shm'].filter((end) => existsSync(path() + end));
  /** Our own, of a look of this test. */
  const rmSidecars = () => {
    for (const end of ['-wal', '-shm']) rmSync(path() + end, { force: true });
  };
  /** Beside the gateway, as OpenClaw's documentation says that anybody may. */
  const ask = <T>(sql: string, ...values: readonly unknown[]): readonly T[] => {
    const db = openSqlite(path(), { readonly: true, busyTimeoutMs: 3_000 });
    try {
      return db.prepare<unknown[], T>(sql).all(...values);
    } finally {
      db.close();
    }
  };
  const sessionOf = (sessionKey: string) =>
    ask<{ id: string }>('SELECT current_session_id AS id FROM session_nodes WHERE session_key = ?', sessionKey)[0]?.id ?? '';
  const rows = (sessionId: string) =>
    ask<EventRow>(
      'SELECT event_json AS json, event_zstd AS zstd, created_at AS createdAt FROM transcript_events WHERE session_id = ? ORDER BY seq',
      sessionId,
    );
  const lines = (sessionId: string) =>
    rows(sessionId).map(({ json, zstd }) => `${json ?? zstdDecompressSync(zstd ?? Buffer.alloc(0)).toString('utf8')}\n`);
  const exported = async (sessionId: string) =>
    (await running.clawback.run('export', sessionId, '--format', 'jsonl')).stdout.toString('utf8');

  test('every row of short and long turns is here as OpenClaw wrote it', async () => {
    await running.chat(key, 'database short');
    await running.chat(key, `database long ${'a word '.repeat(430)}`);
    await running.chat(key, 'database tool TOOL');
    await running.chat(key, `database longest ${'another one '.repeat(25_000)}`);
    await running.chat(key, 'database reply LONG 300');
    await running.clawback.check();
    const sessionId = sessionOf(key);
    const packed = ask<{ count: number }>('SELECT count(*) AS count FROM transcript_events WHERE event_zstd IS NOT NULL');
    expect(packed[0]?.count).toBeGreaterThan(1);
    expect(await exported(sessionId)).toBe(lines(sessionId).join(''));
    expect((await shown(running.clawback, sessionId)).slice(0, 2)).toEqual(said.turn('database short'));
  });

  test('a row is here within the flush interval and a quarter of a second of its commit', async () => {
    await running.chat(key, 'latency');
    await running.clawback.check();
    const sessionId = sessionOf(key);
    using catalog = openCatalog(join(running.gateway.env.HOME, 'clawback'), { parse: parseLine });
    const id = catalog.sessions({ limit: 50 }).items.find((one) => one.sessionId === sessionId)?.id ?? 0;
    const here = () => catalog.generations(id).at(-1)?.bytes ?? 0;
    const database = openSqlite(path(), { readonly: true, busyTimeoutMs: 3_000 });
    const ends = database.prepare<[string], { end: number }>(
      `SELECT sum(coalesce(event_utf8_bytes, octet_length(event_json)) + 1) OVER (ORDER BY seq) AS end
         FROM transcript_events WHERE session_id = ? ORDER BY seq DESC LIMIT 2`,
    );
    const late: number[] = [];
    const waiting = new Map<number, number>();
    let last = ends.get(sessionId)?.end ?? 0;
    expect(here()).toBe(last);
    let isOver = false;
    const look = async () => {
      while (!isOver || waiting.size > 0) {
        const now = Date.now();
        for (const { end } of ends.all(sessionId)) if (end > last) waiting.set(end, now);
        last = Math.max(last, ...waiting.keys());
        for (const [end, since] of waiting) {
          if (here() < end) continue;
          late.push(now - since);
          waiting.delete(end);
        }
        await new Promise((done) => setTimeout(done, 10));
      }
    };
    const looking = look();
    for (const turn of ['one', 'two', 'three', 'four', 'five']) await running.chat(key, `latency ${turn}`);
    isOver = true;
    await looking;
    database.close();
    late.sort((a, b) => a - b);
    expect(late).toHaveLength(10);
    // The flush interval of these tests is 250 ms; some rows may meet a machine that is busy with something else.
    expect(late[6]).toBeLessThan(500);
  });

  test('resets of every kind are quiet, and what is before them stays in sight', async () => {
    const sessionId = sessionOf(key);
    await running.chat(key, '/new');
    await running.chat(key, 'database after new');
    await running.reset(key);
    await running.chat(key, 'database after reset');
    await running.clawback.check();
    expect(sessionOf(key)).toBe(sessionId);
    expect(await exported(sessionId)).toBe(lines(sessionId).join(''));
    const told = await shown(running.clawback, sessionId);
    for (const text of ['database short', 'database after new', 'database after reset']) {
      expect(told).toEqual(expect.arrayContaining([...said.turn(text)]));
    }
    expect(running.clawback.told).toEqual([]);
  });

  test('its witnesses are judged by the rows', async () => {
    const db = openSqlite(join(running.gateway.env.HOME, 'clawback/buffer.db'), { readonly: true, busyTimeoutMs: 3_000 });
    const stored = db.prepare("SELECT role, state FROM witnessed WHERE ref <> coalesce(run_id, '')").all() as {
      role: string;
      state: string;
    }[];
    db.close();
    expect(stored.filter(({ role }) => role === 'user').length).toBeGreaterThan(5);
    expect(stored.filter(({ role }) => role === 'assistant').length).toBeGreaterThan(5);
    expect(new Set(stored.map(({ state }) => state))).toEqual(new Set(['persisted']));
  });

  test('neither its turns nor its checkpoints wait for us', async () => {
    const alone: number[] = [];
    const watched: number[] = [];
    for (let round = 0; round < 8; round += 1) {
      const times = round % 2 === 0 ? alone : watched;
      if (times === alone) await running.clawback.pause();
      else await running.clawback.resume();
      for (let turn = 0; turn < 3; turn += 1) {
        const since = performance.now();
        await running.chat('agent:main:paced', `paced ${round} ${turn} ${'word '.repeat(2_000)}`);
        times.push(performance.now() - since);
      }
    }
    // The faster half of each: what the machine does beside makes single turns slow.
    const pace = (times: readonly number[]) => median(times.toSorted((a, b) => a - b).slice(0, times.length / 2));
    expect(pace(watched)).toBeLessThan(pace(alone) * 1.25 + 50);
    // It empties its log at 4 MiB, unless a reader is in the way.
    expect(statSync(`${path()}-wal`).size).toBeLessThan(8 * 1024 * 1024);
  });

  test('a conversation that is deleted is in the archive that it makes, and here', async () => {
    const gone = 'agent:main:gone';
    await running.chat(gone, 'gone one');
    await running.clawback.check();
    const sessionId = sessionOf(gone);
    await running.client.request('sessions.delete', { key: gone });
    await running.clawback.check();
    expect(await running.clawback.session(sessionId)).toMatchObject({ state: 'archived', records: 2, onlyHere: 0 });
    expect(running.clawback.told).toEqual([]);
  });

  test('rows that a compaction takes away for good are told of, and are here', async () => {
    const short = 'agent:main:short';
    for (const turn of ['one', 'two', 'three']) await running.chat(short, `short ${turn}`);
    await running.clawback.check();
    const sessionId = sessionOf(short);
    const before = lines(sessionId).join('');
    await running.client.request('sessions.compact', { key: short, maxLines: 4 });
    const incident = await running.clawback.incident('overwritten');
    expect(incident).toMatchObject({ severity: 'loss', sessionKey: short, messages: 3, evidence: { store: 'database' } });
    expect(rows(sessionId)).toHaveLength(4);
    const told = await shown(running.clawback, sessionId);
    expect(told).toHaveLength(6);
    expect(told.filter((line) => line.includes('only here'))).toHaveLength(3);
    const { stdout } = await running.clawback.run('export', incident.id, '--format', 'jsonl');
    expect(stdout.toString('utf8')).toBe(before);
  });

  test('what had streamed of a reply when its conversation is reset in the middle is told of, and is here', async () => {
    const cut = 'agent:main:cut';
    const run = await running.client.send('cut one SLOW 60 150', cut);
    await running.client.waitForText(run);
    await running.clawback.check();
    await running.reset(cut);
    const incident = await running.clawback.incident(['unpersisted', 'interrupted-reply'], ({ sessionKey }) => sessionKey === cut);
    expect(incident).toMatchObject({ severity: 'loss', messages: 1, evidence: { witnesses: ['gateway-stream'] } });
    expect(await shown(running.clawback, sessionOf(cut))).toEqual([
      said.user('cut one SLOW 60 150'),
      expect.stringMatching(/^assistant only here by gateway-stream: Answer \d+\./),
    ]);
  });

  test('a message that it acknowledged and was killed before writing is told of, and is here', async () => {
    const acked = 'agent:main:acked';
    await running.chat(acked, 'acked before');
    await running.clawback.check();
    await running.client.send('acked one HANG', acked);
    await running.gateway.kill();
    const incident = await running.clawback.incident('unpersisted', ({ sessionKey }) => sessionKey === acked);
    expect(incident).toMatchObject({ severity: 'loss', messages: 1, evidence: { witnesses: ['pending-input'] } });
    expect(await shown(running.clawback, sessionOf(acked))).toEqual([
      ...said.turn('acked before'),
      said.user('acked one HANG', 'only here by pending-input'),
    ]);
    await running.startAgain();
  });

  test('nothing of ours lies beside it when it has stopped', async () => {
    await running.clawback.listening('gateway-stream');
    await running.chat(key, 'before the stop');
    await running.gateway.stop();
    expect(sidecars()).toEqual([]);
    await running.clawback.check();
    expect(sidecars()).toEqual([]);
    const sessionId = sessionOf(key);
    rmSidecars();
    expect(await exported(sessionId)).toBe(lines(sessionId).join(''));
    rmSidecars();
    expect([...new Set(running.clawback.told)]).toEqual([
      'overwritten of agent:main:short',
      'unpersisted of agent:main:cut',
      'unpersisted of agent:main:acked',
    ]);
  });

  test('a database that it finds damaged and puts aside is one story, and all of it is here', async () => {
    const sessionId = sessionOf(key);
    const whole = lines(sessionId).join('');
    const db = openSqlite(path(), { busyTimeoutMs: 3_000 });
    const pages = db.prepare("SELECT pageno FROM dbstat WHERE name = 'transcript_events' AND pagetype = 'leaf'").all() as {
      pageno: number;
    }[];
    db.close();
    const file = openSync(path(), 'r+');
    for (const { pageno } of pages.slice(0, 3)) writeSync(file, Buffer.alloc(4096, 0xff), 0, 4096, (pageno - 1) * 4096);
    closeSync(file);
    await running.gateway.run('doctor', '--session-sqlite', 'recover', '--session-sqlite-agent', 'main', '--json');
    const incident = await running.clawback.incident('mass-change');
    expect(incident).toMatchObject({ severity: 'loss', evidence: { what: 'database', setAside: expect.stringContaining('.corrupt-') } });
    expect(existsSync(path())).toBe(false);
    expect(await exported(sessionId)).toBe(whole);
    expect(running.clawback.told.filter((line) => line.startsWith('mass-change'))).toHaveLength(1);
    expect(running.clawback.told.filter((line) => line.startsWith('deleted'))).toEqual([]);
  });
});
