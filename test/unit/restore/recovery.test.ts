import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { recoveredNames } from '../../../main/core/restore/recovery.ts';
import type { SessionSummary } from '../../../main/core/types.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';
import { FakeOpenclaw } from './fake-openclaw.ts';
import { lostDatabase } from './lost-database.ts';
import { Scene } from './scene.ts';
import { healthy } from './transcripts.ts';

let dir: TempDir;
let scene: Scene;
let openclaw: FakeOpenclaw;

beforeEach(() => {
  dir = tempDir();
  scene = new Scene(dir.path);
  openclaw = new FakeOpenclaw(dirname(scene.sessions));
});

afterEach(() => {
  scene[Symbol.dispose]();
  dir[Symbol.dispose]();
});

const options = () => ({ gateway: () => openclaw.gateway, admin: openclaw, programs: openclaw });

const lost = (...names: readonly string[]) => lostDatabase(scene, names);
const everything = (incidentId: string) => ({ incidentId, mayRestart: true });

describe('everything that a database took with it', () => {
  test('comes back with one import, under its own keys and ids', async () => {
    const request = everything(lost('oak', 'elm', 'ash'));
    const restorer = scene.restorer(options());
    expect(await restorer.planRecovery(request)).toMatchObject({
      conversations: 3,
      messages: 12,
      agents: ['main'],
      route: 'import-restart',
    });
    expect(openclaw.asked).toEqual([]);
    const receipt = await restorer.recoverAll(request);
    expect(openclaw.asked).toEqual(['dry-run main', 'gateway stop', 'import main', 'gateway start']);
    expect(openclaw.database.sessions()).toEqual({ 'agent:main:ash': 'ash', 'agent:main:elm': 'elm', 'agent:main:oak': 'oak' });
    expect(receipt.messages).toBe(12);
    expect(receipt.restores.map(({ sessionId }) => sessionId).sort()).toEqual(['ash', 'elm', 'oak']);
    expect(openclaw.database.lines('oak').slice(1)).toEqual(healthy().trimEnd().split('\n').slice(1));
    expect(scene.journal.catalog.restores().map(({ phase }) => phase)).toEqual(['verified', 'verified', 'verified']);
    expect(scene.names()).toEqual([]);
  });

  test('takes nobody’s place who has been there since', async () => {
    openclaw.database.put({ key: 'agent:main:oak', sessionId: 'newer', lines: ['{"type":"session"}'] }, 5);
    openclaw.database.put({ key: 'agent:main:other', sessionId: 'elm', lines: ['{"type":"session"}'] }, 5);
    await scene.restorer(options()).recoverAll(everything(lost('oak', 'elm')));
    const { 'agent:main:oak': oak, 'agent:main:other': other, 'agent:main:elm': elm = '', ...rest } = openclaw.database.sessions();
    expect({ oak, other }).toEqual({ oak: 'newer', other: 'elm' });
    expect(elm).not.toBe('elm');
    expect(Object.entries(rest)).toEqual([[expect.stringMatching(/^agent:main:restored-/), 'oak']]);
  });

  test('is all of it or nothing', async () => {
    openclaw.answers = (call, end) => {
      if (call === 'import main') for (const key of ['agent:main:elm', 'agent:main:oak']) openclaw.database.remove(key);
      return end;
    };
    await expect(scene.restorer(options()).recoverAll(everything(lost('oak', 'elm')))).rejects.toMatchObject({ code: 'import-refused' });
    expect(scene.names()).toEqual([]);
    expect(openclaw.gateway).toBe('running');
    expect(scene.journal.catalog.restores().map(({ phase }) => phase)).toEqual(['failed', 'failed']);
  });

  test('asks for leave, for a loss, and for a database', async () => {
    const incidentId = lost('oak');
    const code = async (given: object) =>
      (await scene.restorer({ ...options(), ...given }).planRecovery({ incidentId, mayRestart: true })).refusal?.code;
    expect((await scene.restorer(options()).planRecovery({ incidentId })).refusal?.code).toBe('gateway-running');
    const ofFiles = scene.restorer({ gateway: () => 'stopped' });
    expect((await ofFiles.planRecovery({ incidentId })).refusal).toMatchObject({
      code: 'nothing-to-restore',
      hint: expect.stringContaining('one by one'),
    });
    await scene.restorer(options()).recoverAll({ incidentId, mayRestart: true });
    scene.lose('oak', 'agent:main:oak', 'live');
    expect(await code({})).toBe('nothing-to-restore');
  });

  test('is not what an incident about one conversation is for', async () => {
    scene.record('oak', [healthy()]);
    const single = {
      kind: 'deleted' as const,
      dedupeKey: 'one',
      severity: 'loss' as const,
      sourceId: scene.sourceId,
      messages: 4,
      bytes: 1,
      evidence: {},
    };
    await expect(scene.restorer(options()).planRecovery({ incidentId: scene.incident(single) })).rejects.toMatchObject({ code: 'invalid' });
    await expect(scene.restorer(options()).planRecovery({ incidentId: 'none' })).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('the names of what comes back', () => {
  const fresh = (session: SessionSummary) => ({
    sessionId: `new-${session.id}`,
    sessionKey: `agent:main:restored-${session.id}`,
    label: 'Restored',
  });
  const session = (id: number, more: Partial<SessionSummary> = {}): SessionSummary => ({
    id,
    sourceId: 1,
    agent: 'main',
    nativeId: `s${id}`,
    sessionId: `s${id}`,
    sessionKey: 'agent:main:main',
    state: 'lost',
    bytes: 1,
    records: 1,
    generations: 1,
    firstSeenAt: id,
    title: '',
    onlyHere: 1,
    ...more,
  });
  const names = (...lostOnes: readonly SessionSummary[]) =>
    [...recoveredNames(lostOnes, { keys: new Set(), ids: new Set() }, fresh).entries()].map(([{ id }, { sessionKey, sessionId }]) => [
      id,
      sessionKey,
      sessionId,
    ]);

  test('give a key to whoever had it last', () => {
    expect(names(session(1), session(3), session(2))).toEqual([
      [3, 'agent:main:main', 's3'],
      [2, 'agent:main:restored-2', 's2'],
      [1, 'agent:main:restored-1', 's1'],
    ]);
  });

  test('are new for a file that is called otherwise than its session, and for a key of another agent', () => {
    expect(names(session(1, { nativeId: 's1-topic-7' }), session(2, { sessionKey: 'agent:work:main' }))).toEqual([
      [2, 'agent:main:restored-2', 's2'],
      [1, 'agent:main:main', 'new-1'],
    ]);
  });
});
