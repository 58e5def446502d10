import { readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ProgramEnd, RestoreRequest } from '../../../main/core/restore/restoring.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';
import { FakeOpenclaw } from './fake-openclaw.ts';
import { Scene } from './scene.ts';
import { healthy } from './transcripts.ts';

let dir: TempDir;
let clock: FakeClock;
let scene: Scene;
let openclaw: FakeOpenclaw;

beforeEach(() => {
  dir = tempDir();
  clock = new FakeClock(Date.now());
  scene = new Scene(dir.path, { clock });
  openclaw = new FakeOpenclaw(dirname(scene.sessions));
  openclaw.database.put({ key: 'agent:main:main', sessionId: 'living', lines: ['{"type":"session","version":4,"id":"living"}'] }, 1);
});

afterEach(() => {
  scene[Symbol.dispose]();
  dir[Symbol.dispose]();
});

const options = () => ({ gateway: () => openclaw.gateway, admin: openclaw, programs: openclaw });
const lost = (more: Partial<RestoreRequest> = {}): RestoreRequest => ({
  sessionRow: scene.record('lost', [healthy()]),
  target: 'new-session',
  mayRestart: true,
  ...more,
});
const withoutHeader = (lines: readonly string[]) => lines.slice(1).map((line) => JSON.parse(line) as unknown);
const captured = () => withoutHeader(healthy().trimEnd().split('\n'));
const phases = () => scene.journal.catalog.restores().map(({ phase }) => phase);

function expectAsBefore(): void {
  expect(scene.names()).toEqual([]);
  expect(openclaw.database.sessions()).toEqual({ 'agent:main:main': 'living' });
}

describe('a restore into an OpenClaw that keeps its conversations in a database', () => {
  test('stops the gateway that it may stop, lets its importer take it in under a key of its own, and starts the gateway again', async () => {
    const request = lost();
    const restorer = scene.restorer(options());
    const plan = await restorer.plan(request);
    expect(plan).toMatchObject({ route: 'import-restart', changes: ['header-renamed'] });
    expect(plan.refusal).toBeUndefined();
    expect(openclaw.asked).toEqual([]);
    const receipt = await restorer.apply(plan, request);
    expect(openclaw.asked).toEqual(['dry-run main', 'gateway stop', 'import main', 'gateway start']);
    expect(openclaw.gateway).toBe('running');
    const { sessionId = '', sessionKey = '' } = receipt;
    expect(openclaw.database.sessions()).toEqual({ 'agent:main:main': 'living', [sessionKey]: sessionId });
    const [first = '', ...rest] = openclaw.database.lines(sessionId);
    expect(JSON.parse(first)).toMatchObject({ type: 'session', version: 3, id: sessionId });
    expect(withoutHeader([first, ...rest])).toEqual(captured());
    expect(scene.names()).toEqual([]);
    expect(phases()).toEqual(['verified']);
    expect(receipt).not.toHaveProperty('gatewayIsDown');
  });

  test('stops and starts nothing where no gateway runs', async () => {
    openclaw.gateway = 'stopped';
    const receipt = await scene.restore(lost({ mayRestart: false }), options());
    expect(openclaw.asked).toEqual(['dry-run main', 'import main']);
    expect(openclaw.database.sessions()).toHaveProperty([receipt.sessionKey ?? ''], receipt.sessionId);
  });

  test('is found again when it is asked for a second time', async () => {
    const request = lost();
    const first = await scene.restore(request, options());
    expect(await scene.restore(request, options())).toEqual({ ...first, already: true });
  });

  test('is refused without leave to stop the gateway, or where it is no service, or where nobody knows the program', async () => {
    const code = async (request: RestoreRequest) => (await scene.restorer(options()).plan(request)).refusal?.code;
    const request = lost();
    expect(await code({ ...request, mayRestart: false })).toBe('gateway-running');
    openclaw.isService = false;
    expect(await code(request)).toBe('gateway-running');
    openclaw.gateway = 'unknown';
    expect(await code(request)).toBe('gateway-running');
    openclaw.isFound = false;
    expect(await code(request)).toBe('program-missing');
    expect(openclaw.asked).toEqual([]);
  });

  test('goes into a chat that is there already neither by key nor by id', async () => {
    const plan = await scene.restorer(options()).plan(lost({ target: 'same-session' }));
    expect(plan.refusal?.code).toBe('session-has-transcript');
  });

  test('waits while a turn runs, and touches nothing', async () => {
    openclaw.busy = 1;
    await expect(scene.restore(lost(), options())).rejects.toMatchObject({ code: 'session-busy' });
    expect(openclaw.asked).toEqual(['dry-run main']);
    expectAsBefore();
  });

  test('stops no gateway for transcripts that the importer would not read', async () => {
    openclaw.answers = (call, end) => (call.startsWith('dry-run') ? withCount(end, 'validatedTranscriptEvents', 3) : end);
    await expect(scene.restore(lost(), options())).rejects.toMatchObject({ code: 'import-refused' });
    expect(openclaw.asked).toEqual(['dry-run main']);
    expectAsBefore();
    expect(phases()).toEqual(['failed']);
  });

  test('leaves an index alone that OpenClaw has to import itself', async () => {
    writeFileSync(scene.index, '{}');
    await expect(scene.restore(lost(), options())).rejects.toMatchObject({ code: 'import-refused' });
    expect(openclaw.asked).toEqual([]);
    expect(readFileSync(scene.index, 'utf8')).toBe('{}');
  });

  test('leaves nothing and starts the gateway again when the importer fails', async () => {
    openclaw.before = (call) => {
      if (call === 'import main') openclaw.gateway = 'running';
    };
    await expect(scene.restore(lost(), options())).rejects.toMatchObject({ code: 'import-refused' });
    expect(openclaw.asked.at(-1)).toBe('gateway start');
    expectAsBefore();
    expect(phases()).toEqual(['failed']);
  });

  test('takes out again by way of the gateway what came in otherwise than it was written', async () => {
    openclaw.answers = (call, end) => {
      if (call === 'import main') openclaw.database.append(idOfRestored(), '{"type":"message","id":"strange"}', 2);
      return end;
    };
    await expect(scene.restore(lost(), options())).rejects.toMatchObject({ code: 'import-refused' });
    expectAsBefore();
    expect(scene.journal.catalog.restores()[0]).toMatchObject({ phase: 'failed', error: 'left-in-database' });
  });

  test('is whole although the report is not what Clawback knows, as long as every line is there', async () => {
    openclaw.answers = (call, end) => (call === 'import main' ? { ...end, stdout: 'something new' } : end);
    const receipt = await scene.restore(lost(), options());
    expect(openclaw.database.sessions()).toHaveProperty([receipt.sessionKey ?? '']);
  });

  test('says so when the gateway does not come back', async () => {
    openclaw.answers = (call, end) => {
      if (call === 'gateway start') openclaw.gateway = 'stopped';
      return end;
    };
    let receipt: object | undefined;
    const restoring = scene.restore(lost(), options()).then((done) => {
      receipt = done;
    });
    while (receipt === undefined) {
      clock.advance(1_000);
      await setImmediate();
    }
    await restoring;
    expect(receipt).toMatchObject({ gatewayIsDown: true });
    expect(phases()).toEqual(['verified']);
  });
});

describe('taking such a restore back', () => {
  test('deletes it by way of the gateway', async () => {
    const { restoreId, sessionKey } = await scene.restore(lost(), options());
    await scene.restorer(options()).undo(restoreId);
    expect(openclaw.asked.at(-1)).toBe(`delete ${sessionKey}`);
    expectAsBefore();
    expect(phases()).toEqual(['undone']);
  });

  test('is refused while no gateway runs, and when something was said in it since', async () => {
    const { restoreId } = await scene.restore(lost(), options());
    openclaw.gateway = 'stopped';
    await expect(scene.restorer(options()).undo(restoreId)).rejects.toMatchObject({ code: 'gateway-stopped' });
    openclaw.gateway = 'running';
    openclaw.database.append(idOfRestored(), '{"type":"message","id":"new"}', Date.now() + 60_000);
    await expect(scene.restorer(options()).undo(restoreId)).rejects.toMatchObject({ code: 'target-changed' });
    expect(openclaw.database.sessions()).toHaveProperty('agent:main:main');
    expect(Object.keys(openclaw.database.sessions())).toHaveLength(2);
  });
});

function idOfRestored(): string {
  const restored = Object.entries(openclaw.database.sessions()).find(([key]) => key.startsWith('agent:main:restored-'));
  return restored?.[1] ?? '';
}

function withCount(end: ProgramEnd, member: string, count: number): ProgramEnd {
  const report = JSON.parse(end.stdout) as { targets: Record<string, unknown>[] };
  return { ...end, stdout: JSON.stringify({ ...report, targets: report.targets.map((target) => ({ ...target, [member]: count })) }) };
}
