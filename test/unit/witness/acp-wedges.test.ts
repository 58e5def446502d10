import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeFileSystem } from '../../../main/core/platform/node-file-system.ts';
import { AcpWedges } from '../../../main/core/witness/acp-wedges.ts';
import type { KeyBook, KeyedSession, WitnessEvent } from '../../../main/core/witness/witness.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';

const key = 'agent:kimi:acp:1';

describe('an ACP runner whose agent is gone', () => {
  let dir: TempDir;
  let clock: FakeClock;
  let session: KeyedSession;
  let children: boolean | undefined;

  beforeEach(() => {
    dir = tempDir();
    clock = new FakeClock(Date.UTC(2026, 10, 22, 12));
    session = { agent: 'kimi', sessionKey: key, sessionId: 's', nativeId: 's', isAcp: true, acpState: 'running', acpRecordId: 'rec-1' };
    children = false;
    mkdirSync(join(dir.path, 'queues'));
    mkdirSync(join(dir.path, 'sessions'));
    lock('one', { pid: 4711, sessionId: 'rec-1' });
  });
  afterEach(() => dir[Symbol.dispose]());

  function lock(name: string, content: object): void {
    writeFileSync(join(dir.path, 'queues', `${name}.lock`), JSON.stringify(content));
  }

  function open(): AcpWedges {
    const keys: KeyBook = { byKey: () => session, bySessionId: () => session, all: [session] };
    return new AcpWedges({ directory: dir.path, fs: nodeFileSystem, clock, keys, hasChild: () => children, alive: () => true });
  }

  function minutes(wedges: AcpWedges, count: number): readonly WitnessEvent[] {
    return Array.from({ length: count * 2 }, () => {
      clock.advance(30_000);
      return wedges.look(new Map());
    }).flat();
  }

  it('is told by the record that the index of OpenClaw names', () => {
    expect(minutes(open(), 5)).toMatchObject([{ event: 'acp-wedged', sessionKey: key, waiting: 0 }]);
    lock('one', { pid: 4711, sessionId: 'of-another-conversation' });
    expect(minutes(open(), 5)).toEqual([]);
  });

  it('is told after the same time when the clock is set back meanwhile', () => {
    const wedges = open();
    expect(minutes(wedges, 1)).toEqual([]);
    clock.jump(-7 * 24 * 3_600_000);
    expect(minutes(wedges, 3)).toHaveLength(1);
  });

  it('is not one that has said nothing for long: its number is another process by now', () => {
    lock('one', { pid: 4711, sessionId: 'rec-1', heartbeatAt: new Date(clock.now() - 3_600_000).toISOString() });
    expect(minutes(open(), 5)).toEqual([]);
  });

  it('is not one of whom nobody can tell', () => {
    children = undefined;
    expect(minutes(open(), 5)).toEqual([]);
  });

  it('is found among many records, and beside what is no lock', () => {
    const { acpRecordId: _, ...unnamed } = session;
    session = unnamed;
    const entries = Array.from({ length: 10_000 }, (_, n) => ({
      acpxRecordId: `rec-${n}`,
      name: n === 1 ? key : `agent:x:${n}`,
      cwd: '/w'.repeat(60),
    }));
    writeFileSync(join(dir.path, 'sessions/index.json'), JSON.stringify({ entries }));
    mkdirSync(join(dir.path, 'queues/directory.lock'));
    lock('hostile', { pid: '1', sessionId: 7 });
    writeFileSync(join(dir.path, 'queues/torn.lock'), '{"pid":');
    expect(minutes(open(), 5)).toHaveLength(1);
  });
});
