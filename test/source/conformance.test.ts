import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodeFileSystem } from '../../main/core/platform/node-file-system.ts';
import { parseLine, sources } from '../../main/core/sources/registry.ts';
import type { SourceLayout } from '../../main/core/types.ts';

/** State directories recorded from the real program, by layout. A new source adds its own and runs everything below. */
const fixtures: Readonly<Record<SourceLayout, readonly string[]>> = { 'openclaw-jsonl': ['openclaw-2026.3', 'openclaw-2026.6'] };

const roots = Object.entries(fixtures).flatMap(([layout, names]) => names.map((name) => [layout as SourceLayout, name] as const));
const pathOf = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

function filesOf(layout: SourceLayout, name: string) {
  const source = sources[layout];
  return source
    .directories(pathOf(name), nodeFileSystem)
    .flatMap(({ agent, path }) =>
      readdirSync(path).map((file) => ({ agent, file, artefact: source.classify(file), bytes: readFileSync(join(path, file)) })),
    );
}

function linesOf(bytes: Uint8Array): readonly Uint8Array[] {
  const text = Buffer.from(bytes).toString('latin1').replace(/\n$/, '');
  return text.split('\n').map((line) => Buffer.from(line, 'latin1'));
}

describe.each(roots)('%s reads %s', (layout, name) => {
  const source = sources[layout];
  const files = filesOf(layout, name);
  const transcripts = files.flatMap(({ artefact, bytes }) => (artefact.is === 'transcript' ? [{ artefact, lines: linesOf(bytes) }] : []));

  test('finding its transcripts and an index', () => {
    expect(transcripts.length).toBeGreaterThan(0);
    expect(files.some(({ artefact }) => artefact.is === 'index')).toBe(true);
  });

  test('knowing every file', () => {
    expect(files.filter(({ artefact }) => artefact.is === 'ignored').map(({ file }) => file)).toEqual([]);
  });

  test('giving an archive the name, ids and reason of its conversation', () => {
    for (const { file, artefact } of files) {
      if (!('archived' in artefact) || !artefact.archived) continue;
      const { archived, ...live } = artefact;
      expect(file.startsWith(`${artefact.name}.`)).toBe(true);
      expect(archived.at).toBeGreaterThan(0);
      expect(source.classify(artefact.name)).toEqual(live);
    }
  });

  test('understanding every line of every transcript', () => {
    for (const { lines } of transcripts) {
      for (const line of lines) expect(source.parse(line).kind).not.toBe('opaque');
    }
  });

  test('starting every transcript with the header of its session', () => {
    for (const { artefact, lines } of transcripts) {
      expect(source.parse(lines[0] ?? new Uint8Array())).toMatchObject({ kind: 'header', sessionId: artefact.sessionId });
    }
  });

  test('giving every message an id of its own, words, a role and a time', () => {
    for (const { lines } of transcripts) {
      const messages = lines.map((line) => source.parse(line)).filter(({ kind }) => kind === 'message');
      for (const message of messages) {
        expect(message).toMatchObject({ role: expect.any(String), text: expect.any(String), at: expect.any(Number) });
      }
      const ids = messages.map(({ entryId }) => entryId);
      expect(ids).not.toContain(undefined);
      expect(new Set(ids).size).toBe(messages.length);
    }
  });

  test('showing a person nothing of the envelope', () => {
    const texts = transcripts
      .flatMap(({ lines }) => lines.map((line) => source.parse(line)))
      .flatMap(({ role, text }) => (role === 'user' && text ? [text] : []));
    expect(texts.length).toBeGreaterThan(0);
    for (const text of texts) expect(text).not.toMatch(/untrusted metadata|^System: \[|^\[[A-Z][a-z]{2} \d{4}-/);
  });

  test('the same way each time', () => {
    for (const { lines } of transcripts) for (const line of lines) expect(source.parse(line)).toEqual(parseLine(layout, line));
  });

  test('naming in the index only files that could be there', () => {
    for (const { artefact, bytes } of files) {
      if (artefact.is !== 'index') continue;
      const reading = source.parseIndex(bytes);
      expect(reading.ok).toBe(true);
      for (const entry of reading.ok ? reading.entries.values() : []) {
        expect(entry.key).toBe(entry.key.toLowerCase());
        if (entry.fileName !== undefined)
          expect(source.classify(entry.fileName)).toMatchObject({ is: 'transcript', sessionId: entry.sessionId });
      }
    }
  });

  test('locks with the process that holds them', () => {
    for (const { artefact, bytes } of files) {
      if (artefact.is === 'lock') expect(source.parseLock(bytes)?.pid).toBeGreaterThan(0);
    }
  });

  test('any line that was cut or damaged, without a throw', () => {
    const lines = transcripts.flatMap((transcript) => transcript.lines);
    const damaged = fc
      .tuple(fc.constantFrom(...lines), fc.nat(), fc.nat(255), fc.boolean())
      .map(([line, seed, byte, cut]) => (cut ? line.subarray(0, seed % line.length) : line.with(seed % line.length, byte)));
    fc.assert(
      fc.property(damaged, (line) => {
        expect(source.parse(line).kind).toMatch(/^(header|message|boundary|meta|opaque)$/);
      }),
      { numRuns: 300 },
    );
  });
});

describe.each(Object.values(sources))('$layout is total', (source) => {
  test('over names', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        expect(source.classify(name).is).toMatch(/^(transcript|sidecar|index|lock|ignored)$/);
      }),
    );
  });

  test('over bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
        expect(source.parse(bytes).kind).toMatch(/^(header|message|boundary|meta|opaque)$/);
        expect(typeof source.parseIndex(bytes).ok).toBe('boolean');
        expect(source.parseLock(bytes)?.pid ?? 1).toBeGreaterThan(0);
      }),
    );
  });

  test('over places that are not there', () => {
    expect(source.directories('/nowhere/at/all', nodeFileSystem)).toEqual([]);
  });
});
