import {
  appendFileSync,
  copyFileSync,
  linkSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CaptureRig, kindsOf } from '../../support/capture-rig.ts';
import { bytesOf } from '../../support/captured.ts';

const ID = '3f0c1d5e-1111-4222-8333-444455556666';
const LIVE = `${ID}.jsonl`;
const RESET = `${LIVE}.reset.2026-11-22T11-00-37.934Z`;
const OTHER = 'other.jsonl';

/** Contents of all generations of a name, oldest first. */
function held(rig: CaptureRig, name = LIVE): readonly string[] {
  return rig.captured.named(name).map((generation) => bytesOf(generation).toString());
}

/** A rig that has captured `content` under the live name. */
function started(content = 'one\n', name = LIVE): CaptureRig {
  const rig = new CaptureRig();
  writeFileSync(rig.path(name), content);
  rig.sweep();
  return rig;
}

/** As editors and OpenClaw save: never a moment without the file. */
function save(rig: CaptureRig, content: string, name = LIVE): void {
  writeFileSync(rig.path('save.tmp'), content);
  renameSync(rig.path('save.tmp'), rig.path(name));
}

describe('a file that grows', () => {
  test('is imported, then followed', () => {
    using rig = started();
    appendFileSync(rig.path(LIVE), 'two\nhal');
    expect(kindsOf(rig.poll())).toEqual(['appended']);
    appendFileSync(rig.path(LIVE), 'f\n');
    rig.poll();
    expect(held(rig)).toEqual(['one\ntwo\nhalf\n']);
    expect(rig.tailer.listing).toMatchObject({ state: 'ok', transcripts: new Map([[ID, 13]]) });
    expect(rig.tailer.lagBytes).toBe(0);
  });

  test('opens a generation while it is still empty', () => {
    using rig = started('');
    expect(held(rig)).toEqual(['']);
    appendFileSync(rig.path(LIVE), 'one\n');
    expect(kindsOf(rig.poll())).toEqual(['appended']);
  });

  test('is told apart from one whose time stamp alone moved', () => {
    using rig = started();
    utimesSync(rig.path(LIVE), 1_800_000_000, 1_800_000_000);
    expect(rig.poll()).toEqual([]);
    expect(rig.sweep()).toEqual([]);
  });

  test('carries the full facts of its name', () => {
    const name = `${ID}-topic-7.jsonl`;
    using rig = started('x', name);
    expect(rig.captured.named(name)[0]?.start).toMatchObject({
      kind: 'transcript',
      name,
      nativeId: `${ID}-topic-7`,
      sessionId: ID,
      path: rig.path(name),
      directory: rig.directory,
    });
  });

  test('is not noticed by a poll when it is cold, but by a hint', () => {
    using rig = started();
    rig.clock.advance(11 * 60_000);
    rig.sweep();
    appendFileSync(rig.path(LIVE), 'two\n');
    expect(rig.poll()).toEqual([]);
    rig.tailer.hint(LIVE);
    expect(kindsOf(rig.poll())).toEqual(['appended']);
  });

  test('is not noticed by a poll when it is cold, but by a sweep', () => {
    using rig = started();
    rig.clock.advance(11 * 60_000);
    appendFileSync(rig.path(LIVE), 'two\n');
    expect(kindsOf(rig.sweep())).toEqual(['appended']);
  });

  test('is followed while its lock is there, however long the turn takes', () => {
    using rig = started();
    writeFileSync(rig.path(`${LIVE}.lock`), '{}');
    rig.poll();
    rig.clock.advance(30 * 60_000);
    rig.poll();
    appendFileSync(rig.path(LIVE), 'two\n');
    expect(kindsOf(rig.poll())).toEqual(['appended']);
    expect(rig.tailer.listing.locks).toEqual([{ name: `${LIVE}.lock`, of: LIVE }]);
  });
});

describe('a rename', () => {
  test('by a reset archives the generation with what was written before it', () => {
    using rig = started();
    appendFileSync(rig.path(LIVE), 'two\n');
    renameSync(rig.path(LIVE), rig.path(RESET));
    writeFileSync(rig.path(LIVE), 'other\n');
    const changes = rig.poll();
    expect(kindsOf(changes)).toEqual(['archived reset', 'appended', 'opened', 'appended']);
    expect(changes[0]).toMatchObject({ path: rig.path(RESET), archived: { because: 'reset', at: Date.UTC(2026, 10, 22, 11, 0, 37, 934) } });
    expect(held(rig)).toEqual(['one\ntwo\n', 'other\n']);
  });

  test('is followed by what the running turn still writes into the renamed file', () => {
    using rig = started();
    renameSync(rig.path(LIVE), rig.path(RESET));
    rig.poll();
    appendFileSync(rig.path(RESET), 'late\n');
    expect(kindsOf(rig.poll())).toEqual(['appended']);
    expect(held(rig)).toEqual(['one\nlate\n']);
  });

  test('is recognised after a restart', () => {
    using rig = started();
    renameSync(rig.path(LIVE), rig.path(RESET));
    rig.restart();
    expect(kindsOf(rig.sweep())).toEqual(['archived reset']);
  });

  test('of an archive back to its live name makes it live again', () => {
    using rig = started();
    renameSync(rig.path(LIVE), rig.path(RESET));
    rig.poll();
    renameSync(rig.path(RESET), rig.path(LIVE));
    expect(kindsOf(rig.poll())).toEqual(['moved']);
    appendFileSync(rig.path(LIVE), 'two\n');
    rig.poll();
    expect(held(rig)).toEqual(['one\ntwo\n']);
  });

  test('over a file that nobody looked at closes that one as replaced', () => {
    using rig = started();
    writeFileSync(rig.path(OTHER), 'other\n');
    rig.sweep();
    rig.clock.advance(11 * 60_000);
    rig.sweep();
    rig.tailer.hint(LIVE);
    rig.poll();
    renameSync(rig.path(LIVE), rig.path(OTHER));
    expect(kindsOf(rig.poll())).toEqual(['closed replaced', 'moved']);
    expect(rig.captured.named(LIVE)[0]?.path).toBe(rig.path(OTHER));
  });

  test('during our listing is not taken for a deletion', () => {
    using rig = started();
    writeFileSync(rig.path(OTHER), 'other\n');
    rig.fs.during('stat', `/${LIVE}`, () => renameSync(rig.path(LIVE), rig.path(RESET)));
    expect(kindsOf(rig.sweep())).toEqual(['archived reset', 'opened', 'appended']);
  });

  test('that came as copy and unlink is a move as well', () => {
    using rig = started();
    appendFileSync(rig.path(LIVE), 'two\n');
    copyFileSync(rig.path(LIVE), rig.path(RESET));
    rmSync(rig.path(LIVE));
    expect(kindsOf(rig.poll())).toEqual(['appended', 'rebound', 'archived reset']);
    expect(held(rig)).toEqual(['one\ntwo\n']);
  });

  test('of a file that was emptied and begun anew is read at once, also when it came as copy and unlink', () => {
    using rig = started('one\n');
    truncateSync(rig.path(LIVE));
    rmSync(rig.path(LIVE));
    writeFileSync(rig.path(RESET), 'two\n');
    rig.sweep();
    expect(held(rig)).toEqual(['one\n', 'two\n']);
    expect(rig.tailer.lagBytes).toBe(0);
  });

  test('that came as copy and unlink is not believed when the copy holds something else', () => {
    using rig = started();
    writeFileSync(rig.path(RESET), 'other\n');
    rmSync(rig.path(LIVE));
    expect(kindsOf(rig.poll())).toEqual(['closed deleted', 'opened reset', 'appended']);
  });

  test('that came as copy and unlink is carried on once, also when the copy was already waiting to be read', () => {
    // Found by the model test: drained over two rounds, the copy was mirrored a second time.
    using rig = started(`${'x'.repeat(500)}\n`);
    appendFileSync(rig.path(LIVE), `${'y'.repeat(500)}\n`);
    copyFileSync(rig.path(LIVE), rig.path(RESET));
    rmSync(rig.path(LIVE));
    rig.poll(100);
    rig.poll();
    expect(rig.captured.generations.size).toBe(1);
    expect(rig.sweep()).toEqual([]);
  });

  test('that came as link and unlink leaves the bytes under the new name', () => {
    using rig = started();
    linkSync(rig.path(LIVE), rig.path(RESET));
    expect(kindsOf(rig.poll())).toEqual(['opened reset', 'appended']);
    rmSync(rig.path(LIVE));
    expect(kindsOf(rig.poll())).toEqual(['closed deleted']);
    expect(rig.captured.known.map(({ path }) => path)).toEqual([rig.path(RESET)]);
  });
});

describe('what was written and destroyed between two polls is read from the held descriptor', () => {
  test('after an unlink', () => {
    using rig = started();
    appendFileSync(rig.path(LIVE), 'two\n');
    rmSync(rig.path(LIVE));
    expect(kindsOf(rig.poll())).toEqual(['appended', 'closed deleted']);
    expect(rig.fs.openFiles).toBe(0);
  });

  test('after a replacement', () => {
    using rig = started();
    appendFileSync(rig.path(LIVE), 'two\n');
    save(rig, 'other\n');
    expect(kindsOf(rig.poll())).toEqual(['appended', 'closed replaced', 'opened', 'appended']);
    expect(held(rig)).toEqual(['one\ntwo\n', 'other\n']);
  });

  test('after a rewrite that was unlinked', () => {
    using rig = started('one\ntwo\n');
    writeFileSync(rig.path(LIVE), 'ONE\n');
    rmSync(rig.path(LIVE));
    expect(kindsOf(rig.poll())).toEqual(['closed truncated', 'opened', 'appended', 'closed deleted']);
    expect(held(rig)).toEqual(['one\ntwo\n', 'ONE\n']);
  });

  test('over several rounds when the budget is small, and only then the generation is closed', () => {
    using rig = started();
    appendFileSync(rig.path(LIVE), 'abcdef');
    rmSync(rig.path(LIVE));
    expect(kindsOf(rig.poll(4))).toEqual(['appended']);
    expect(kindsOf(rig.poll(4))).toEqual(['appended', 'closed deleted']);
    expect(held(rig)).toEqual(['one\nabcdef']);
  });

  test('but a descriptor that cannot be read does not hide the loss for ever', () => {
    using rig = started();
    appendFileSync(rig.path(LIVE), 'two\n');
    rmSync(rig.path(LIVE));
    rig.fs.fail('read', LIVE, 'EIO');
    const rounds = [1, 2, 3, 4, 5, 6].map(() => kindsOf(rig.poll()));
    expect(rounds).toEqual([[], [], [], [], [], ['closed deleted']]);
  });
});

describe('a rewrite', () => {
  test('that shrinks the file is a truncation, and its rest the next generation', () => {
    using rig = started('one\ntwo\n');
    truncateSync(rig.path(LIVE), 4);
    const changes = rig.poll();
    expect(kindsOf(changes)).toEqual(['closed truncated', 'opened', 'appended']);
    expect(changes[0]).toMatchObject({ sizeAfter: 4 });
    expect(held(rig)).toEqual(['one\ntwo\n', 'one\n']);
  });

  test('of equal length within the same tick of the clock is noticed', () => {
    using rig = started('one\n');
    const { atimeMs, mtimeMs } = statSync(rig.path(LIVE));
    writeFileSync(rig.path(LIVE), 'ONE\n');
    utimesSync(rig.path(LIVE), atimeMs / 1000, mtimeMs / 1000);
    rig.poll();
    expect(held(rig)).toEqual(['one\n', 'ONE\n']);
  });

  test('of equal length is noticed by its time once the file has settled', () => {
    using rig = started('one\n');
    rig.clock.advance(2000);
    rig.poll();
    writeFileSync(rig.path(LIVE), 'ONE\n');
    utimesSync(rig.path(LIVE), 1_800_000_000, 1_800_000_000);
    expect(kindsOf(rig.poll())).toEqual(['closed rewritten', 'opened', 'appended']);
  });

  test('that is longer than before is noticed by its head', () => {
    using rig = started('one\n');
    writeFileSync(rig.path(LIVE), 'ONE\ntwo\n');
    expect(kindsOf(rig.poll())).toEqual(['closed rewritten', 'opened', 'appended']);
  });

  test('behind the first kilobyte is noticed by its tail', () => {
    using rig = started(`${'x'.repeat(5000)}one\n`);
    writeFileSync(rig.path(LIVE), `${'x'.repeat(5000)}ONE\ntwo\n`);
    expect(kindsOf(rig.poll())).toEqual(['closed rewritten', 'opened', 'appended']);
  });

  test('between our proof and our read is never taken for a continuation', () => {
    using rig = started('one\n');
    appendFileSync(rig.path(LIVE), 'two\n');
    rig.fs.during('read', LIVE, () => undefined, 2);
    rig.fs.during('read', LIVE, () => writeFileSync(rig.path(LIVE), 'XXX\nYYY\n'));
    rig.poll();
    rig.poll();
    expect(held(rig)).toEqual(['one\n', 'XXX\nYYY\n']);
  });

  test('of an archive means that the archive as it was is gone', () => {
    using rig = started();
    renameSync(rig.path(LIVE), rig.path(RESET));
    rig.poll();
    writeFileSync(rig.path(RESET), 'ONE\n');
    expect(kindsOf(rig.poll())).toEqual(['archive-gone', 'opened reset', 'appended']);
  });
});

describe('another inode at the name', () => {
  test('with the same bytes is the same generation', () => {
    using rig = started();
    save(rig, 'one\n');
    expect(kindsOf(rig.poll())).toEqual(['rebound']);
    appendFileSync(rig.path(LIVE), 'two\n');
    expect(kindsOf(rig.poll())).toEqual(['appended']);
  });

  test('with the same bytes and more is the same generation, continued', () => {
    using rig = started();
    save(rig, 'one\ntwo\n');
    expect(kindsOf(rig.poll())).toEqual(['rebound', 'appended']);
  });

  test('that is shorter is a replacement', () => {
    using rig = started('one\ntwo\n');
    save(rig, 'one\n');
    expect(kindsOf(rig.poll())).toEqual(['closed replaced', 'opened', 'appended']);
  });

  test('made after an unlink is a replacement even if it has the same inode number', () => {
    using rig = started();
    rmSync(rig.path(LIVE));
    writeFileSync(rig.path(LIVE), 'ONE\nTWO\n');
    expect(kindsOf(rig.poll())).toEqual(['closed replaced', 'opened', 'appended']);
  });
});

test('sidecars are mirrored as bytes of their own', () => {
  const name = `${ID}.trajectory.jsonl`;
  using rig = started('{}\n', name);
  expect(rig.captured.named(name)[0]?.start).toMatchObject({ kind: 'sidecar', nativeId: ID });
  expect(rig.tailer.listing.transcripts.size).toBe(0);
});

test('temporary and foreign files are left alone', () => {
  using rig = new CaptureRig();
  writeFileSync(rig.path('sessions.json.1234.tmp'), '{}');
  writeFileSync(rig.path('notes.txt'), 'mine');
  expect(rig.sweep()).toEqual([]);
  expect(rig.tailer.listing.skipped).toEqual([]);
});

test('a file is captured byte for byte in chunks of at most 256 KiB', () => {
  const content = Buffer.alloc(700_000, 'abcdefghij\n');
  using rig = new CaptureRig();
  writeFileSync(rig.path(LIVE), content);
  expect(kindsOf(rig.sweep())).toEqual(['opened', 'appended', 'appended', 'appended']);
  const [generation] = rig.captured.named(LIVE);
  expect(generation && bytesOf(generation).equals(readFileSync(rig.path(LIVE)))).toBe(true);
});

test('a half-read transcript that is renamed over a side file is mirrored to its end, however little each poll may read', () => {
  using rig = new CaptureRig();
  const side = `${ID}.trajectory.jsonl`;
  writeFileSync(rig.path(side), 'side\n');
  writeFileSync(rig.path(OTHER), `${'long '.repeat(200_000)}\n`);
  rig.poll(300_000);
  const content = readFileSync(rig.path(OTHER));
  renameSync(rig.path(OTHER), rig.path(side));
  rig.poll(100);
  rig.poll();
  const standing = rig.captured.known.filter(({ path }) => path === rig.path(side));
  expect(standing).toHaveLength(1);
  const generation = rig.captured.generations.get(standing[0]?.id ?? 0);
  expect(generation && bytesOf(generation).equals(content)).toBe(true);
  expect(rig.captured.known).toHaveLength(1);
});
