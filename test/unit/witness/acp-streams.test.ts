import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FileSystem } from '../../../main/core/platform/file-system.ts';
import { nodeFileSystem } from '../../../main/core/platform/node-file-system.ts';
import { AcpStreams } from '../../../main/core/witness/acp-streams.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';

const delta = (runId: string, text: string) =>
  `${JSON.stringify({ runId, kind: 'assistant_delta', delta: text, epochMs: 1_795_000_000_000, childSessionKey: 'agent:kimi:acp:1' })}\n`;

describe('streams of spawned agents', () => {
  let dir: TempDir;
  let clock: FakeClock;
  let streams: AcpStreams;

  beforeEach(() => {
    dir = tempDir();
    clock = new FakeClock(Date.UTC(2026, 10, 22, 12));
    const slow: FileSystem = {
      ...nodeFileSystem,
      open(path) {
        clock.advance(5);
        return nodeFileSystem.open(path);
      },
    };
    streams = new AcpStreams(slow, clock);
  });
  afterEach(() => dir[Symbol.dispose]());

  const path = (name: string) => join(dir.path, `${name}.acp-stream.jsonl`);
  const texts = () => streams.read().map(({ text }) => text);

  it('grow', () => {
    writeFileSync(path('child'), delta('run', 'one '));
    streams.changed(path('child'), 'kimi');
    expect(texts()).toEqual(['one ']);
    appendFileSync(path('child'), delta('run', 'two'));
    streams.changed(path('child'), 'kimi');
    expect(texts()).toEqual(['one two']);
    streams.changed(path('child'), 'kimi');
    expect(texts()).toEqual([]);
  });

  it('begin anew in a file that took the place of another, or was cut', () => {
    writeFileSync(path('child'), delta('run', 'one ') + delta('run', 'two'));
    streams.changed(path('child'), 'kimi');
    texts();
    writeFileSync(path('other'), delta('run', 'replaced'));
    renameSync(path('other'), path('child'));
    streams.changed(path('child'), 'kimi');
    expect(texts()).toEqual(['replaced']);
    writeFileSync(path('child'), delta('run', 'cut'));
    streams.changed(path('child'), 'kimi');
    expect(texts()).toEqual(['cut']);
  });

  it('are read in portions when there are many, each of them in the end', () => {
    for (let index = 0; index < 50; index++) {
      writeFileSync(path(`child-${index}`), delta(`run-${index}`, `reply ${index}`));
      streams.changed(path(`child-${index}`), 'kimi');
    }
    const first = texts();
    expect(first.length).toBeLessThan(10);
    const all = new Set(first);
    for (let round = 0; round < 50; round++) for (const text of texts()) all.add(text);
    expect(all.size).toBe(50);
  });

  it('of which one is gone hold up no other', () => {
    writeFileSync(path('child'), delta('run', 'here'));
    streams.changed(path('gone'), 'kimi');
    streams.changed(path('child'), 'kimi');
    expect(texts()).toEqual(['here']);
  });
});
