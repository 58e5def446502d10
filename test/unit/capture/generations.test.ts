import { appendFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
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

describe('the index', () => {
  const version = (updatedAt: number) => `{"head":"${'h'.repeat(2000)}","updatedAt":${updatedAt},"tail":"${'t'.repeat(200)}"}`;

  test('has a generation for each version, also when only its middle changed', () => {
    using rig = started(version(1), 'sessions.json');
    save(rig, version(2), 'sessions.json');
    expect(kindsOf(rig.poll())).toEqual(['closed replaced', 'opened', 'appended']);
    expect(held(rig, 'sessions.json')).toEqual([version(1), version(2)]);
    expect(rig.tailer.listing.indexPath).toBe(rig.path('sessions.json'));
  });

  test('has none for an identical version, also after a restart', () => {
    using rig = started(version(1), 'sessions.json');
    save(rig, version(1), 'sessions.json');
    expect(kindsOf(rig.poll())).toEqual(['rebound']);
    rig.restart();
    rig.sweep();
    save(rig, version(1), 'sessions.json');
    expect(kindsOf(rig.poll())).toEqual(['rebound']);
  });

  test('is looked at in a poll without a hint, however long it was idle', () => {
    using rig = started(version(1), 'sessions.json');
    rig.clock.advance(60 * 60_000);
    rig.sweep();
    save(rig, version(2), 'sessions.json');
    expect(kindsOf(rig.poll())).toEqual(['closed replaced', 'opened', 'appended']);
  });

  test('that was rotated away is archived', () => {
    using rig = started(version(1), 'sessions.json');
    renameSync(rig.path('sessions.json'), rig.path('sessions.json.bak.1795000000000'));
    save(rig, version(2), 'sessions.json');
    expect(kindsOf(rig.poll())).toEqual(['archived backup', 'opened', 'appended']);
  });
});

describe('archives', () => {
  test('found at the first look are imported as archives', () => {
    using rig = new CaptureRig();
    writeFileSync(rig.path(RESET), 'old\n');
    expect(kindsOf(rig.sweep())).toEqual(['opened reset', 'appended']);
    expect(rig.tailer.listing.transcripts.size).toBe(0);
  });

  test('that are removed are gone, and their bytes are not', () => {
    using rig = new CaptureRig();
    writeFileSync(rig.path(RESET), 'old\n');
    rig.sweep();
    rmSync(rig.path(RESET));
    expect(kindsOf(rig.poll())).toEqual(['archive-gone']);
    expect(held(rig)).toEqual(['old\n']);
  });
});

describe('a restart', () => {
  test('continues where the buffer ends', () => {
    using rig = started();
    rig.restart();
    appendFileSync(rig.path(LIVE), 'two\n');
    expect(kindsOf(rig.sweep())).toEqual(['appended']);
    expect(held(rig)).toEqual(['one\ntwo\n']);
  });

  test('hands out again what was never committed', () => {
    using rig = started();
    appendFileSync(rig.path(LIVE), 'two\n');
    rig.tailer.poll(1000);
    rig.restart();
    expect(kindsOf(rig.sweep())).toEqual(['appended']);
  });

  test('reports what happened meanwhile', () => {
    using rig = started();
    writeFileSync(rig.path(OTHER), 'other\n');
    rig.sweep();
    rmSync(rig.path(LIVE));
    truncateSync(rig.path(OTHER), 2);
    rig.restart();
    expect(kindsOf(rig.sweep())).toEqual(['closed deleted', 'closed truncated', 'opened', 'appended']);
  });
});
