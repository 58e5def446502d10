import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeFileSystem } from '../../../main/core/platform/node-file-system.ts';
import { agentDatabases } from '../../../main/core/sources/agent-databases.ts';
import type { SessionsDirectory } from '../../../main/core/sources/source.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';

let temp: TempDir;
let home: string;
let root: string;

beforeEach(() => {
  temp = tempDir();
  home = temp.path;
  root = join(home, '.openclaw');
  mkdirSync(root);
});
afterEach(() => temp[Symbol.dispose]());

const make = (...names: string[]): string => {
  const path = join(...names);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '');
  return path;
};
const configure = (text: string): void => writeFileSync(join(root, 'openclaw.json'), text);
const find = (): readonly SessionsDirectory[] => agentDatabases(root, nodeFileSystem, {}, home);

test('every agent has one in its folder, and none before OpenClaw has made it', () => {
  mkdirSync(join(root, 'agents', 'kimi', 'agent'), { recursive: true });
  expect(find()).toEqual([]);
  const path = make(root, 'agents', 'main', 'agent', 'openclaw-agent.sqlite');
  expect(find()).toEqual([{ agent: 'main', path, store: 'database' }]);
});

test('what lies beside it is none', () => {
  const folder = join(root, 'agents', 'main', 'agent');
  for (const name of [
    'openclaw-agent.sqlite-wal',
    'openclaw-agent.sqlite-shm',
    'openclaw-agent.sqlite.generation-lock.sqlite',
    'incognito-openclaw-agent.sqlite',
    'auth-profiles.json',
  ])
    make(folder, name);
  expect(find()).toEqual([]);
});

test('one that was set aside as damaged still names the place', () => {
  const folder = join(root, 'agents', 'main', 'agent');
  make(folder, 'openclaw-agent.sqlite.corrupt-1795346503000');
  make(folder, 'openclaw-agent.sqlite-wal.corrupt-1795346503000');
  expect(find()).toEqual([{ agent: 'main', path: join(folder, 'openclaw-agent.sqlite'), store: 'database' }]);
});

test('an agent with a folder of its own has it there', () => {
  configure("{ agents: { entries: { Kimi: { agentDir: '~/bots/kimi' } } } }");
  const path = make(home, 'bots', 'kimi', 'openclaw-agent.sqlite');
  expect(find()).toEqual([{ agent: 'kimi', path, store: 'database' }]);
});

test('so has one that the older list of agents names', () => {
  configure("{ agents: { list: [{ id: 'kimi', agentDir: '~/bots/kimi' }] } }");
  const path = make(home, 'bots', 'kimi', 'openclaw-agent.sqlite');
  expect(find()).toEqual([{ agent: 'kimi', path, store: 'database' }]);
});

test('one outside the home directory is refused', () => {
  configure("{ agents: { entries: { kimi: { agentDir: '/etc' } } } }");
  expect(find()).toEqual([]);
});

test('the configured store stands for a database beside it', () => {
  configure("{ session: { store: '~/chats/{agentId}/sessions.json' } }");
  mkdirSync(join(root, 'agents', 'kimi'), { recursive: true });
  const path = make(home, 'chats', 'kimi', 'openclaw-agent.sqlite');
  expect(find()).toEqual([{ agent: 'kimi', path, store: 'database' }]);
});

test('agents that share a store have a database each', () => {
  configure("{ session: { store: '~/chats/all.json' } }");
  mkdirSync(join(root, 'agents', 'kimi'), { recursive: true });
  const shared = make(home, 'chats', 'all.sqlite');
  const own = make(home, 'chats', 'all.kimi.sqlite');
  expect(new Set(find())).toEqual(
    new Set([
      { agent: 'main', path: shared, store: 'database' },
      { agent: 'kimi', path: own, store: 'database' },
    ]),
  );
});
