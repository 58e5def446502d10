import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../../main/core/platform/logger.ts';
import { nodeFileSystem } from '../../../main/core/platform/node-file-system.ts';
import { RecorderInstaller } from '../../../main/core/recorder-plugin/installer.ts';
import type { Witness } from '../../../main/core/witness/witness.ts';
import { realWitnesses } from '../../../main/core-process/real-witnesses.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';

describe('the witnesses of this machine', () => {
  let dir: TempDir;
  let root: string;
  let home: string;
  let witnesses: readonly Witness[];
  const clock = new FakeClock();

  beforeEach(() => {
    dir = tempDir();
    root = join(dir.path, 'state');
    home = join(dir.path, 'clawback');
    witnesses = [];
    mkdirSync(root);
    mkdirSync(home, { mode: 0o700 });
    writeFileSync(join(root, 'openclaw.json'), '{}');
  });
  afterEach(() => {
    for (const witness of witnesses) witness[Symbol.dispose]();
    dir[Symbol.dispose]();
  });

  function open(): readonly Witness[] {
    witnesses = realWitnesses({ home, env: { HOME: dir.path } })({
      root,
      keys: { byKey: () => undefined, bySessionId: () => undefined, all: [] },
      clock,
      fs: nodeFileSystem,
      log: silentLogger,
      cursor: () => undefined,
      alive: () => false,
      onNews: () => undefined,
      agentOf: () => undefined,
    });
    return witnesses;
  }

  it('are the recorder before the one that hears it, the stream, and the log', () => {
    expect(open().map(({ kind }) => kind)).toEqual(['recorder-plugin', 'gateway-stream', 'acp-store', 'log']);
  });

  it('make of an installed recorder the one of this Clawback', () => {
    const installer = new RecorderInstaller({ home, clock, env: { HOME: dir.path }, userHome: dir.path });
    installer.apply(installer.planInstall(root));
    const copy = join(home, 'openclaw-recorder', 'index.js');
    const ours = readFileSync(copy, 'utf8');
    writeFileSync(copy, '// of an older Clawback');
    open();
    expect(readFileSync(copy, 'utf8')).toBe(ours);
  });

  it('install no recorder where nobody asked for one', () => {
    open();
    expect(() => readFileSync(join(home, 'openclaw-recorder', 'index.js'))).toThrow('ENOENT');
  });
});
