import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeFileSystem } from '../../../main/core/platform/node-file-system.ts';
import { keepsDatabase, sessionsDirectories } from '../../../main/core/sources/openclaw-jsonl.ts';
import type { SessionsDirectory } from '../../../main/core/sources/source.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';

let temp: TempDir;
let home: string;
let root: string;

beforeEach(() => {
  temp = tempDir();
  home = temp.path;
  root = join(home, '.openclaw');
});
afterEach(() => temp[Symbol.dispose]());

const dir = (...names: string[]): string => {
  const path = join(root, ...names);
  mkdirSync(path, { recursive: true });
  return path;
};
const find = (): readonly SessionsDirectory[] => sessionsDirectories(root, nodeFileSystem, {}, home);

test('every agent has one, also before its first message', () => {
  const path = dir('agents', 'main', 'sessions');
  dir('agents', 'kimi');
  writeFileSync(join(root, 'agents', 'notes.txt'), '');
  dir('agents', '.trash');
  expect(find()).toEqual([
    { agent: 'kimi', path: join(root, 'agents', 'kimi', 'sessions') },
    { agent: 'main', path },
  ]);
});

test('the directory of the time before agents belongs to main', () => {
  const path = dir('sessions');
  expect(find()).toEqual([{ agent: 'main', path }]);
});

test('one that the configuration names is found for every agent', () => {
  dir('agents', 'kimi');
  writeFileSync(join(root, 'openclaw.json'), "{ session: { store: '~/chats/{agentId}/sessions.json' } }");
  expect(find()).toEqual([
    { agent: 'kimi', path: join(root, 'agents', 'kimi', 'sessions') },
    { agent: 'main', path: join(home, 'chats', 'main') },
    { agent: 'kimi', path: join(home, 'chats', 'kimi') },
  ]);
});

test('one that all agents share belongs to main', () => {
  dir('agents', 'kimi', 'sessions');
  writeFileSync(join(root, 'openclaw.json'), "{ session: { store: '~/chats/sessions.json' } }");
  expect(find()).toContainEqual({ agent: 'main', path: join(home, 'chats') });
  expect(find().filter(({ path }) => path === join(home, 'chats'))).toHaveLength(1);
});

test('one outside the home directory is refused', () => {
  writeFileSync(join(dir(), 'openclaw.json'), "{ session: { store: '/etc/{agentId}/sessions.json' } }");
  expect(find()).toEqual([]);
});

test('each is given once and without links', () => {
  const real = join(home, 'disk', 'sessions');
  mkdirSync(real, { recursive: true });
  dir('agents', 'main');
  dir('agents', 'other');
  symlinkSync(real, join(root, 'agents', 'main', 'sessions'));
  symlinkSync(real, join(root, 'agents', 'other', 'sessions'));
  expect(find()).toEqual([{ agent: 'main', path: real }]);
});

test('there are none where nothing can be read', () => {
  expect(find()).toEqual([]);
  writeFileSync(root, 'a file');
  expect(find()).toEqual([]);
});

test('a broken configuration takes nothing away', () => {
  const path = dir('agents', 'main', 'sessions');
  writeFileSync(join(root, 'openclaw.json'), '{ session: {');
  expect(find()).toEqual([{ agent: 'main', path }]);
});

test('a database without an index beside it holds the conversations', () => {
  const database = join(dir('agents', 'main', 'agent'), 'openclaw-agent.sqlite');
  expect(keepsDatabase(root, nodeFileSystem, {}, home)).toBe(false);
  writeFileSync(database, '');
  expect(keepsDatabase(root, nodeFileSystem, {}, home)).toBe(true);
  writeFileSync(join(dir('agents', 'main', 'sessions'), 'old.jsonl.reset.2026-01-01T00-00-00.000Z'), '');
  expect(keepsDatabase(root, nodeFileSystem, {}, home)).toBe(true);
  writeFileSync(join(dir('agents', 'main', 'sessions'), 'sessions.json'), '{}');
  expect(keepsDatabase(root, nodeFileSystem, {}, home)).toBe(false);
});

test('a database beside an index that the configuration names holds none', () => {
  writeFileSync(join(dir('agents', 'main', 'agent'), 'openclaw-agent.sqlite'), '');
  writeFileSync(join(root, 'openclaw.json'), "{ session: { store: '~/chats/{agentId}/sessions.json' } }");
  mkdirSync(join(home, 'chats', 'main'), { recursive: true });
  writeFileSync(join(home, 'chats', 'main', 'sessions.json'), '{}');
  expect(keepsDatabase(root, nodeFileSystem, {}, home)).toBe(false);
});
