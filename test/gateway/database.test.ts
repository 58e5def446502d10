import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseLine } from '../../main/core/sources/registry.ts';
import { openCatalog } from '../../main/core/store/buffer.ts';
import { openSqlite } from '../../main/core/store/sqlite.ts';
import { Said, shown, toldOf } from './matrix-row.ts';
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

  test('a row is here within the flush interval and a quarter of a second', async () => {
    const sessionId = sessionOf(key);
    using catalog = openCatalog(join(running.gateway.env.HOME, 'clawback'), { parse: parseLine });
    const id = catalog.sessions({ limit: 50 }).items.find((one) => one.sessionId === sessionId)?.id ?? 0;
    const captured = () => {
      const generation = catalog.generations(id).at(-1)?.id ?? 0;
      return Buffer.concat([...catalog.bytes(generation)]).filter((byte) => byte === 0x0a).length;
    };
    const before = rows(sessionId).length;
    const seenAt: number[] = [];
    let isOver = false;
    const look = async () => {
      while (!isOver || seenAt.length < rows(sessionId).length - before) {
        const now = Date.now();
        for (let count = captured() - before; seenAt.length < count; ) seenAt.push(now);
        await new Promise((done) => setTimeout(done, 10));
      }
    };
    const looking = look();
    for (const turn of ['one', 'two', 'three', 'four', 'five']) await running.chat(key, `latency ${turn}`);
    isOver = true;
    await looking;
    const late = rows(sessionId)
      .slice(before)
      .map(({ createdAt }, index) => (seenAt[index] ?? Number.POSITIVE_INFINITY) - createdAt);
    console.log('LATE', late);
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
    expect(told).toEqual(expect.arrayContaining([...said.turn('database short'), ...said.turn('database after reset')]));
    console.log('SHOWN', JSON.stringify((await running.clawback.show(sessionId)).filter(({ role }) => role === 'system')));
    console.log('TOLD', running.clawback.told);
  });

  test('its witnesses are judged by the rows', async () => {
    const db = openSqlite(join(running.gateway.env.HOME, 'clawback/buffer.db'), { readonly: true, busyTimeoutMs: 3_000 });
    console.log(
      'WITNESSED',
      JSON.stringify(db.prepare('SELECT witness, role, state, count(*) AS n FROM witnessed GROUP BY 1, 2, 3').all()),
    );
    db.close();
  });

  test('compact', async () => {
    const k = 'agent:main:compact';
    await running.chat(k, 'compact one');
    await running.chat(k, 'compact two');
    await running.chat(k, 'compact three');
    await running.clawback.check();
    console.log('COMPACT', JSON.stringify(await running.client.request('sessions.compact', { key: k, maxLines: 4 })));
    const incident = await running.clawback.incident(['overwritten', 'truncated', 'deleted']);
    console.log('INC', JSON.stringify(incident), rows(sessionOf(k)).length);
  });

  test('delete', async () => {
    const k = 'agent:main:gone';
    await running.chat(k, 'gone one');
    await running.clawback.check();
    const id = sessionOf(k);
    console.log('DELETE', JSON.stringify(await running.client.request('sessions.delete', { key: k })));
    await running.clawback.check();
    console.log('SES', JSON.stringify(await running.clawback.session(id)), running.clawback.told);
  });

  test('midstream reset', async () => {
    const k = 'agent:main:cut';
    await running.chat(k, 'cut before');
    const run = await running.client.send('cut one SLOW 60 150', k);
    await running.client.waitForText(run);
    await new Promise((done) => setTimeout(done, 1500));
    await running.reset(k);
    const i = await running.clawback
      .incident(['unpersisted', 'interrupted-reply', 'reset-without-successor'], (f) => f.sessionKey === k)
      .catch((e) => String(e));
    console.log('CUT', JSON.stringify(i), JSON.stringify(await shown(running.clawback, sessionOf(k))));
  });

  test('kill after ack', async () => {
    const k = 'agent:main:acked';
    await running.chat(k, 'acked before');
    await running.clawback.check();
    const run = await running.client.send('acked one HANG', k);
    await running.gateway.kill();
    console.log('PENDING', run, JSON.stringify(ask('SELECT * FROM session_pending_inputs')));
    console.log('SIDE', sidecars());
    const i = await running.clawback.incident(['unpersisted', 'interrupted-reply'], (f) => f.sessionKey === k).catch((e) => String(e));
    console.log('ACKED', JSON.stringify(i));
    await running.startAgain();
    console.log('PENDING2', JSON.stringify(ask('SELECT * FROM session_pending_inputs')));
  });

  test('stop', async () => {
    await running.clawback.listening('gateway-stream');
    await running.chat(key, 'before the stop');
    await running.gateway.stop();
    console.log('STOP SIDE', sidecars());
    await running.clawback.check();
    console.log('STOP SIDE', sidecars());
    console.log(running.clawback.told, toldOf(running.clawback, key));
  });
});
