import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createDatabaseTailer } from '../../main/core/database/database-tailer.ts';
import { silentLogger } from '../../main/core/platform/logger.ts';
import { nodeFileSystem } from '../../main/core/platform/node-file-system.ts';
import { openclawJsonl } from '../../main/core/sources/openclaw-jsonl.ts';
import { recordedState } from '../support/agent-database.ts';
import { bytesOf, Captured } from '../support/captured.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { tempDir } from '../support/temp-dir.ts';

/** Databases that OpenClaw 2026.9.6 wrote, read as sources are. */
function recorded() {
  using temp = tempDir();
  cpSync(recordedState, temp.path, { recursive: true });
  const found = openclawJsonl.directories(temp.path, nodeFileSystem).filter(({ store }) => store === 'database');
  let ids = 0;
  const nextGenerationId = () => {
    ids += 1;
    return ids;
  };
  const transcripts = found.flatMap((directory) => {
    const deps = {
      clock: new FakeClock(Date.now()),
      log: silentLogger,
      classify: openclawJsonl.classify,
      isOwned: () => false,
      copies: join(temp.path, 'copies'),
    };
    using tailer = createDatabaseTailer({ ...deps, nextGenerationId }, { sourceId: 1, ...directory }, []);
    const { generations } = new Captured().with(tailer.poll(1024 ** 3));
    const { index } = tailer;
    return [...generations.values()].map((generation) => ({
      id: generation.start.sessionId,
      lines: bytesOf(generation)
        .toString('latin1')
        .trimEnd()
        .split('\n')
        .map((line) => Buffer.from(line, 'latin1')),
      entries: index?.ok === true ? [...index.entries.values()] : [],
    }));
  });
  return { found: found.map(({ agent, path }) => [agent, path.slice(temp.path.length)]), transcripts };
}

describe('databases of OpenClaw 2026.9.6', () => {
  const { found, transcripts } = recorded();

  test('are found beside the folders of files', () => {
    expect(found).toEqual([
      ['main', join('/agents', 'main', 'agent', 'openclaw-agent.sqlite')],
      ['rewound', join('/agents', 'rewound', 'agent', 'openclaw-agent.sqlite')],
    ]);
    expect(transcripts).toHaveLength(6);
  });

  test('hold transcripts of which every row is understood, from the header on', () => {
    for (const { id, lines } of transcripts) {
      const [first, ...rest] = lines.map((line) => openclawJsonl.parse(line));
      expect(first).toMatchObject({ kind: 'header', sessionId: id, version: 4 });
      for (const line of rest)
        expect(line).toMatchObject({ kind: expect.not.stringMatching(/opaque|header/), entryId: expect.any(String) });
    }
  });

  test('give every message words, a role, a time and an id of its own', () => {
    for (const { lines } of transcripts) {
      const messages = lines.map((line) => openclawJsonl.parse(line)).filter(({ kind }) => kind === 'message');
      for (const message of messages)
        expect(message).toMatchObject({ role: expect.any(String), text: expect.any(String), at: expect.any(Number) });
      expect(new Set(messages.map(({ entryId }) => entryId)).size).toBe(messages.length);
    }
  });

  test('say where a conversation was reset, and why', () => {
    const resets = transcripts.flatMap(({ lines }) =>
      lines
        .map((line) => openclawJsonl.parse(line))
        .flatMap(({ kind, boundary, text }) => (kind === 'boundary' && boundary === 'reset' ? [text] : [])),
    );
    expect(new Set(resets)).toEqual(new Set(['new', 'reset', 'idle']));
  });

  test('name every conversation that goes on by its key', () => {
    const keys = new Set(transcripts.flatMap(({ entries }) => entries.map(({ key }) => key)));
    expect(keys).toEqual(new Set(['agent:main:main', 'agent:main:big', 'agent:main:lat', 'agent:main:idle']));
  });
});
