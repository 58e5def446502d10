import { appendFileSync, linkSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Change } from '../../../main/core/capture/change.ts';
import { CaptureRig, kindsOf } from '../../support/capture-rig.ts';

const KIB = 1024;

/** A directory with `count` transcripts of one KiB, the last the newest, all untouched for days. */
function withFiles(count: number): CaptureRig {
  const rig = new CaptureRig();
  for (let index = 0; index < count; index += 1) {
    const path = rig.path(nameOf(index));
    writeFileSync(path, `${index}`.padEnd(KIB, '.'));
    const at = rig.clock.now() / 1000 - 1_000_000 + index;
    utimesSync(path, at, at);
  }
  return rig;
}

function nameOf(index: number): string {
  return `s${String(index).padStart(5, '0')}.jsonl`;
}

function bytesOf(changes: readonly Change[]): number {
  return changes.reduce((sum, change) => sum + (change.change === 'appended' ? change.bytes.length : 0), 0);
}

function openedNames(changes: readonly Change[]): readonly string[] {
  return changes.flatMap((change) => (change.change === 'opened' ? [change.generation.name] : []));
}

describe('a first import', () => {
  test('stays within its budget, newest files first, and says what is left', () => {
    using rig = withFiles(10);
    const first = rig.sweep(3 * KIB);
    expect(bytesOf(first)).toBe(3 * KIB);
    expect(openedNames(first)).toEqual([nameOf(9), nameOf(8), nameOf(7)]);
    expect(rig.tailer.lagBytes).toBe(7 * KIB);
    expect(openedNames(rig.poll(2 * KIB))).toEqual([nameOf(6), nameOf(5)]);
  });

  test('is overtaken by what is written now', () => {
    using rig = withFiles(10);
    rig.sweep(KIB);
    writeFileSync(rig.path('live.jsonl'), 'now\n');
    expect(openedNames(rig.poll(KIB))[0]).toBe('live.jsonl');
    appendFileSync(rig.path('live.jsonl'), 'and now\n');
    expect(rig.poll(8)).toMatchObject([{ change: 'appended', start: 4 }]);
    expect(rig.tailer.hot).toContainEqual({ nativeId: 'live', lagBytes: 0 });
  });

  test('takes a file that was replaced while it waited in the very poll that comes to it', () => {
    using rig = withFiles(2);
    rig.sweep(KIB);
    rmSync(rig.path(nameOf(0)));
    writeFileSync(rig.path(nameOf(0)), 'another file');
    rig.poll();
    expect(rig.captured.known.map(({ name }) => name).sort()).toEqual([nameOf(0), nameOf(1)]);
  });

  test('goes on after a restart where it ended', () => {
    using rig = withFiles(10);
    rig.sweep(3 * KIB + 100);
    rig.restart();
    rig.sweep();
    expect(rig.captured.generations.size).toBe(10);
    expect([...rig.captured.generations.values()].every(({ checkpoint }) => checkpoint.offset === KIB)).toBe(true);
  });

  test('takes no file for live only because it is half read when a sweep comes by', () => {
    using rig = withFiles(2);
    rig.sweep(KIB + 100);
    rig.poll(100);
    rig.sweep(100);
    rig.sweep();
    expect(rig.tailer.lagBytes).toBe(0);
    expect(rig.tailer.hot).toEqual([]);
  });

  test('leaves no descriptor open for files that are at rest', () => {
    using rig = withFiles(10);
    rig.sweep();
    expect(rig.fs.openFiles).toBe(0);
  });
});

test('two live files share a budget that is too small for both', () => {
  using rig = new CaptureRig();
  writeFileSync(rig.path('a.jsonl'), 'x');
  writeFileSync(rig.path('b.jsonl'), 'x');
  rig.sweep();
  appendFileSync(rig.path('a.jsonl'), Buffer.alloc(KIB * KIB));
  appendFileSync(rig.path('b.jsonl'), Buffer.alloc(KIB * KIB));
  const changes = rig.poll(512 * KIB);
  expect(new Set(changes.map((change) => change.change === 'appended' && change.generationId)).size).toBe(2);
  expect(bytesOf(changes)).toBe(512 * KIB);
});

test('no more than 64 descriptors are open, however many files are live', () => {
  using rig = new CaptureRig();
  for (let index = 0; index < 200; index += 1) writeFileSync(rig.path(nameOf(index)), 'x\n');
  rig.sweep();
  for (let index = 0; index < 200; index += 1) appendFileSync(rig.path(nameOf(index)), 'y\n');
  rig.poll();
  expect(rig.fs.openFiles).toBe(64);
});

describe('an idle directory of 2,000 files', () => {
  test('costs a poll one stat, and a sweep one for each file', () => {
    using rig = withFiles(2000);
    rig.sweep();
    rig.clock.advance(2000);
    rig.sweep();
    rig.fs.takeCounts();
    expect(rig.poll()).toEqual([]);
    expect(rig.fs.takeCounts()).toEqual({ stat: 1, bytesRead: 0 });
    expect(rig.sweep()).toEqual([]);
    expect(rig.fs.takeCounts()).toEqual({ stat: 2001, bytesRead: 0 });
  });

  test('still gives a sweep everything that happened, and that alone', () => {
    using rig = withFiles(2000);
    rig.sweep();
    appendFileSync(rig.path(nameOf(1)), 'more');
    writeFileSync(rig.path(nameOf(2)), 'x'.repeat(KIB));
    renameSync(rig.path(nameOf(3)), rig.path(nameOf(4)));
    rmSync(rig.path(nameOf(5)));
    linkSync(rig.path(nameOf(6)), rig.path('second-name.jsonl'));
    const changes = rig.sweep();
    expect(kindsOf(changes).toSorted()).toEqual(
      ['appended', 'closed rewritten', 'opened', 'appended', 'closed replaced', 'moved', 'closed deleted', 'opened', 'appended'].toSorted(),
    );
    expect(openedNames(changes).toSorted()).toEqual([nameOf(2), 'second-name.jsonl']);
  });

  test('finds a file of which only the time has moved to be the same, once and for all', () => {
    using rig = withFiles(20);
    rig.sweep();
    utimesSync(rig.path(nameOf(7)), 1_700_000_000, 1_700_000_000);
    expect(rig.sweep()).toEqual([]);
    rig.clock.advance(2000);
    rig.sweep();
    rig.fs.takeCounts();
    expect(rig.sweep()).toEqual([]);
    expect(rig.fs.takeCounts()).toEqual({ stat: 21, bytesRead: 0 });
  });
});
