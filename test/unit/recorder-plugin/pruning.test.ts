import { readdirSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prune } from '../../../native-helpers/openclaw-recorder/pruning.js';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';

const NOW = Date.UTC(2026, 10, 22, 12);
const DAY_MS = 24 * 60 * 60_000;
const MIB = 1024 * 1024;

let dir: TempDir;

beforeEach(() => {
  dir = tempDir();
});

afterEach(() => dir[Symbol.dispose]());

/** Sparse: it has the size without taking the room. */
function file(name: string, bytes: number, ageDays: number): string {
  const path = join(dir.path, name);
  writeFileSync(path, '');
  truncateSync(path, bytes);
  utimesSync(path, (NOW - ageDays * DAY_MS) / 1000, (NOW - ageDays * DAY_MS) / 1000);
  return path;
}

describe('pruning a spool', () => {
  it('lets nothing go while there is room and time', async () => {
    file('1700000000000-1.jsonl', 100 * MIB, 29);
    file('1700000000000-2.jsonl', 100 * MIB, 1);
    await prune(dir.path, undefined, NOW);
    expect(readdirSync(dir.path)).toHaveLength(2);
  });

  it('lets go what is older than 30 days, and only its own files', async () => {
    file('1700000000000-1.jsonl', 1, 31);
    file('notes.jsonl', 1, 31);
    await prune(dir.path, undefined, NOW);
    expect(readdirSync(dir.path)).toEqual(['notes.jsonl']);
  });

  it('lets what Clawback has read go before what it has not, oldest first', async () => {
    file('1700000000000-1.jsonl', 100 * MIB, 9);
    file('1700000000000-2.jsonl', 100 * MIB, 8);
    file('1700000000000-3.jsonl', 100 * MIB, 7);
    file('1700000000000-4.jsonl', 100 * MIB, 6);
    const read = { '1700000000000-1.jsonl': 5, '1700000000000-2.jsonl': 100 * MIB, '1700000000000-3.jsonl': 100 * MIB };
    writeFileSync(join(dir.path, 'read.json'), JSON.stringify({ v: 1, files: read }));
    await prune(dir.path, undefined, NOW);
    expect(readdirSync(dir.path).sort()).toEqual(['1700000000000-1.jsonl', '1700000000000-4.jsonl', 'read.json']);
  });

  it('lets the oldest go unread rather than fill the disk, but never the one that is being written', async () => {
    const current = file('1700000000000-1.jsonl', 300 * MIB, 9);
    file('1700000000000-2.jsonl', 200 * MIB, 8);
    file('1700000000000-3.jsonl', 200 * MIB, 7);
    await prune(dir.path, current, NOW);
    expect(readdirSync(dir.path).sort()).toEqual(['1700000000000-1.jsonl', '1700000000000-3.jsonl']);
  });

  it('does nothing where there is no spool', async () => {
    await expect(prune(join(dir.path, 'none'), undefined, NOW)).resolves.toBeUndefined();
  });
});
