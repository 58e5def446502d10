import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeFileSystem } from '../../../main/core/platform/node-file-system.ts';
import { readLogLine } from '../../../main/core/witness/log-signs.ts';
import { createLogWitness } from '../../../main/core/witness/log-witness.ts';
import type { Witness } from '../../../main/core/witness/witness.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';

const sign = (line: string | object) => readLogLine(Buffer.from(typeof line === 'string' ? line : JSON.stringify(line)));

describe('a line of the log', () => {
  it.each([
    [
      '[session-write-lock] releasing lock held for 720000ms (max=720000ms): /s/agents/main/sessions/a.jsonl.lock',
      'lock-released-by-watchdog',
    ],
    ['session file locked (timeout 10000ms): pid=42 /s/agents/main/sessions/a.jsonl.lock', 'session-file-locked'],
    ['removed stale session lock: /s/agents/main/sessions/a.jsonl.lock (dead-pid)', 'stale-lock-removed'],
    ['session file repaired: dropped 1 malformed line(s) (/s/agents/main/sessions/a.jsonl)', 'file-repaired'],
    ['session file repair skipped: invalid session header (a.jsonl)', 'repair-skipped'],
    ['Removed orphaned user message to prevent consecutive user turns', 'orphaned-user-message'],
    ['webchat transcript append failed: EACCES', 'transcript-append-failed'],
    ['ACP transcript persistence failed for agent:kimi:acp:1: ENOENT', 'acp-persistence-failed'],
    ['[acp] force reset current assistant stream', 'stream-force-reset'],
    ['webchat disconnected code=1006 reason=n/a conn=1', 'closed-1006'],
    ['marked 1 startup-orphaned main session(s) for restart recovery', 'restart-recovery'],
  ])('%s', (text, expected) => {
    expect(sign(text)?.sign).toBe(expected);
    expect(sign({ 0: '{"subsystem":"x"}', 1: text, time: '2026-11-22T11:00:00.000Z' })).toMatchObject({
      sign: expected,
      at: Date.UTC(2026, 10, 22, 11),
    });
  });

  it('tells path, process and duration, and nothing else of the line', () => {
    expect(sign('[session-write-lock] releasing lock held for 720000ms (max=1ms): /s/sessions/a.jsonl.lock')).toEqual({
      sign: 'lock-released-by-watchdog',
      path: '/s/sessions/a.jsonl',
      heldMs: 720_000,
    });
    expect(sign('session file locked (timeout 10000ms): pid=42 /s/a.jsonl.lock')).toMatchObject({ pid: 42 });
  });

  it('says nothing in most lines, and never throws', () => {
    expect(sign({ 1: 'listening on ws://127.0.0.1:18789', time: 'x' })).toBeUndefined();
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.uint8Array()), (line) => {
        readLogLine(typeof line === 'string' ? Buffer.from(line) : line);
      }),
    );
  });
});

describe('the witness of the log', () => {
  let dir: TempDir;
  let path: string;
  let today: string[];
  let witness: Witness;
  const stale = 'removed stale session lock: /s/agents/main/sessions/a.jsonl.lock (dead-pid)\n';

  beforeEach(() => {
    dir = tempDir();
    path = join(dir.path, 'monday.log');
    today = [path];
    witness = createLogWitness({ fs: nodeFileSystem, clock: new FakeClock(), paths: () => today, root: '/s' });
  });
  afterEach(() => {
    witness[Symbol.dispose]();
    dir[Symbol.dispose]();
  });

  function signs(): readonly string[] {
    const { events } = witness.collect();
    witness.committed();
    return events.map((event) => (event.event === 'log-sign' ? event.sign : event.event));
  }

  it('hears what is said from now on', () => {
    writeFileSync(path, stale);
    expect(signs()).toEqual([]);
    appendFileSync(path, stale);
    expect(signs()).toEqual(['stale-lock-removed']);
    expect(signs()).toEqual([]);
  });

  it("reads the next day's file from its beginning", () => {
    writeFileSync(path, stale);
    signs();
    writeFileSync(join(dir.path, 'tuesday.log'), stale);
    today = [join(dir.path, 'tuesday.log')];
    expect(signs()).toEqual(['stale-lock-removed']);
  });

  it("passes over what concerns another profile's transcripts", () => {
    writeFileSync(path, '');
    signs();
    appendFileSync(path, stale.replace('/s/', '/other/'));
    expect(signs()).toEqual([]);
  });

  it('does without a log', () => {
    expect(signs()).toEqual([]);
  });
});
