import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eraseFromSpool } from '../../../main/core/witness/spool-eraser.ts';
import { tempDir } from '../../support/temp-dir.ts';

const line = (sessionId: string, text: string) => JSON.stringify({ v: 1, t: 1, seq: 1, hook: 'before_message_write', sessionId, text });
const isSecret = ({ sessionId }: { readonly sessionId?: string }) => sessionId === 'secret';

test('lines are taken out in their places, and torn ones, short ones and others stay', () => {
  using dir = tempDir();
  const path = join(dir.path, '1-1.jsonl');
  const short = '{"sessionId":"secret"}';
  writeFileSync(path, [line('open', 'a'), line('secret', 'b'.repeat(100)), short, 'no json', line('secret', 'torn')].join('\n'));
  expect(eraseFromSpool(dir.path, isSecret)).toBe(2);
  const lines = readFileSync(path, 'utf8').split('\n');
  expect(lines[0]).toBe(line('open', 'a'));
  expect(JSON.parse(lines[1] ?? '')).toEqual({ v: 1, t: 1, seq: 0, hook: 'erased' });
  expect(lines[1]).toHaveLength(line('secret', 'b'.repeat(100)).length);
  expect(lines[2]).toBe(' '.repeat(short.length));
  expect(lines.slice(3)).toEqual(['no json', line('secret', 'torn')]);
});

test('a line longer than one read, and what follows it, are found', () => {
  using dir = tempDir();
  const path = join(dir.path, '1-1.jsonl');
  writeFileSync(path, `${line('open', 'x'.repeat(9_000_000))}\n${line('secret', 'y'.repeat(5_000_000))}\n${line('secret', 'z')}\n`);
  expect(eraseFromSpool(dir.path, isSecret, { names: ['secret'] })).toBe(2);
  expect(readFileSync(path, 'latin1')).not.toMatch(/yy|"z"/);
});

test('what was looked at once is not looked at again, and a torn line is, once it is whole', () => {
  using dir = tempDir();
  const path = join(dir.path, '1-1.jsonl');
  const from = new Map<string, number>();
  const secret = line('secret', 'b');
  writeFileSync(path, `${line('open', 'a')}\n${secret.slice(0, 30)}`);
  expect(eraseFromSpool(dir.path, isSecret, { from })).toBe(0);
  expect(from.get('1-1.jsonl')).toBe(line('open', 'a').length + 1);
  writeFileSync(path, `${line('open', 'a')}\n${secret}\n`);
  expect(eraseFromSpool(dir.path, isSecret, { from })).toBe(1);
});

test('a spool that is not there holds nothing', () => {
  expect(eraseFromSpool('/nowhere/at/all', isSecret)).toBe(0);
});
