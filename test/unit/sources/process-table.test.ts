import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { isSameProcess, startTimeIn, systemProcesses } from '../../../main/core/platform/process-table.ts';

async function endedPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid ?? 0;
}

describe('a process', () => {
  test('exists while it runs and not after', async () => {
    expect(systemProcesses.exists(process.pid)).toBe(true);
    expect(systemProcesses.exists(await endedPid())).toBe(false);
  });

  test.each([0, -1, 1.5, Number.NaN, 2 ** 40])('has no pid like %d', (pid) => {
    expect(systemProcesses.exists(pid)).toBe(false);
  });

  test('is the same one when its start time is, and another when not', () => {
    const table = { exists: () => true, startTimeOf: () => 302052 };
    expect(isSameProcess(table, 7, 302052)).toBe(true);
    expect(isSameProcess(table, 7, 302053)).toBe(false);
    expect(isSameProcess(table, 7)).toBe(true);
  });

  test('is the same one when the system tells no start times', () => {
    expect(isSameProcess({ exists: () => true, startTimeOf: () => undefined }, 7, 302052)).toBe(true);
  });

  test('that is gone is no one', () => {
    expect(isSameProcess({ exists: () => false, startTimeOf: () => 302052 }, 7, 302052)).toBe(false);
  });
});

describe('a start time', () => {
  test('is found behind a name with spaces and parentheses', () => {
    expect(startTimeIn(`42 (a) S (b) c) S ${Array.from({ length: 40 }, (_, at) => (at === 18 ? 302052 : at)).join(' ')}`)).toBe(302052);
  });

  test.each(['', '42 (x', '42 (x) S 1 2 3'])('is not in %j', (stat) => {
    expect(startTimeIn(stat)).toBeUndefined();
  });

  test('stays the same over the life of a process, and is not told off Linux', () => {
    const first = systemProcesses.startTimeOf(process.pid);
    expect(first !== undefined).toBe(process.platform === 'linux');
    expect(systemProcesses.startTimeOf(process.pid)).toBe(first);
  });

  test('is not told of a process that is gone', async () => {
    expect(systemProcesses.startTimeOf(await endedPid())).toBeUndefined();
  });
});
