import { rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SmallDisk } from '../support/small-disk.ts';
import { captured, Recording, said, texts } from '../unit/store/recording.ts';

let disk: SmallDisk;
let recording: Recording;
beforeEach(() => {
  disk = new SmallDisk();
  recording = new Recording({ path: disk.path, [Symbol.dispose]: () => undefined });
});
afterEach(() => {
  recording[Symbol.dispose]();
  disk[Symbol.dispose]();
});

const full = expect.objectContaining({ code: 'disk-full', hint: expect.stringContaining('space') });

test.each([0, 4_096, 100_000, 400_000])(
  'a commit into a disk with %i bytes left is refused whole, and works once there is space',
  (leaveBytes) => {
    const id = recording.open('a', said('before', { id: '1' }));
    disk.fill(leaveBytes);
    const held = recording.content(id);
    const change = recording.appended(id, Buffer.alloc(1_000_000, 'x'));
    expect(() => recording.commit([change])).toThrow(full);
    expect(captured(recording.journal, id).equals(held)).toBe(true);
    expect(recording.journal.knownGenerations(recording.directory)[0]?.checkpoint.offset).toBe(held.length);
    disk.free();
    recording.commit([change]);
    expect(captured(recording.journal, id).equals(recording.content(id))).toBe(true);
    expect(recording.catalog.verify().ok).toBe(true);
  },
);

test('a full disk while indexing leaves everything to index, and reading still works', () => {
  const id = recording.open('a', Array.from({ length: 3_000 }, (_, n) => said(`word${n} `.repeat(20), { id: String(n) })).join(''));
  disk.fill(50_000);
  expect(() => recording.index()).toThrow(full);
  expect(captured(recording.journal, id).equals(recording.content(id))).toBe(true);
  expect(texts(recording.journal, recording.row('a'))).toEqual([]);
  disk.free();
  recording.index();
  expect(recording.catalog.session(recording.row('a'))?.records).toBe(3_000);
});

test('a buffer that cannot be made for want of space can be made later', () => {
  recording.journal[Symbol.dispose]();
  rmSync(recording.home, { recursive: true });
  disk.fill(20_000);
  expect(() => new Recording({ path: disk.path, [Symbol.dispose]: () => undefined })).toThrow(full);
  disk.free();
  recording = new Recording({ path: disk.path, [Symbol.dispose]: () => undefined });
  expect(captured(recording.journal, recording.open('a', 'x')).toString()).toBe('x');
});

test('a buffer that was full is sound after reopening', () => {
  const id = recording.open('a', 'start');
  disk.fill(200_000);
  expect(() => {
    for (;;) recording.append(id, Buffer.alloc(30_000, 'y'));
  }).toThrow(full);
  recording.reopen();
  const bytes = captured(recording.journal, id);
  expect(bytes.equals(recording.content(id).subarray(0, bytes.length))).toBe(true);
  expect(recording.catalog.verify()).toMatchObject({ ok: true, bytes: bytes.length });
});
