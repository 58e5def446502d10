import { expect, test } from 'vitest';
import { type MoveFacts, moveRefusal, ROOM_BYTES } from '../../../main/core/storage/move-plan.ts';

const facts: MoveFacts = {
  from: '/home/ada/.local/share/clawback',
  to: '/mnt/disk/clawback',
  home: '/home/ada/.local/share/clawback',
  target: 'absent',
  names: [],
  disk: 'good',
  bytes: 1_000,
  bytesFree: 1_000 + ROOM_BYTES,
  openclaw: ['/home/ada/.openclaw'],
};

test.each<[string, Partial<MoveFacts>]>([
  ['a folder that would be made', {}],
  ['an empty folder', { target: 'directory' }],
  ['one that Finder looked into', { target: 'directory', names: ['.DS_Store'] }],
  ['a disk that does not say how much is free', { bytesFree: undefined }],
  ['a folder beside the state folder of OpenClaw', { to: '/home/ada/.openclaw-copies' }],
  ['the home, for a buffer elsewhere', { from: '/mnt/disk/old', to: facts.home, target: 'directory' }],
])('%s is taken', (_what, given) => {
  expect(moveRefusal({ ...facts, ...given })).toBeUndefined();
});

test.each<[string, Partial<MoveFacts>, string]>([
  ['where it is', { to: facts.from }, 'target-same'],
  ['a folder above that is not there', { target: 'nowhere' }, 'not-found'],
  ['a file', { target: 'no-directory' }, 'target-exists'],
  ['the state folder of OpenClaw', { to: '/home/ada/.openclaw' }, 'target-in-openclaw'],
  ['a folder in it', { to: '/home/ada/.openclaw/agents/x' }, 'target-in-openclaw'],
  ['a folder inside the one of the buffer', { from: '/mnt/disk/old', to: '/mnt/disk/old/sub' }, 'target-in-buffer'],
  ['what Clawback clears away at its next start', { from: '/mnt/disk/old', to: `${facts.home}/self-test` }, 'target-in-buffer'],
  ['a folder with something in it', { target: 'directory', names: ['letter.txt'] }, 'target-not-empty'],
  ['a folder that nobody may write to', { disk: 'read-only' }, 'permission-denied'],
  ['FAT', { disk: 'not-private' }, 'target-not-private'],
  ['a folder of another computer', { disk: 'network' }, 'target-network'],
  ['a disk without locks', { disk: 'no-locks' }, 'target-no-locks'],
  ['a disk that is too full', { bytesFree: 999 + ROOM_BYTES }, 'target-full'],
])('%s is refused, with what to do', (_what, given, code) => {
  const refusal = moveRefusal({ ...facts, ...given });
  expect(refusal?.code).toBe(code);
  expect(refusal?.hint).not.toBe('');
});
