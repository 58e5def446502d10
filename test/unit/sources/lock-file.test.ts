import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseLockFile } from '../../../main/core/sources/lock-file.ts';

const parse = (text: string) => parseLockFile(new TextEncoder().encode(text));

test("a turn's lock tells pid, time and start time", () => {
  expect(parse('{\n  "pid": 6967,\n  "createdAt": "2026-11-22T11:21:37.612Z",\n  "starttime": 302052\n}')).toEqual({
    pid: 6967,
    createdAt: Date.UTC(2026, 10, 22, 11, 21, 37, 612),
    startTime: 302052,
  });
});

test("the gateway's lock tells its configuration too", () => {
  expect(parse('{"pid":11424,"createdAt":"2026-11-22T11:24:00.657Z","configPath":"/h/openclaw.json","startTime":316720}')).toMatchObject({
    pid: 11424,
    startTime: 316720,
    configPath: '/h/openclaw.json',
  });
});

test('a lock of macOS has no start time', () => {
  expect(parse('{"pid":7,"createdAt":"2026-11-22T11:24:00.657Z"}')).not.toHaveProperty('startTime');
});

test('what is no time and no start time is left out', () => {
  expect(parse('{"pid":7,"createdAt":"yesterday","starttime":"x"}')).toEqual({ pid: 7 });
});

test.each([
  ['nothing', ''],
  ['half of it', '{"pid": 69'],
  ['NULs', '\0\0\0\0'],
  ['a list', '[7]'],
  ['no pid', '{"createdAt":"2026-11-22T11:24:00.657Z"}'],
  ['a process group', '{"pid":-1}'],
  ['every process of ours', '{"pid":0}'],
  ['a pid with a fraction', '{"pid":1.5}'],
  ['a pid as text', '{"pid":"7"}'],
  ['a pid beyond all pids', '{"pid":4294967296}'],
])('%s is no lock', (_what, text) => {
  expect(parse(text)).toBeUndefined();
});

test('reading is total', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
      expect(parse(text)?.pid ?? 1).toBeGreaterThan(0);
    }),
  );
});
