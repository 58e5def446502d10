import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ProtectedSource } from '../../../main/core/protected-source.ts';
import { type SourceChoice, SourceSet } from '../../../main/core/source-set.ts';
import { tempDir } from '../../support/temp-dir.ts';

/** A set over directories that a test makes appear; what is opened is only counted. */
function scene(choice: SourceChoice) {
  const directory = tempDir();
  const discovered: string[] = [];
  const open = (): ProtectedSource => ({ directories: [], [Symbol.dispose]: () => undefined }) as unknown as ProtectedSource;
  const set = new SourceSet({ discover: () => discovered, open }, choice);
  return {
    set,
    make: (name: string) => {
      const path = join(directory.path, name);
      mkdirSync(path);
      return path;
    },
    path: (name: string) => join(directory.path, name),
    appear: (root: string) => void discovered.push(root),
    disappear: () => discovered.splice(0),
    [Symbol.dispose]: () => directory[Symbol.dispose](),
  };
}

test('a directory that appears is protected, also while another is switched off', () => {
  using here = scene({ excluded: ['/off'] });
  here.appear('/off');
  here.set.refresh();
  expect(here.set.roots).toEqual([]);
  here.appear('/new');
  here.set.refresh();
  expect(here.set.roots).toEqual(['/new']);
});

test('an added directory is protected beside those that are found', () => {
  using here = scene({});
  here.appear('/found');
  const added = here.make('added');
  here.set.choice = { added: [added] };
  here.set.refresh();
  expect([...here.set.roots].sort()).toEqual([added, '/found'].sort());
});

test('what was found stays protected when discovery does not see it for a moment', () => {
  using here = scene({});
  here.appear('/found');
  here.set.refresh();
  here.disappear();
  expect(here.set.refresh()).toBe(false);
  expect(here.set.roots).toEqual(['/found']);
});

test('a directory that was switched off under the name of a link to it is not protected', () => {
  using here = scene({});
  const real = here.make('real');
  symlinkSync(real, here.path('link'));
  here.set.choice = { roots: [real], excluded: [here.path('link')] };
  here.set.refresh();
  expect(here.set.roots).toEqual([]);
  expect(here.set.missing).toEqual([]);
});
