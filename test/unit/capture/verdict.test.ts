import { describe, expect, test } from 'vitest';
import type { Checkpoint } from '../../../main/core/capture/change.ts';
import { fingerprint } from '../../../main/core/capture/fingerprint.ts';
import { judge, type Probe } from '../../../main/core/capture/verdict.ts';
import type { FileStat } from '../../../main/core/platform/file-system.ts';

const identity = { dev: 1n, ino: 10n, birthtimeNs: 100n };
const captured = Buffer.from(`${'x'.repeat(2000)}the end`);
const head = fingerprint(captured.subarray(0, 1024));
const tail = fingerprint(captured.subarray(-64));
const checkpoint: Checkpoint = { generationId: 1, offset: captured.length, head, tail, identity, mtimeNs: 5n };
const stat: FileStat = { type: 'file', ...identity, mtimeNs: 5n, ctimeNs: 5n, size: captured.length, links: 1 };
const otherBytes = fingerprint(Buffer.from('other'));

describe('of the same inode', () => {
  test('the stat that was mirrored is unchanged without reading', () => {
    expect(judge(checkpoint, { stat })).toEqual({ is: 'unchanged' });
  });

  test('a touched file with the same bytes is unchanged', () => {
    expect(judge(checkpoint, { stat: { ...stat, mtimeNs: 6n }, head, tail })).toEqual({ is: 'unchanged' });
  });

  test('a longer file with head and tail in place was appended to', () => {
    expect(judge(checkpoint, { stat: { ...stat, size: 3000 }, head, tail })).toEqual({ is: 'appended', from: 2007, to: 3000 });
  });

  test('a shorter file was truncated', () => {
    expect(judge(checkpoint, { stat: { ...stat, size: 2006 } })).toEqual({ is: 'truncated', to: 2006 });
  });

  test.each<[string, Probe]>([
    ['another head', { stat, head: otherBytes, tail }],
    ['another tail', { stat, head, tail: otherBytes }],
    ['another middle', { stat, head, tail, body: 'changed' }],
    ['more bytes and another tail', { stat: { ...stat, size: 3000 }, head, tail: otherBytes }],
    ['nothing read but another time', { stat: { ...stat, mtimeNs: 6n } }],
    ['nothing read but another size', { stat: { ...stat, size: 3000 } }],
  ])('%s is a rewrite', (_what, probe) => {
    expect(judge(checkpoint, probe)).toEqual({ is: 'rewritten' });
  });
});

describe('of another inode', () => {
  const newcomer = { ...stat, ino: 11n };

  test('the same bytes are the same generation', () => {
    expect(judge(checkpoint, { stat: newcomer, head, tail })).toEqual({ is: 'rebound', identity: { ...identity, ino: 11n } });
  });

  test('a shorter file is a replacement even when what was read looks right', () => {
    expect(judge(checkpoint, { stat: { ...newcomer, size: 2006 }, head, tail }).is).toBe('replaced');
  });

  test('other bytes are a replacement', () => {
    expect(judge(checkpoint, { stat: newcomer, head, tail: otherBytes }).is).toBe('replaced');
  });

  test('a reused inode number with another birth time is another inode', () => {
    expect(judge(checkpoint, { stat: { ...stat, birthtimeNs: 101n }, head: otherBytes, tail }).is).toBe('replaced');
  });

  test('an unread newcomer is a replacement, whatever its stat', () => {
    expect(judge(checkpoint, { stat: newcomer }).is).toBe('replaced');
  });
});

test('no file is deleted', () => {
  expect(judge(checkpoint, { stat: undefined })).toEqual({ is: 'deleted' });
});
