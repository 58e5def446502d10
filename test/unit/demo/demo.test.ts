import { existsSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nodeFileSystem } from '../../../main/core/platform/node-file-system.ts';
import { openclawJsonl } from '../../../main/core/sources/openclaw-jsonl.ts';
import type { IndexEntry, ParsedLine } from '../../../main/core/sources/source.ts';
import { garden, journey, lastWrittenTurns, recipes, workshop } from '../../../main/demo/conversations.ts';
import { type Demo, startDemo } from '../../../main/demo/index.ts';
import { lossesDoneAtMs, unwrittenSessionId } from '../../../main/demo/scenario.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { tempDir } from '../../support/temp-dir.ts';

let clock: FakeClock;
let demo: Demo;
let sessions: string;

beforeEach(async () => {
  clock = new FakeClock();
  demo = await startDemo({ clock, begin: 'now' });
  sessions = openclawJsonl.directories(demo.stateDir, nodeFileSystem)[0]?.path ?? '';
});

afterEach(() => demo.stop());

function parsedLines(name: string): readonly ParsedLine[] {
  return readFileSync(join(sessions, name), 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => openclawJsonl.parse(Buffer.from(line)));
}

function entryOf(routingKey: string): IndexEntry | undefined {
  const reading = openclawJsonl.parseIndex(readFileSync(join(sessions, 'sessions.json')));
  return reading.ok ? reading.entries.get(routingKey) : undefined;
}

function names(): readonly string[] {
  return readdirSync(sessions);
}

describe('demo', () => {
  test('keeps everything private to its user', () => {
    const base = dirname(demo.stateDir);
    expect(dirname(demo.home)).toBe(base);
    for (const directory of [base, demo.stateDir, demo.home, sessions]) expect(statSync(directory).mode & 0o777).toBe(0o700);
    for (const name of names()) expect(statSync(join(sessions, name)).mode & 0o077).toBe(0);
  });

  test('is found as one agent with four conversations', () => {
    const kinds = names().map((name) => openclawJsonl.classify(name).is);
    expect(openclawJsonl.directories(demo.stateDir, nodeFileSystem).map((directory) => directory.agent)).toEqual(['main']);
    expect(kinds.toSorted()).toEqual(['index', 'transcript', 'transcript', 'transcript', 'transcript']);
  });

  test.each([workshop, journey, recipes, garden])('the source understands every line of $displayName', (conversation) => {
    const lines = parsedLines(`${conversation.sessionId}.jsonl`);
    const said = lines.filter((line) => line.kind === 'message' && line.role !== 'tool').map((line) => line.text);
    expect(lines[0]).toMatchObject({ kind: 'header', sessionId: conversation.sessionId, version: 3 });
    expect(lines.map((line) => line.kind)).not.toContain('opaque');
    for (const turn of conversation.history) expect(said).toEqual(expect.arrayContaining([turn.user, turn.assistant]));
  });

  test('lines form one chain of unique ids', () => {
    const entries = parsedLines(`${workshop.sessionId}.jsonl`).slice(1);
    const ids = entries.map((line) => line.entryId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(entries.slice(1).map((line) => line.parentId)).toEqual(ids.slice(0, -1));
  });

  test('a transcript is locked by a living process for the time of a turn', () => {
    clock.advance(500);
    const lock = openclawJsonl.parseLock(readFileSync(join(sessions, `${garden.sessionId}.jsonl.lock`)));
    expect(lock).toMatchObject({ pid: process.pid, createdAt: clock.now() - 500 });
    clock.advance(500);
    expect(names().filter((name) => name.endsWith('.lock'))).toEqual([]);
  });

  test('the user message is on disk before the answer', () => {
    clock.advance(2_000);
    expect(parsedLines(`${workshop.sessionId}.jsonl`).at(-1)).toMatchObject({ role: 'user', text: lastWrittenTurns[0]?.user });
    clock.advance(1_500);
    expect(parsedLines(`${workshop.sessionId}.jsonl`).at(-1)).toMatchObject({ role: 'assistant', text: lastWrittenTurns[0]?.assistant });
  });

  test('the reset archives the long conversation and shows no finished turn of the next one', () => {
    clock.advance(8_000);
    const archives = names().flatMap((name) => {
      const artefact = openclawJsonl.classify(name);
      return artefact.is === 'transcript' && artefact.archived !== undefined ? [artefact] : [];
    });
    expect(archives).toMatchObject([{ nativeId: workshop.sessionId, archived: { because: 'reset', at: clock.now() } }]);
    expect(entryOf(workshop.routingKey)).toMatchObject({ sessionId: unwrittenSessionId, ranOnce: false, hasSessionFile: false });
  });

  test('a turn after the reset ends, by lock and index, and leaves no file', () => {
    clock.advance(9_500);
    expect(names()).toContain(`${unwrittenSessionId}.jsonl.lock`);
    clock.advance(1_500);
    expect(entryOf(workshop.routingKey)).toMatchObject({ sessionId: unwrittenSessionId, ranOnce: true, updatedAt: clock.now() - 500 });
    expect(names().filter((name) => name.startsWith(unwrittenSessionId))).toEqual([]);
  });

  test('one transcript is cut and one is gone in the end', () => {
    const before = readFileSync(join(sessions, `${journey.sessionId}.jsonl`));
    clock.advance(lossesDoneAtMs);
    const after = readFileSync(join(sessions, `${journey.sessionId}.jsonl`));
    expect(after.length).toBeLessThan(before.length / 2);
    expect(before.subarray(0, after.length).equals(after)).toBe(true);
    expect(existsSync(join(sessions, `${recipes.sessionId}.jsonl`))).toBe(false);
  });

  test('the index edit of a restore survives, and the demo waits for its lock', () => {
    clock.advance(21_000);
    const indexPath = join(sessions, 'sessions.json');
    writeFileSync(`${indexPath}.lock`, '{}');
    utimesSync(`${indexPath}.lock`, clock.now() / 1000, clock.now() / 1000);
    const restored = { 'agent:main:restored-1': { sessionId: 'restored', updatedAt: 1 } };
    clock.advance(1_500);
    writeFileSync(indexPath, JSON.stringify({ ...JSON.parse(readFileSync(indexPath, 'utf8')), ...restored }));
    expect(entryOf(garden.routingKey)?.updatedAt).toBeLessThan(clock.now() - 10_000);
    rmSync(`${indexPath}.lock`);
    clock.advance(100);
    expect(entryOf(garden.routingKey)?.updatedAt).toBeGreaterThan(clock.now() - 1_000);
    expect(entryOf('agent:main:restored-1')).toMatchObject({ sessionId: 'restored' });
  });

  test('names a gateway port of its own', () => {
    const config: { gateway: { port: number } } = JSON.parse(readFileSync(join(demo.stateDir, 'openclaw.json'), 'utf8'));
    expect(config.gateway.port).not.toBe(18_789);
  });

  test('stop ends the play and leaves nothing', async () => {
    await demo.stop();
    expect(clock.pending).toBe(0);
    expect(existsSync(dirname(demo.stateDir))).toBe(false);
  });
});

describe('demo that waits to be watched', () => {
  test('nothing is lost before a buffer is open', async () => {
    await using waiting = disposable(await startDemo({ clock }));
    clock.advance(25_000);
    const directory = join(waiting.stateDir, 'agents/main/sessions');
    expect(readdirSync(directory)).toContain(`${recipes.sessionId}.jsonl`);
    writeFileSync(join(waiting.home, 'buffer.db'), '');
    clock.advance(lossesDoneAtMs + 250);
    expect(readdirSync(directory)).not.toContain(`${recipes.sessionId}.jsonl`);
  });

  test('begins all the same when nobody comes', async () => {
    await using waiting = disposable(await startDemo({ clock }));
    clock.advance(30_000 + lossesDoneAtMs + 250);
    expect(readdirSync(join(waiting.stateDir, 'agents/main/sessions'))).not.toContain(`${recipes.sessionId}.jsonl`);
  });
});

function disposable(started: Demo): Demo & AsyncDisposable {
  return { ...started, [Symbol.asyncDispose]: () => started.stop() };
}

test('plays what it is given in the directory that it is given, and takes none that is there', async () => {
  using place = tempDir();
  const directory = join(place.path, 'demo');
  const done: string[] = [];
  const acts = [{ atMs: 10, act: { act: 'delete', routingKey: recipes.routingKey } as const }];
  const own = new FakeClock();
  const given = await startDemo({ clock: own, begin: 'now', acts, directory, onAct: ({ act }) => done.push(act) });
  own.advance(60_000);
  expect(done).toEqual(['delete']);
  expect(given.stateDir.endsWith('/demo/openclaw')).toBe(true);
  expect(statSync(directory).mode & 0o777).toBe(0o700);
  await expect(startDemo({ clock: own, directory })).rejects.toThrow('EEXIST');
  expect(existsSync(given.stateDir)).toBe(true);
  await given.stop();
  expect(existsSync(directory)).toBe(false);
});
