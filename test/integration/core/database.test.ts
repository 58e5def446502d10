import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Core } from '../../../main/core/core.ts';
import { en } from '../../../main/wording/en/index.ts';
import { incidentCopy } from '../../../main/wording/incident-copy.ts';
import { statusCopy } from '../../../main/wording/status-copy.ts';
import { AgentDatabaseFile } from '../../support/agent-database.ts';
import { cli } from '../../support/cli.ts';
import { CoreRig } from '../../support/core-rig.ts';
import { ScriptedWitness } from '../../support/scripted-witness.ts';

const MAIN = 'ce72cd63-225e-455e-ab12-7cea9507c1ae';
const KEY = 'agent:main:chat';

let rig: CoreRig;
let database: AgentDatabaseFile;

beforeEach(() => {
  rig = new CoreRig();
  database = new AgentDatabaseFile(rig.state.root, rig.clock).empty();
});
afterEach(async () => {
  database[Symbol.dispose]();
  await rig[Symbol.asyncDispose]();
});

const session = async (core: Core, sessionId: string) =>
  (await core.handlers.sessions({ limit: 50 })).items.find((one) => one.sessionId === sessionId);
const alarms = () => rig.incidents.filter(({ severity }) => severity !== 'info').map(({ kind }) => kind);
const run = async (...args: readonly string[]) => {
  const { code, stdout } = await cli([...args, '--home', rig.home, '--state-dir', rig.state.root], { NO_COLOR: '1' });
  expect(code).toBe(0);
  return stdout.toString();
};

it('protects conversations in a database as those in files', async () => {
  database.begin(KEY, 'chat');
  database.turn('chat', 'a question about otters', 'an answer '.repeat(400));
  const core = await rig.start();
  await rig.pass(5_000);
  expect(core.status).toMatchObject({ health: 'protecting', sources: [{ layout: 'openclaw-sqlite', sessions: 1, problems: [] }] });
  expect(statusCopy(en, core.status, rig.clock.now()).line).toMatch(/^Protected/);
  expect(await session(core, 'chat')).toMatchObject({
    sessionKey: KEY,
    records: 2,
    title: 'a question about otters',
    onlyHere: 0,
    state: 'live',
  });
  await rig.pass(700_000);
  expect(alarms()).toEqual([]);
});

it('shows, searches and exports them, and says of each source where it keeps them', async () => {
  await rig[Symbol.asyncDispose]();
  rig = new CoreRig();
  database = new AgentDatabaseFile(rig.state.root, rig.clock);
  const core = await rig.start();
  await rig.pass(5_000);
  expect(core.status.sources).toHaveLength(1);
  await rig.stop();
  expect(JSON.parse(await run('sessions', '--json'))).toMatchObject([{ sessionId: MAIN, sessionKey: 'agent:main:main' }]);
  const told = await run('show', MAIN);
  expect(told).toContain('after new command');
  expect(told).toContain('Reset by a command: the agent begins anew here');
  expect(told).not.toContain('Something is missing');
  expect(await run('export', MAIN, '--format', 'markdown')).toContain('Reset by a command');
  expect(await run('search', 'killed')).toContain('killed');

  const rows = database.rows('SELECT event_json AS json FROM transcript_events ORDER BY seq') as { json: string }[];
  expect(await run('export', MAIN, '--format', 'jsonl')).toBe(rows.map(({ json }) => `${json}\n`).join(''));
  expect(await run('status')).toContain('database');
});

it('follows what is said, and quiet history raises no alarm', async () => {
  database.begin(KEY, 'chat');
  database.turn('chat', 'one', 'two');
  const core = await rig.start();
  await rig.pass(5_000);
  for (const reason of ['new', 'reset', 'idle'] as const) {
    database.reset('chat', reason);
    database.turn('chat', `after ${reason}`, 'answer');
    await rig.pass(3_000);
  }
  expect(await session(core, 'chat')).toMatchObject({ records: 8, onlyHere: 0 });
  database.remove(KEY, { archived: true });
  await rig.pass(20_000);
  expect(await session(core, 'chat')).toMatchObject({ state: 'archived', onlyHere: 0 });
  expect(alarms()).toEqual([]);
});

it('is where it was after a restart', async () => {
  database.begin(KEY, 'chat');
  database.turn('chat', 'one', 'two');
  await rig.start();
  await rig.pass(5_000);
  await rig.stop();
  database.turn('chat', 'three', 'four');
  const core = await rig.start();
  await rig.pass(5_000);
  expect(await session(core, 'chat')).toMatchObject({ records: 4, generations: 1, onlyHere: 0 });
  expect(alarms()).toEqual([]);
});

it('passes over what a rule names, and reads it when the rule is gone', async () => {
  database.begin(KEY, 'chat');
  database.turn('chat', 'one', 'two');
  database.begin('agent:main:private', 'private');
  database.turn('private', 'a secret', 'kept');
  const core = await rig.start({ ignore: { keys: ['agent:main:private'] } });
  await rig.pass(5_000);
  database.turn('private', 'another secret', 'kept');
  await rig.pass(5_000);
  expect((await core.handlers.sessions({ limit: 50 })).items.map(({ sessionId }) => sessionId)).toEqual(['chat']);
  expect(core.status.ignored).toBe(1);
  await core.handlers.configure({ roots: [rig.state.root], flushIntervalMs: 1_000 });
  await rig.pass(5_000);
  expect(await session(core, 'private')).toMatchObject({ records: 4 });
  await core.handlers.configure({ roots: [rig.state.root], flushIntervalMs: 1_000, ignore: { keys: ['agent:main:private'] } });
  await rig.pass(5_000);
  database.turn('private', 'not seen', 'not seen');
  database.turn('chat', 'three', 'four');
  await rig.pass(5_000);
  expect(await session(core, 'private')).toMatchObject({ records: 4 });
  expect(await session(core, 'chat')).toMatchObject({ records: 4 });
  expect(alarms()).toEqual([]);
});

it('finds an agent that begins while it runs', async () => {
  const core = await rig.start();
  await rig.pass(5_000);
  using other = new AgentDatabaseFile(rig.state.root, rig.clock, { agent: 'kimi' });
  await rig.pass(20_000);
  expect((await core.handlers.sessions({ limit: 50 })).items.map(({ agent, sessionId }) => [agent, sessionId])).toEqual([['kimi', MAIN]]);
  expect(other.rows('SELECT 1 AS one')).toHaveLength(1);
});

it('says of a database of an unknown version that some may be missing, and saves what can be read', async () => {
  database.begin(KEY, 'chat');
  database.turn('chat', 'one', 'two');
  database.open().pragma('user_version = 99');
  database.close();
  const core = await rig.start();
  await rig.pass(20_000);
  expect(core.status).toMatchObject({ health: 'degraded', sources: [{ problems: ['unsupported-format:99'] }] });
  const { line, detail } = statusCopy(en, core.status, rig.clock.now());
  expect(line).toBe('Not fully protected');
  expect(detail).toContain('version 99');
  expect(await session(core, 'chat')).toMatchObject({ records: 2 });
  expect(alarms()).toEqual([]);
});

it('says nothing of an empty file and of an OpenClaw with files', async () => {
  rmSync(database.path);
  rig.state.begin('agent:main:main', 'first');
  rig.state.turn('first', 'one', 'two');
  const core = await rig.start();
  await rig.pass(20_000);
  expect(core.status).toMatchObject({ health: 'protecting', sources: [{ layout: 'openclaw-jsonl', problems: [] }] });
});

it('tells of messages that were compacted away, and keeps them', async () => {
  database.begin(KEY, 'chat');
  for (const turn of ['one', 'two', 'three']) database.turn('chat', turn, `answer ${turn}`);
  const core = await rig.start();
  await rig.pass(5_000);
  database.keepLast('chat', 2);
  await rig.pass(10_000);
  expect(rig.incidents).toEqual([
    expect.objectContaining({
      kind: 'overwritten',
      severity: 'loss',
      sessionKey: KEY,
      messages: 4,
      evidence: expect.objectContaining({ store: 'database' }),
    }),
  ]);
  const [incident] = rig.incidents;
  if (incident === undefined) throw new Error('nothing was told');
  const { title, summary } = incidentCopy(en, incident, rig.clock.now());
  expect(title).toBe('4 messages removed from a conversation');
  expect(summary).toContain('compacted');
  expect(await session(core, 'chat')).toMatchObject({ onlyHere: 4, generations: 2 });
  expect(await core.handlers.messages({ sessionRow: incident.sessionRow ?? 0, limit: 50 })).toMatchObject({
    items: ['one', 'answer one', 'two', 'answer two', 'three', 'answer three'].map((text) => ({ text })),
  });
});

it('tells of a conversation that something else than OpenClaw took out of it', async () => {
  database.begin(KEY, 'chat');
  database.turn('chat', 'one', 'two');
  await rig.start();
  await rig.pass(5_000);
  database.remove(KEY, { archived: false });
  await rig.pass(10_000);
  expect(rig.incidents).toMatchObject([{ kind: 'deleted', messages: 2, evidence: { store: 'database' } }]);
});

it('is quiet about a rewind, cold storage and an archive that OpenClaw removes in the end', async () => {
  database.begin(KEY, 'chat');
  database.turn('chat', 'one', 'two');
  const core = await rig.start();
  await rig.pass(5_000);
  database.rewind(KEY, 'chat', 'chat-2');
  database.turn('chat-2', 'three', 'four');
  await rig.pass(10_000);
  expect(await session(core, 'chat-2')).toMatchObject({ sessionKey: KEY, records: 4 });
  database.remove(KEY, { archived: true });
  await rig.pass(10_000);
  database.run('DELETE FROM session_transcript_archives');
  await rig.pass(10_000);
  expect(await session(core, 'chat')).toMatchObject({ onlyHere: 2 });
  expect(alarms()).toEqual([]);
});

it.each(['while it runs', 'while nobody looked'])('tells one story of a damaged database that was put aside %s', async (when) => {
  for (const name of ['a', 'b', 'c']) {
    database.begin(`agent:main:${name}`, name);
    database.turn(name, `question ${name}`, `answer ${name}`);
  }
  await rig.start();
  await rig.pass(5_000);
  if (when === 'while nobody looked') await rig.stop();
  renameSync(database.path, `${database.path}.corrupt-${rig.clock.now()}`);
  if (when === 'while nobody looked') await rig.start();
  await rig.pass(10_000);
  expect(rig.incidents).toMatchObject([
    {
      kind: 'mass-change',
      severity: 'loss',
      agent: 'main',
      messages: 6,
      evidence: { what: 'database', sessions: 3, setAside: expect.stringContaining('.corrupt-') },
    },
  ]);
  const [incident] = rig.incidents;
  if (incident === undefined) throw new Error('nothing was told');
  expect(incidentCopy(en, incident, rig.clock.now()).title).toBe('OpenClaw put a damaged database aside');
});

it('says that a damaged database is one', async () => {
  database.begin(KEY, 'chat');
  database.turn('chat', 'one', 'two');
  await rig.start();
  await rig.pass(5_000);
  writeFileSync(database.path, 'this is no database at all, and was one a moment ago'.repeat(200));
  await rig.pass(10_000);
  expect(rig.incidents).toMatchObject([{ kind: 'source-unreadable', evidence: { reason: 'SQLITE_NOTADB' } }]);
  const [incident] = rig.incidents;
  if (incident === undefined) throw new Error('nothing was told');
  expect(incidentCopy(en, incident, rig.clock.now()).title).toBe("OpenClaw's database is damaged");
});

it('tells of a message that OpenClaw accepted and nobody will answer, once its gateway has ended', async () => {
  rig.gateway.running = 'running';
  rig.gateway.gatewayPid = 4711;
  database.open();
  database.begin(KEY, 'chat');
  database.turn('chat', 'one', 'two');
  const core = await rig.start();
  await rig.pass(5_000);
  database.accept(KEY, 'chat', 'are you there?');
  await rig.pass(60_000);
  expect(alarms()).toEqual([]);
  rig.gateway.running = 'stopped';
  rig.gateway.gatewayPid = undefined;
  await rig.pass(60_000);
  expect(rig.incidents).toMatchObject([
    { kind: 'unpersisted', severity: 'loss', sessionKey: KEY, messages: 1, evidence: { witnesses: ['pending-input'] } },
  ]);
  const row = await session(core, 'chat');
  expect(row).toMatchObject({ onlyHere: 1 });
  expect((await core.handlers.messages({ sessionRow: row?.id ?? 0, limit: 50 })).items.at(-1)).toMatchObject({
    text: 'are you there?',
    persisted: false,
    provenance: 'pending-input',
  });
});

it('takes it back when OpenClaw writes the message after all', async () => {
  database.begin(KEY, 'chat');
  database.turn('chat', 'one', 'two');
  await rig.start();
  await rig.pass(5_000);
  database.accept(KEY, 'chat', 'are you there?');
  await rig.pass(60_000);
  expect(rig.incidents).toHaveLength(1);
  database.run("UPDATE session_pending_inputs SET consumed_event_id = 'entry'");
  database.turn('chat', 'are you there?', 'yes');
  await rig.pass(60_000);
  expect(rig.resolved).toMatchObject([{ kind: 'unpersisted', resolution: 'self-healed' }]);
});

it('misses a database that was deleted while nobody looked', async () => {
  database.begin(KEY, 'chat');
  database.turn('chat', 'one', 'two');
  await rig.start();
  await rig.pass(5_000);
  await rig.stop();
  database.delete();
  await rig.start();
  await rig.pass(10_000);
  expect(rig.incidents).toMatchObject([{ kind: 'deleted', sessionKey: KEY, messages: 2 }]);
});

describe('what a witness saw of a conversation in a database', () => {
  let witness: ScriptedWitness;
  let core: Core;

  beforeEach(async () => {
    witness = new ScriptedWitness('recorder-plugin', KEY);
    rig.openWitnesses = () => [witness];
    rig.gateway.running = 'running';
    rig.gateway.gatewayPid = 4711;
    database.open();
    database.begin(KEY, 'chat');
    database.turn('chat', 'one', 'two');
    core = await rig.start();
    await rig.pass(5_000);
  });

  it('may be written much later, while its turn has not ended: nobody is alarmed', async () => {
    witness.say('user', 'a slow start', rig.clock.now());
    await rig.pass(30_000);
    expect(alarms()).toEqual([]);
    database.turn('chat', 'a slow start', 'an answer');
    await rig.pass(10_000);
    expect(await session(core, 'chat')).toMatchObject({ records: 4, onlyHere: 0 });
  });

  it('is told of when the turn ended and no row came of it', async () => {
    witness.say('user', 'unwritten', rig.clock.now());
    witness.say('assistant', 'a reply that no row holds', rig.clock.now() + 1);
    await rig.pass(10_000);
    expect(rig.incidents).toMatchObject([{ kind: 'unpersisted', severity: 'loss', sessionKey: KEY, messages: 2 }]);
  });

  it('is told of when its gateway ended before anything came of it', async () => {
    witness.say('user', 'unwritten', rig.clock.now());
    await rig.pass(5_000);
    rig.gateway.running = 'stopped';
    rig.gateway.gatewayPid = undefined;
    await rig.pass(20_000);
    expect(rig.incidents).toMatchObject([{ kind: 'unpersisted', messages: 1 }]);
  });
});

it('erases what is forgotten, and captures nothing of it again', async () => {
  database.begin(KEY, 'chat');
  database.turn('chat', 'one', 'two');
  const core = await rig.start();
  await rig.pass(5_000);
  const row = await session(core, 'chat');
  await core.handlers.forget({ sessionRow: row?.id ?? 0 });
  database.turn('chat', 'three', 'four');
  await rig.pass(10_000);
  expect(await session(core, 'chat')).toBeUndefined();
  expect(core.status.ignored).toBe(1);
  expect(alarms()).toEqual([]);
});
