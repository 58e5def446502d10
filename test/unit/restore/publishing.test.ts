import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RestoreRequest } from '../../../main/core/restore/restoring.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';
import { Scene } from './scene.ts';
import { healthy } from './transcripts.ts';

let dir: TempDir;
let scene: Scene;

beforeEach(() => {
  dir = tempDir();
  scene = new Scene(dir.path);
  writeFileSync(scene.index, '{}\n');
});

afterEach(() => {
  scene[Symbol.dispose]();
  dir[Symbol.dispose]();
});

const beside = (sessionRow: number): RestoreRequest => ({ sessionRow, target: 'new-session' });
const toFile = (sessionRow: number): RestoreRequest => ({ sessionRow, target: 'file', output: join(dir.path, 'out.jsonl') });

describe('a recording that is damaged', () => {
  function damage(): void {
    const db = new Database(join(dir.path, 'home', 'buffer.db'));
    db.prepare('UPDATE chunk SET bytes = zeroblob(length(bytes))').run();
    db.close();
  }

  test('is told in the plan', async () => {
    const row = scene.record('lost', [healthy()]);
    damage();
    for (const request of [beside(row), toFile(row)]) {
      expect((await scene.restorer().plan(request)).refusal?.code).toBe('mirror-damaged');
    }
  });

  test.each([
    ['beside the others', beside],
    ['to a file', toFile],
  ])('is noticed while it is written %s, before it gets its name', async (_, requestOf) => {
    const request = requestOf(scene.record('lost', [healthy()]));
    const steps: string[] = [];
    const restorer = scene.restorer({
      failpoint(step) {
        steps.push(step);
        if (step === 'tmp:create') damage();
      },
    });
    await expect(restorer.apply(await restorer.plan(request), request)).rejects.toMatchObject({ code: 'mirror-damaged' });
    expect(steps).not.toContain('publish');
    expect(scene.names()).toEqual(['sessions.json']);
    expect(existsSync(join(dir.path, 'out.jsonl'))).toBe(false);
  });
});

describe('a volume that does not keep what is written', () => {
  test.each([
    ['beside the others', beside, scratchIn('state/agents/main/sessions')],
    ['to a file', toFile, scratchIn('.')],
  ])('%s is noticed before the file gets its name', async (_, requestOf, scratch) => {
    const request = requestOf(scene.record('lost', [healthy(4_000)]));
    const steps: string[] = [];
    const failpoint = (step: string) => {
      steps.push(step);
      if (step === 'tmp:sync') flipLastByte(scratch());
    };
    await expect(scene.restore(request, { failpoint })).rejects.toMatchObject({ code: 'io' });
    expect(steps).not.toContain('publish');
    expect(scene.names()).toEqual(['sessions.json']);
    expect(scratch).toThrow('no scratch file');
  });

  test('is noticed after the file got its name', async () => {
    const request = toFile(scene.record('lost', [healthy()]));
    const failpoint = (step: string) => step === 'record-linked' && appendFileSync(join(dir.path, 'out.jsonl'), 'x');
    await expect(scene.restore(request, { failpoint })).rejects.toMatchObject({ code: 'io' });
    expect(existsSync(join(dir.path, 'out.jsonl'))).toBe(false);
  });

  function scratchIn(directory: string): () => string {
    return () => {
      const name = readdirSync(join(dir.path, directory)).find((candidate) => candidate.endsWith('.tmp'));
      if (name === undefined) throw new Error('no scratch file');
      return join(dir.path, directory, name);
    };
  }

  function flipLastByte(path: string): void {
    const bytes = readFileSync(path);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    writeFileSync(path, bytes);
  }
});

test('other work is done while a long conversation is written', async () => {
  const steps: string[] = [];
  const failpoint = (step: string) => {
    steps.push(step);
    if (step === 'tmp:create') setImmediate(() => steps.push('other work'));
  };
  const receipt = await scene.restore(toFile(scene.record('lost', [healthy(4_000)])), { failpoint });
  expect(readFileSync(receipt.path, 'utf8')).toBe(healthy(4_000));
  expect(steps.filter((step) => step === 'tmp:write').length).toBeGreaterThan(1);
  expect(steps.indexOf('other work')).toBeLessThan(steps.indexOf('publish'));
  expect(steps).toContain('other work');
});
