import { mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { en } from '../../../main/wording/en/index.ts';
import { incidentCopy } from '../../../main/wording/incident-copy.ts';
import { AgentDatabaseFile } from '../../support/agent-database.ts';
import { CoreRig } from '../../support/core-rig.ts';
import { FakeOpenclaw } from '../../unit/restore/fake-openclaw.ts';

let rig: CoreRig;
let database: AgentDatabaseFile | undefined;

beforeEach(() => {
  rig = new CoreRig();
});
afterEach(async () => {
  database?.[Symbol.dispose]();
  database = undefined;
  await rig[Symbol.asyncDispose]();
});

const names = Array.from({ length: 12 }, (_, at) => `chat-${at}`);
const alarms = () => rig.incidents.filter(({ severity }) => severity !== 'info');

async function recorded(): Promise<void> {
  for (const name of names) {
    rig.state.begin(`agent:main:${name}`, name);
    rig.state.turn(name, `question of ${name}`, `answer to ${name}`);
  }
  await rig.start();
  await rig.pass(10_000);
  expect(alarms()).toEqual([]);
}

/** What 2026.9.6 does at its first start: rows first, then the files go into a folder of their own. */
function importAll(withheld: readonly string[] = []): AgentDatabaseFile {
  const made = new AgentDatabaseFile(rig.state.root, rig.clock).empty();
  for (const name of names) {
    if (withheld.includes(name)) continue;
    made.begin(`agent:main:${name}`, name);
    for (const line of readFileSync(rig.state.path(name), 'utf8').trimEnd().split('\n').slice(1))
      made.append(name, JSON.parse(line) as object);
  }
  const archive = join(rig.state.root, 'agents/main/session-sqlite-import-archive');
  mkdirSync(archive, { recursive: true });
  for (const file of readdirSync(rig.state.sessions)) renameSync(join(rig.state.sessions, file), join(archive, `${file}.imported-1`));
  return made;
}

describe('an upgrade from files to a database', () => {
  it('alarms nobody when everything arrived', async () => {
    await recorded();
    database = importAll();
    await rig.pass(120_000);
    expect(alarms()).toEqual([]);
    expect(rig.core.status.sources).toMatchObject([{ layout: 'openclaw-sqlite', sessions: 12 }]);
  });

  it('alarms nobody when it happened while Clawback did not run', async () => {
    await recorded();
    await rig.stop();
    database = importAll();
    await rig.start();
    await rig.pass(120_000);
    expect(alarms()).toEqual([]);
  });

  it.each([3, 11])('tells once how many conversations did not arrive (%i), and that all of them are here', async (missing) => {
    await recorded();
    database = importAll(names.slice(0, missing));
    await rig.pass(120_000);
    const told = alarms();
    expect([...new Set(told.map(({ id }) => id))]).toHaveLength(1);
    const incident = told.at(-1);
    expect(incident).toMatchObject({
      kind: 'mass-change',
      severity: 'loss',
      agent: 'main',
      messages: missing * 2,
      evidence: { what: 'upgrade', sessions: missing, of: 12 },
    });
    if (incident === undefined) throw new Error('nothing was told');
    expect([...(incident.evidence.nativeIds as string[])].sort()).toEqual(names.slice(0, missing).sort());
    const copy = incidentCopy(en, incident, rig.clock.now());
    expect(copy.summary).toContain(`${missing} of 12`);
  });

  const incidentOf = () => {
    const incident = alarms().at(-1);
    if (incident === undefined) throw new Error('nothing was told');
    return incident;
  };
  const states = async () => {
    const { items } = await rig.core.handlers.sessions({ limit: 50 });
    return new Map(items.map(({ nativeId, state, onlyHere }) => [nativeId, `${state} ${onlyHere}`]));
  };
  const upgraded = async (): Promise<FakeOpenclaw> => {
    const openclaw = new FakeOpenclaw(join(rig.state.root, 'agents/main'));
    openclaw.gateway = 'stopped';
    rig.programs = openclaw;
    await recorded();
    database = importAll(names.slice(0, 3));
    await rig.pass(120_000);
    return openclaw;
  };

  it('ends when all of them were brought in, and nobody is told of it twice', async () => {
    await upgraded();
    const { id } = incidentOf();
    expect(await rig.core.handlers.planRecovery({ incidentId: id })).toMatchObject({ conversations: 3, messages: 6, route: 'import' });
    expect(await rig.core.handlers.recoverAll({ incidentId: id })).toMatchObject({ messages: 6 });
    await rig.pass(120_000);
    expect(rig.resolved.map((incident) => [incident.id, incident.resolution])).toEqual([[id, 'restored']]);
    expect([...new Set(alarms().map((incident) => incident.id))]).toEqual([id]);
    for (const name of names.slice(0, 3)) expect([name, (await states()).get(name)]).toEqual([name, expect.stringMatching(/ 0$/)]);
  });

  it('stays what it is when they could not be brought in, also over a restart, and can be tried again', async () => {
    const openclaw = await upgraded();
    const { id } = incidentOf();
    openclaw.answers = (call, end) => {
      if (call === 'import main') for (const name of names.slice(0, 3)) openclaw.database.remove(`agent:main:${name}`);
      return end;
    };
    await expect(rig.core.handlers.recoverAll({ incidentId: id })).rejects.toMatchObject({ code: 'import-refused' });
    await rig.pass(60_000);
    await rig.stop();
    await rig.start();
    await rig.pass(60_000);
    expect([...new Set(alarms().map((incident) => incident.id))]).toEqual([id]);
    expect(rig.resolved).toEqual([]);
    openclaw.answers = (_, end) => end;
    expect(await rig.core.handlers.recoverAll({ incidentId: id })).toMatchObject({ messages: 6 });
    await rig.pass(60_000);
    expect(rig.resolved.map((incident) => incident.id)).toEqual([id]);
  });
});
