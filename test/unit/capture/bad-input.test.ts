import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CaptureRig, kindsOf } from '../../support/capture-rig.ts';
import { bytesOf } from '../../support/captured.ts';

const LIVE = 'aaaa.jsonl';
const OTHER = 'bbbb.jsonl';
const ONE_MIB = 1024 ** 2;

describe.each<[string, Buffer]>([
  ['garbage', Buffer.from('{{{]]not json\n\n\n"'.repeat(100))],
  ['NUL bytes', Buffer.alloc(3000)],
  ['torn UTF-8', Buffer.concat([Buffer.from('{"text":"'), Buffer.from('é').subarray(0, 1)])],
  ['CRLF', Buffer.from('{"a":1}\r\n{"b":2}\r\n')],
  ['no line end at all', Buffer.from('x'.repeat(300_000))],
])('a file of %s', (_what, content) => {
  test('is held byte for byte, and followed', () => {
    using rig = new CaptureRig();
    writeFileSync(rig.path(LIVE), content);
    rig.sweep();
    appendFileSync(rig.path(LIVE), content);
    rig.poll();
    const [generation] = rig.captured.named(LIVE);
    expect(generation && bytesOf(generation).equals(Buffer.concat([content, content]))).toBe(true);
  });
});

test('a character torn between two writes comes together in the bytes', () => {
  using rig = new CaptureRig();
  const [first, second] = [Buffer.from('é').subarray(0, 1), Buffer.from('é').subarray(1)];
  writeFileSync(rig.path(LIVE), first);
  rig.sweep();
  appendFileSync(rig.path(LIVE), second);
  rig.poll();
  const [generation] = rig.captured.named(LIVE);
  expect(generation && bytesOf(generation).toString()).toBe('é');
});

test('a line of 100 MB is read in bounded pieces and does not hold up other conversations', () => {
  using rig = new CaptureRig();
  const file = openSync(rig.path(LIVE), 'w');
  ftruncateSync(file, 100 * ONE_MIB);
  writeSync(file, 'the end\n', 100 * ONE_MIB);
  closeSync(file);
  writeFileSync(rig.path(OTHER), 'short\n');
  let rounds = 1;
  rig.sweep(8 * ONE_MIB);
  const [other] = rig.captured.named(OTHER);
  expect(other && bytesOf(other).toString()).toBe('short\n');
  expect(rig.tailer.lagBytes).toBeGreaterThan(90 * ONE_MIB);
  for (; rig.tailer.lagBytes > 0; rounds += 1) rig.poll(8 * ONE_MIB);
  expect(rounds).toBe(13);
  expect(rig.captured.named(LIVE)[0]?.checkpoint.offset).toBe(100 * ONE_MIB + 8);
});

describe.each<[string, (path: string) => void, (path: string) => void]>([
  ['directory', (path) => mkdirSync(path), rmdirSync],
  ['symlink', (path) => symlinkSync('/etc/passwd', path), unlinkSync],
  ['not-a-file', (path) => execFileSync('mkfifo', [path]), unlinkSync],
])('a %s with the name of a transcript', (reason, make, remove) => {
  test('is skipped with its reason while other files go on', () => {
    using rig = new CaptureRig();
    make(rig.path(LIVE));
    writeFileSync(rig.path(OTHER), 'one\n');
    expect(kindsOf(rig.sweep())).toEqual(['opened', 'appended']);
    expect(rig.tailer.listing.skipped).toEqual([{ name: LIVE, reason }]);
    expect(rig.fs.takeCounts().open).toBe(1);
  });

  test('is captured as soon as it is a file', () => {
    using rig = new CaptureRig();
    make(rig.path(LIVE));
    rig.sweep();
    remove(rig.path(LIVE));
    writeFileSync(rig.path(LIVE), 'one\n');
    expect(kindsOf(rig.sweep())).toEqual(['opened', 'appended']);
    expect(rig.tailer.listing.skipped).toEqual([]);
  });

  test('in the place of a captured one does not end its generation', () => {
    using rig = new CaptureRig();
    writeFileSync(rig.path(LIVE), 'one\n');
    rig.sweep();
    unlinkSync(rig.path(LIVE));
    make(rig.path(LIVE));
    expect(rig.sweep()).toEqual([]);
    expect(rig.tailer.listing.skipped).toEqual([{ name: LIVE, reason }]);
    remove(rig.path(LIVE));
    expect(kindsOf(rig.sweep())).toEqual(['closed deleted']);
  });
});

describe('a file that may not be opened', () => {
  test('is skipped and not closed, and others go on', () => {
    using rig = new CaptureRig();
    writeFileSync(rig.path(LIVE), 'one\n');
    rig.sweep();
    rig.restart();
    rig.fs.fail('open', LIVE, 'EACCES');
    appendFileSync(rig.path(LIVE), 'two\n');
    writeFileSync(rig.path(OTHER), 'other\n');
    expect(kindsOf(rig.sweep())).toEqual(['opened', 'appended']);
    expect(rig.tailer.listing.skipped).toEqual([{ name: LIVE, reason: 'EACCES' }]);
    expect(rig.tailer.listing.transcripts.get('aaaa')).toBe(8);
  });

  test('is caught up with once it may be', () => {
    using rig = new CaptureRig();
    writeFileSync(rig.path(LIVE), 'one\n');
    rig.fs.fail('open', LIVE, 'EACCES');
    rig.sweep();
    rig.fs.heal();
    expect(kindsOf(rig.sweep())).toEqual(['opened', 'appended']);
    expect(rig.tailer.listing.skipped).toEqual([]);
  });
});

describe.each(['EMFILE', 'ENFILE', 'EIO'])('%s on one file', (code) => {
  test('skips it for this round, tells the log once, and is over with the next', () => {
    using rig = new CaptureRig();
    writeFileSync(rig.path(LIVE), 'one\n');
    writeFileSync(rig.path(OTHER), 'other\n');
    rig.fs.fail('open', LIVE, code, 3);
    expect(kindsOf(rig.sweep())).toEqual(['opened', 'appended']);
    expect(rig.tailer.listing.skipped).toEqual([{ name: LIVE, reason: code }]);
    expect([rig.poll(), rig.poll()]).toEqual([[], []]);
    expect(kindsOf(rig.poll())).toEqual(['opened', 'appended']);
    expect(rig.logged.filter((line) => line.includes(code))).toHaveLength(1);
    expect(rig.tailer.listing.skipped).toEqual([]);
  });

  test('in the middle of a file loses and repeats nothing', () => {
    using rig = new CaptureRig();
    const content = Buffer.alloc(ONE_MIB, 'abc\n');
    writeFileSync(rig.path(LIVE), content);
    rig.fs.during('read', LIVE, () => undefined, 4);
    rig.fs.fail('read', LIVE, code, 1);
    rig.sweep();
    expect(rig.tailer.lagBytes).toBeGreaterThan(0);
    rig.poll();
    const [generation] = rig.captured.named(LIVE);
    expect(generation && bytesOf(generation).equals(content)).toBe(true);
  });

  test('while it is only looked at does not close it', () => {
    using rig = new CaptureRig();
    writeFileSync(rig.path(LIVE), 'one\n');
    rig.sweep();
    rig.fs.fail('stat', LIVE, code, 1);
    expect(rig.sweep()).toEqual([]);
    expect(rig.poll()).toEqual([]);
    expect(rig.tailer.listing.skipped).toEqual([]);
  });
});

test('a bug of ours is not taken for a fault of the file', () => {
  using rig = new CaptureRig();
  writeFileSync(rig.path(LIVE), 'one\n');
  rig.fs.during('open', LIVE, () => {
    throw new TypeError('oops');
  });
  expect(() => rig.sweep()).toThrow('oops');
});

test('no log entry contains a byte of a transcript', () => {
  using rig = new CaptureRig();
  writeFileSync(rig.path(LIVE), 'secret words\n');
  rig.fs.fail('read', LIVE, 'EIO', 2);
  rig.sweep();
  rig.poll();
  expect(rig.logged.length).toBeGreaterThan(0);
  expect(rig.logged.join()).not.toContain('secret');
});
