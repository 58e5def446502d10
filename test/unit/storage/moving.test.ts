import { cpSync, mkdirSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startAnew } from '../../../main/core/storage/anew.ts';
import { moveBuffer, planMove } from '../../../main/core/storage/moving.ts';
import { bufferFolder, readStorageState } from '../../../main/core/storage/place.ts';
import { acquireWriterLock } from '../../../main/core/store/writer-lock.ts';
import { CrashImages } from './crash-images.ts';
import { LOG, SECRET, Stored } from './stored.ts';

const ASIDE = 'buffer.damaged-2026-01-02T03-04-05.678Z.db';
const deps = { log: LOG, openclaw: [] };

/** Nothing that comes after it happens. */
const killAt = (where: string) => (step: string) => {
  if (step === where) throw new Error('killed');
};

describe('a move of the buffer', () => {
  it('takes the buffer and what was set aside to the other folder, for their owner alone, and leaves nothing behind', async () => {
    using stored = new Stored();
    const to = join(stored.folder, 'elsewhere');
    const progress: number[] = [];
    const receipt = await moveBuffer(stored.home, to, { ...deps, onProgress: (done, total) => progress.push(done / total) });
    expect(receipt).toMatchObject({ folder: to });
    expect(receipt.leftBehind).toBeUndefined();
    expect(progress.at(-1)).toBe(1);
    expect(stored.bufferFiles).toEqual([
      'elsewhere/buffer.damaged-2026-01-02T03-04-05.678Z.db',
      'elsewhere/buffer.db',
      'elsewhere/clawback-buffer.json',
    ]);
    expect(statSync(to).mode & 0o777).toBe(0o700);
    for (const name of ['buffer.db', ASIDE, 'clawback-buffer.json']) expect(statSync(join(to, name)).mode & 0o777).toBe(0o600);
    expect(bufferFolder(stored.home)).toBe(to);
    expect(stored.conversations).toEqual(['kept']);
    stored.opened((journal) => expect(journal.folder).toBe(to));
  });

  it('goes from folder to folder and back home, and takes away what it made', async () => {
    using stored = new Stored();
    const [first, second] = [join(stored.folder, 'first'), join(stored.folder, 'second')];
    mkdirSync(second);
    await moveBuffer(stored.home, first, deps);
    await moveBuffer(stored.home, second, deps);
    expect(stored.namesIn('.')).toEqual(['home', 'second']);
    await moveBuffer(stored.home, stored.home, deps);
    expect(readStorageState(stored.home)).toEqual({ leftBehind: [], erasing: false, forgotten: [] });
    expect(stored.conversations).toEqual(['kept']);
    expect(stored.bufferFiles).toEqual([`home/${ASIDE}`, 'home/buffer.db']);
    expect(stored.namesIn('second')).toEqual([]);
  });

  it('that is killed at any step leaves one buffer, whole, and nothing else', async () => {
    using stored = new Stored();
    const to = join(stored.folder, 'elsewhere');
    const images = new CrashImages(stored.folder, stored.images);
    await moveBuffer(stored.home, to, { ...deps, failpoint: images.failpoint });
    expect(images.steps.slice(0, 3)).toEqual(['noted', 'prepared', `copying ${ASIDE}`]);
    const places = images.steps.map((_, step) => {
      images.putBack(step);
      expect(stored.conversations).toEqual(['kept']);
      const place = bufferFolder(stored.home) === stored.home ? 'home' : 'elsewhere';
      const mark = place === 'home' ? [] : ['elsewhere/clawback-buffer.json'];
      expect(stored.bufferFiles).toEqual([`${place}/${ASIDE}`, `${place}/buffer.db`, ...mark]);
      expect(readStorageState(stored.home).leftBehind).toEqual([]);
      expect(stored.namesIn('.')).toEqual(place === 'home' ? ['home'] : ['elsewhere', 'home']);
      return place;
    });
    const switched = images.steps.indexOf('switched');
    expect(places).toEqual(images.steps.map((_, step) => (step < switched ? 'home' : 'elsewhere')));
  });

  it('into a folder that another home takes at the same moment is refused, and what that one put there stays', async () => {
    using stored = new Stored();
    const to = join(stored.folder, 'elsewhere');
    const files = { 'clawback-buffer.json': '{"id":"another"}', 'buffer.db': 'of another home' };
    const take = (step: string) => {
      if (step !== 'noted') return;
      mkdirSync(to);
      for (const [name, text] of Object.entries(files)) writeFileSync(join(to, name), text);
    };
    await expect(moveBuffer(stored.home, to, { ...deps, failpoint: take })).rejects.toMatchObject({ code: 'target-not-empty' });
    expect(Object.fromEntries(stored.namesIn('elsewhere').map((name) => [name, readFileSync(join(to, name), 'utf8')]))).toEqual(files);
    expect(stored.conversations).toEqual(['kept']);
  });

  it('that is given up leaves everything as it was', async () => {
    using stored = new Stored();
    const before = stored.bufferFiles;
    const ending = new AbortController();
    const given = { ...deps, signal: ending.signal, failpoint: (step: string) => step.startsWith('copied') && ending.abort() };
    await expect(moveBuffer(stored.home, join(stored.folder, 'elsewhere'), given)).rejects.toMatchObject({ code: 'ended' });
    expect(stored.bufferFiles).toEqual(before);
    expect(stored.namesIn('.')).toEqual(['home']);
    expect(stored.conversations).toEqual(['kept']);
  });

  it('that copies something else than it read is refused, and the old buffer stays', async () => {
    using stored = new Stored();
    const to = join(stored.folder, 'elsewhere');
    const failpoint = (step: string) => step === 'copied buffer.db' && writeFileSync(join(to, 'buffer.db'), 'x', { flag: 'r+' });
    await expect(moveBuffer(stored.home, to, { ...deps, failpoint })).rejects.toMatchObject({ code: 'io' });
    expect(stored.namesIn('.')).toEqual(['home']);
    expect(stored.conversations).toEqual(['kept']);
  });

  it.each(['another name', 'a copy'])(
    'home that is killed after the switch leaves the buffer whole, also where the home is started under %s',
    async (how) => {
      using stored = new Stored();
      await moveBuffer(stored.home, join(stored.folder, 'elsewhere'), deps);
      await expect(moveBuffer(stored.home, stored.home, { ...deps, failpoint: killAt('switched') })).rejects.toThrow('killed');
      const other = join(stored.folder, 'other');
      if (how === 'a copy') cpSync(stored.home, other, { recursive: true });
      else symlinkSync(stored.home, other);
      expect(stored.conversationsOf(other)).toEqual(['kept']);
      expect(stored.conversations).toEqual(['kept']);
    },
  );

  it('to a disk that fills up meanwhile is given up and says which disk, and nothing of it stays there', async () => {
    using stored = new Stored();
    const to = join(stored.folder, 'elsewhere');
    const failpoint = (step: string) => {
      if (step === 'copying buffer.db') throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    };
    await expect(moveBuffer(stored.home, to, { ...deps, failpoint })).rejects.toMatchObject({
      code: 'target-full',
      message: expect.stringContaining(to),
    });
    expect(stored.namesIn('.')).toEqual(['home']);
    expect(stored.conversations).toEqual(['kept']);
  });

  it('from a home that cannot be written is refused as that, and changes nothing', async () => {
    using stored = new Stored();
    mkdirSync(join(stored.home, `storage.json.${process.pid}.tmp`));
    await expect(moveBuffer(stored.home, join(stored.folder, 'elsewhere'), deps)).rejects.toMatchObject({ code: 'io' });
    expect(stored.namesIn('.')).toEqual(['home']);
    expect(stored.conversations).toEqual(['kept']);
  });

  it('is refused while another Clawback writes, and where it cannot be', async () => {
    using stored = new Stored();
    const openclaw = join(stored.folder, 'openclaw');
    const full = join(stored.folder, 'full');
    for (const folder of [openclaw, full]) mkdirSync(folder);
    writeFileSync(join(full, 'letter.txt'), '');
    const code = (folder: string) => {
      try {
        return planMove(stored.home, folder, [openclaw]).to;
      } catch (error) {
        return (error as { readonly code: string }).code;
      }
    };
    expect(code(join(openclaw, 'sub'))).toBe('target-in-openclaw');
    expect(code(join(stored.home, 'sub'))).toBe('target-in-buffer');
    expect(code(full)).toBe('target-not-empty');
    expect(code(join(full, 'letter.txt'))).toBe('target-exists');
    expect(code(join(stored.folder, 'no', 'where'))).toBe('not-found');
    expect(code('relative')).toBe('invalid');
    expect(code(stored.home)).toBe('target-same');
    expect(code(join(stored.folder, 'new'))).toBe(join(stored.folder, 'new'));
    expect(stored.namesIn('.')).toEqual(['full', 'home', 'openclaw']);
    using _lock = acquireWriterLock(stored.home);
    await expect(moveBuffer(stored.home, join(stored.folder, 'new'), deps)).rejects.toMatchObject({ code: 'buffer-locked' });
  });
});

describe('a buffer whose disk is not attached', () => {
  it('is not replaced by an empty one until somebody says so, and is used again when it is back', async () => {
    using stored = new Stored();
    await moveBuffer(stored.home, join(stored.folder, 'elsewhere'), deps);
    renameSync(join(stored.folder, 'elsewhere'), join(stored.folder, 'unplugged'));
    expect(() => stored.conversations).toThrow(expect.objectContaining({ code: 'buffer-missing' }));
    // An empty folder under its name, as a mount point is, is not it either.
    mkdirSync(join(stored.folder, 'elsewhere'));
    expect(() => stored.conversations).toThrow(expect.objectContaining({ code: 'buffer-missing' }));
    expect(stored.namesIn('elsewhere')).toEqual([]);
    stored.detach('elsewhere');
    renameSync(join(stored.folder, 'unplugged'), join(stored.folder, 'elsewhere'));
    expect(stored.conversations).toEqual(['kept']);
    expect(() => startAnew(stored.home, LOG)).toThrow(expect.objectContaining({ code: 'refused' }));
  });

  it('keeps the copy that a crash left behind, which is what there is once it is begun anew', async () => {
    using stored = new Stored();
    const elsewhere = join(stored.folder, 'elsewhere');
    await expect(moveBuffer(stored.home, elsewhere, { ...deps, failpoint: killAt('switched') })).rejects.toThrow('killed');
    renameSync(elsewhere, join(stored.folder, 'unplugged'));
    expect(() => stored.conversations).toThrow(expect.objectContaining({ code: 'buffer-missing' }));
    startAnew(stored.home, LOG);
    renameSync(join(stored.folder, 'unplugged'), elsewhere);
    expect(stored.conversations).toEqual(['kept']);
    expect(readFileSync(join(elsewhere, ASIDE), 'utf8')).toContain(SECRET);
  });

  it('is left alone by one that is begun anew', async () => {
    using stored = new Stored();
    const elsewhere = join(stored.folder, 'elsewhere');
    await moveBuffer(stored.home, elsewhere, deps);
    renameSync(elsewhere, join(stored.folder, 'unplugged'));
    expect(startAnew(stored.home, LOG)).toBe(elsewhere);
    renameSync(join(stored.folder, 'unplugged'), elsewhere);
    expect(stored.conversations).toEqual([]);
    expect(readFileSync(join(elsewhere, ASIDE), 'utf8')).toContain(SECRET);
  });

  it('is not guessed when nobody can tell where it is', () => {
    using stored = new Stored();
    writeFileSync(join(stored.home, 'storage.json'), '{"place":');
    expect(() => stored.conversations).toThrow(expect.objectContaining({ code: 'place-unreadable' }));
  });
});
