import { expect, test } from 'vitest';
import { type Match, type Mirrored, matchListing, type Sighting } from '../../../main/core/capture/listing.ts';

const inode = (ino: bigint) => ({ dev: 1n, ino, birthtimeNs: ino * 100n });

function known(fileName: string, ino: bigint, name = fileName): Mirrored {
  return { fileName, name, identity: inode(ino), isArchived: fileName !== name };
}

function sighting(fileName: string, ino: bigint, name = fileName): Sighting {
  const archived = fileName === name ? {} : { archived: { because: 'reset' as const } };
  return {
    fileName,
    artefact: { is: 'transcript', name, nativeId: name, sessionId: name, ...archived },
    stat: { type: 'file', ...inode(ino), mtimeNs: 0n, ctimeNs: 0n, size: 1, links: 1 },
  };
}

function describeMatches(matches: readonly Match<Mirrored>[]): readonly string[] {
  return matches.map((match) => {
    if (match.is === 'new') return `new ${match.sighting.fileName}`;
    if (match.is === 'hidden') return `hidden ${match.mirrored.fileName}`;
    if (match.is === 'vanished') return `vanished ${match.mirrored.fileName} [${match.copies.map((copy) => copy.fileName)}]`;
    return `${match.is} ${match.mirrored.fileName} ${match.sighting.fileName}`;
  });
}

function match(mirrored: readonly Mirrored[], sightings: readonly Sighting[], hidden: readonly string[] = []): readonly string[] {
  return describeMatches(matchListing(mirrored, sightings, new Set(hidden)));
}

test('inode and name stay together', () => {
  expect(match([known('a', 1n)], [sighting('a', 1n)])).toEqual(['same a a']);
});

test('an inode under another name has moved, and its old name is free for a new file', () => {
  expect(match([known('a', 1n)], [sighting('a', 2n), sighting('a.reset', 1n, 'a')])).toEqual(['moved a a.reset', 'new a']);
});

test('two files that swapped their names have both moved', () => {
  expect(match([known('a', 1n), known('b', 2n)], [sighting('a', 2n), sighting('b', 1n)])).toEqual(['moved a b', 'moved b a']);
});

test('a hard link beside the name is a new file', () => {
  expect(match([known('a', 1n)], [sighting('a.reset', 1n, 'a'), sighting('a', 1n)])).toEqual(['same a a', 'new a.reset']);
});

test('of two new names of an inode its own archive is preferred', () => {
  expect(match([known('a', 1n)], [sighting('b', 1n), sighting('a.reset', 1n, 'a')])).toEqual(['moved a a.reset', 'new b']);
});

test('a reused inode number with another birth time has not moved', () => {
  const reborn = { ...sighting('b', 1n), stat: { ...sighting('b', 1n).stat, birthtimeNs: 7n } };
  expect(match([known('a', 1n)], [reborn])).toEqual(['vanished a []', 'new b']);
});

test('another inode at the name is for the bytes to decide', () => {
  expect(match([known('a', 1n)], [sighting('a', 2n)])).toEqual(['other a a']);
});

test('a generation whose file was renamed over has vanished', () => {
  expect(match([known('a', 1n), known('b', 2n)], [sighting('b', 1n)])).toEqual(['moved a b', 'vanished b []']);
});

test('new archives of its name may be copies of what vanished, archives of others not', () => {
  const sightings = [sighting('a.reset', 5n, 'a'), sighting('b.reset', 6n, 'b')];
  expect(match([known('a', 1n)], sightings)).toEqual(['vanished a [a.reset]', 'new a.reset', 'new b.reset']);
});

test('an archive that vanished is not looked for in other archives', () => {
  expect(match([known('a.reset', 1n, 'a')], [sighting('a.reset2', 5n, 'a')])).toEqual(['vanished a.reset []', 'new a.reset2']);
});

test('nothing follows for a name that cannot be looked at', () => {
  expect(match([known('a', 1n)], [], ['a'])).toEqual(['hidden a']);
});

test('an inode that moved away is found even when its old name cannot be looked at', () => {
  expect(match([known('a', 1n)], [sighting('a.reset', 1n, 'a')], ['a'])).toEqual(['moved a a.reset']);
});
