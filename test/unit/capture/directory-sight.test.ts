import { appendFileSync, chmodSync, mkdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CaptureRig, kindsOf } from '../../support/capture-rig.ts';
import { bytesOf } from '../../support/captured.ts';

const LIVE = 'aaaa.jsonl';
const ARCHIVE = 'bbbb.jsonl.reset.2026-11-22T11-00-37.934Z';

function started(): CaptureRig {
  const rig = new CaptureRig();
  writeFileSync(rig.path(LIVE), 'one\n');
  writeFileSync(rig.path(ARCHIVE), 'old\n');
  rig.sweep();
  return rig;
}

/** As a volume that is not mounted: what is there is on another device. */
function onOtherDevice(rig: CaptureRig, isThere: (path: string) => boolean): void {
  rig.fs.disguise = (path, stat) => (isThere(path) ? { ...stat, dev: stat.dev + 1n } : stat);
}

test('a directory that does not exist yet is missing, and captured when it comes', () => {
  using rig = new CaptureRig(false);
  expect(rig.sweep()).toEqual([]);
  expect(rig.tailer.listing.state).toBe('missing');
  mkdirSync(rig.directory.path);
  writeFileSync(rig.path(LIVE), 'one\n');
  expect(kindsOf(rig.poll())).toEqual(['opened', 'appended']);
  expect(rig.tailer.listing.state).toBe('ok');
});

test('a missing directory shows the same listing until something changes', () => {
  using rig = new CaptureRig(false);
  rig.poll();
  const { listing } = rig.tailer;
  rig.poll();
  expect(rig.tailer.listing).toBe(listing);
});

describe('a directory that is removed', () => {
  test('is missing: its generations are drained and closed', () => {
    using rig = started();
    appendFileSync(rig.path(LIVE), 'two\n');
    rmSync(rig.directory.path, { recursive: true });
    const changes = rig.poll();
    expect([...kindsOf(changes)].sort()).toEqual(['appended', 'archive-gone', 'closed deleted']);
    expect(rig.tailer.listing).toMatchObject({ state: 'missing', transcripts: new Map() });
    const [generation] = rig.captured.named(LIVE);
    expect(generation && bytesOf(generation).toString()).toBe('one\ntwo\n');
    expect(rig.fs.openFiles).toBe(0);
  });

  test('and returns with the same files has new generations', () => {
    using rig = started();
    rmSync(rig.directory.path, { recursive: true });
    rig.poll();
    mkdirSync(rig.directory.path);
    writeFileSync(rig.path(LIVE), 'one\n');
    expect(kindsOf(rig.poll())).toEqual(['opened', 'appended']);
  });

  test('and returns before we looked keeps the generations of equal files', () => {
    using rig = started();
    const away = `${rig.directory.path}.away`;
    renameSync(rig.directory.path, away);
    renameSync(away, rig.directory.path);
    expect(rig.poll()).toEqual([]);
  });

  test('while we were not running is reported after a restart', () => {
    using rig = started();
    rmSync(rig.directory.path, { recursive: true });
    rig.restart();
    expect([...kindsOf(rig.sweep())].sort()).toEqual(['archive-gone', 'closed deleted']);
  });
});

describe('what cannot be seen is not deleted', () => {
  test.each<[string, string, (rig: CaptureRig) => void]>([
    ['the directory may not be listed', 'EACCES', (rig) => rig.fs.fail('list', '/sessions', 'EACCES')],
    ['the directory may not be looked at', 'EACCES', (rig) => rig.fs.fail('stat', '/sessions', 'EACCES')],
    ['names may be listed and files not looked at', 'EACCES', (rig) => rig.fs.fail('stat', '/sessions/.', 'EACCES')],
    ['the device fails', 'EIO', (rig) => rig.fs.fail('list', '/sessions', 'EIO')],
    ['the parent is gone too', 'parent-missing', (rig) => rmSync(dirname(rig.directory.path), { recursive: true })],
    [
      'it is gone and the parent may not be listed',
      'EACCES',
      (rig) => {
        rmSync(rig.directory.path, { recursive: true });
        rig.fs.fail('list', '/main', 'EACCES');
      },
    ],
    [
      'a file is in its place',
      'not-a-directory',
      (rig) => {
        rmSync(rig.directory.path, { recursive: true });
        writeFileSync(rig.directory.path, '');
      },
    ],
    [
      'an empty mount point is in its place',
      'other-device',
      (rig) => {
        rmSync(rig.path(LIVE));
        rmSync(rig.path(ARCHIVE));
        onOtherDevice(rig, (path) => path === rig.directory.path);
      },
    ],
    [
      'it is gone and its parent is an empty mount point',
      'other-device',
      (rig) => {
        rmSync(rig.directory.path, { recursive: true });
        onOtherDevice(rig, (path) => path === dirname(rig.directory.path));
      },
    ],
  ])('when %s', (_what, reason, happen) => {
    using rig = started();
    happen(rig);
    expect(rig.sweep()).toEqual([]);
    expect(rig.poll()).toEqual([]);
    expect(rig.tailer.listing).toMatchObject({ state: 'unreadable', reason, transcripts: new Map([['aaaa', 4]]) });
    expect(rig.fs.openFiles).toBeGreaterThan(0);
  });

  test('also right after a restart', () => {
    using rig = started();
    rmSync(dirname(rig.directory.path), { recursive: true });
    rig.restart();
    expect(rig.sweep()).toEqual([]);
    expect(rig.tailer.listing.state).toBe('unreadable');
  });

  test('and goes on when it can be seen again', () => {
    using rig = started();
    rig.fs.fail('list', '/sessions', 'EACCES');
    rig.sweep();
    appendFileSync(rig.path(LIVE), 'two\n');
    rig.fs.heal();
    expect(kindsOf(rig.poll())).toEqual(['appended']);
    expect(rig.tailer.listing.state).toBe('ok');
  });

  test('nor is it when we ourselves are short of descriptors', () => {
    using rig = started();
    rig.fs.fail('list', '/sessions', 'EMFILE', 1);
    expect(rig.sweep()).toEqual([]);
    expect(rig.tailer.listing.state).toBe('ok');
  });
});

test('a remounted volume keeps its generations', () => {
  using rig = started();
  onOtherDevice(rig, () => true);
  expect(kindsOf(rig.sweep())).toEqual(['rebound', 'rebound']);
  expect(rig.captured.generations.size).toBe(2);
});

describe('names are listed again', () => {
  function settled(): CaptureRig {
    const rig = started();
    rig.clock.advance(2_000);
    rig.sweep();
    rig.fs.takeCounts();
    return rig;
  }

  test('not while nothing happens', () => {
    using rig = settled();
    rig.sweep();
    expect(rig.fs.takeCounts().list).toBeUndefined();
  });

  test('after a minute on a volume that never moves the time stamps of a directory', () => {
    using rig = settled();
    const frozen = rig.fs.stat(rig.directory.path);
    rig.fs.disguise = (path, stat) => (path === rig.directory.path && frozen ? frozen : stat);
    writeFileSync(rig.path('cccc.jsonl'), 'new\n');
    rig.clock.advance(30_000);
    expect(rig.sweep()).toEqual([]);
    rig.clock.advance(30_000);
    expect(kindsOf(rig.poll())).toEqual(['opened', 'appended']);
  });

  test('when a program put the time of the directory back', () => {
    using rig = settled();
    const { atime, mtime } = statSync(rig.directory.path);
    writeFileSync(rig.path('cccc.jsonl'), 'new\n');
    utimesSync(rig.directory.path, atime, mtime);
    expect(kindsOf(rig.poll())).toEqual(['opened', 'appended']);
  });

  test('when its permissions changed, because it may not be seen any more', () => {
    using rig = settled();
    chmodSync(rig.directory.path, 0o711);
    rig.fs.fail('list', '/sessions', 'EACCES');
    expect(rig.sweep()).toEqual([]);
    expect(rig.tailer.listing.state).toBe('unreadable');
  });
});
