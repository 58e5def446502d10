import fc from 'fast-check';
import JSON5 from 'json5';
import { describe, expect, it } from 'vitest';
import { withoutPlugin, withPlugin } from '../../../main/core/recorder-plugin/plugin-config.ts';

const DIR = '/home/user/clawback/openclaw-recorder';
const ID = 'clawback-recorder';

function installed(text: string, addToAllowList = false): string {
  const edited = withPlugin(text, DIR, addToAllowList);
  if (edited === undefined) throw new Error('refused');
  return edited.text;
}

function roundTrip(text: string): string {
  const edited = withPlugin(text, DIR, false);
  if (edited === undefined) throw new Error('refused');
  return withoutPlugin(edited.text, DIR, edited.trace);
}

describe('installing into a configuration', () => {
  it('adds lines of its own where the others are, and nothing else', () => {
    const text = "// mine\n{\n  gateway: { port: 18990 }, // note\n  'agents': {},\n}\n";
    expect(installed(text).split('\n')).toEqual([
      '// mine',
      '{',
      '  gateway: { port: 18990 }, // note',
      "  'agents': {},",
      '  "plugins": {',
      '    "load": {',
      '      "paths": [',
      `        "${DIR}"`,
      '      ]',
      '    },',
      '    "entries": {',
      `      "${ID}": {`,
      '        "enabled": true',
      '      }',
      '    }',
      '  },',
      '}',
      '',
    ]);
  });

  it('puts a comma behind the last member and leaves the comment behind it where it is', () => {
    const text = '{\n  "plugins": {\n    "load": { "paths": [] },\n    "entries": {} // none yet\n  }\n}';
    expect(installed(text)).toBe(
      `{\n  "plugins": {\n    "load": { "paths": ["${DIR}"] },\n    "entries": {"${ID}": { "enabled": true }} // none yet\n  }\n}`,
    );
  });

  it('writes into one line where the file is one line', () => {
    expect(installed('{"a":1}')).toBe(
      `{"a":1, "plugins": { "load": { "paths": ["${DIR}"] }, "entries": { "${ID}": { "enabled": true } } }}`,
    );
  });

  it('keeps Windows line ends and a byte order mark', () => {
    const text = '\ufeff{\r\n\t"a": 1\r\n}\r\n';
    const now = installed(text);
    expect(now.startsWith('\ufeff{\r\n\t"a": 1,\r\n\t"plugins": {\r\n\t\t"load"')).toBe(true);
    expect(now.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  });

  it('changes the one that JSON5 reads when a key stands twice', () => {
    expect(JSON5.parse(installed('{ plugins: { entries: 5 }, plugins: { enabled: true } }'))).toMatchObject({
      plugins: { enabled: true, load: { paths: [DIR] }, entries: { [ID]: { enabled: true } } },
    });
  });

  it('switches on an entry that is off, and the removal switches it off again', () => {
    const text = `{ plugins: { load: { paths: ['${DIR}'] }, entries: { '${ID}': { enabled: false, config: {} } } } }`;
    expect(JSON5.parse(installed(text)).plugins.entries[ID]).toEqual({ enabled: true, config: {} });
    expect(JSON5.parse(roundTrip(text)).plugins.entries[ID]).toEqual({ enabled: false, config: {} });
  });

  it('begins no allow list, and goes on with one', () => {
    expect(JSON5.parse(installed('{ plugins: {} }')).plugins).not.toHaveProperty('allow');
    expect(JSON5.parse(installed("{ plugins: { allow: ['other'] } }", true)).plugins.allow).toEqual(['other', ID]);
  });

  it.each([
    ['a list that is none', '{ plugins: { load: { paths: "/a" } } }'],
    ['an object that is none', '{ plugins: { entries: [] } }'],
    ['plugins that are none', '{ plugins: null }'],
    ['a file that is a list', '[]'],
  ])('refuses %s', (_, text) => {
    expect(withPlugin(text, DIR, false)).toBeUndefined();
  });
});

describe('removing from a configuration', () => {
  it('leaves what came since', () => {
    const text = '{\n  "a": 1\n}';
    const edited = withPlugin(text, DIR, false);
    const since = (edited?.text ?? '').replace('"entries": {', '"entries": {\n      "theirs": { "enabled": true },');
    expect(JSON5.parse(withoutPlugin(since, DIR, edited?.trace))).toEqual({ a: 1, plugins: { entries: { theirs: { enabled: true } } } });
  });

  it('takes out what a person put in by hand, and keeps the containers', () => {
    const text = `{ plugins: { load: { paths: ['/a', '${DIR}', '/b'] }, entries: { "${ID}": { enabled: true }, x: {} } } }`;
    expect(withoutPlugin(text, DIR, undefined)).toBe("{ plugins: { load: { paths: ['/a', '/b'] }, entries: { x: {} } } }");
  });

  it('never leaves an allow list empty, which would let in everything', () => {
    const text = `{ plugins: { allow: ['${ID}'] } }`;
    expect(withoutPlugin(text, DIR, undefined)).toBe(text);
  });
});

/** Texts that mean something to JSON5, written in every way that people write them. */
const blank = fc.constantFrom(
  '',
  ' ',
  '\n',
  '\n  ',
  '\r\n\t',
  ' // a } comment, with "quotes"\n',
  '/* block ] */',
  '\u00a0',
  '\n\n    // x\n  ',
);
const scalar = fc.constantFrom(
  '1',
  '-0x1F',
  '+.5',
  'true',
  'null',
  'Infinity',
  '"a\\"b"',
  "'it\\'s // no'",
  '"/* no */"',
  "'}'",
  '"line\\\nnext"',
);
const keyName = fc.constantFrom('a', 'b', 'gateway', 'auth', '$x', 'allow');
const written = (name: string) => fc.constantFrom(name, `'${name}'`, JSON.stringify(name));

function join(open: string, close: string, parts: readonly (readonly [string, string, string])[], comma: boolean, inner: string): string {
  const items = parts.map(([before, item, after]) => `${before}${item}${after}`);
  const trailing = comma && items.length > 0 ? ',' : '';
  return `${open}${items.join(',')}${trailing}${inner}${close}`;
}

const { value } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc
      .tuple(fc.array(fc.tuple(blank, tie('value'), blank), { maxLength: 3 }), fc.boolean(), blank)
      .map(([parts, comma, inner]) => join('[', ']', parts, comma, inner)),
    object(fc.array(fc.tuple(keyName, tie('value')), { maxLength: 3 })),
  ),
}));

function object(members: fc.Arbitrary<[string, string][]>): fc.Arbitrary<string> {
  return members
    .chain((pairs) =>
      fc.tuple(
        fc.tuple(...pairs.map(([key, inner]) => fc.tuple(blank, written(key), blank, blank, fc.constant(inner), blank))),
        fc.boolean(),
        blank,
      ),
    )
    .map(([parts, comma, inner]) =>
      join(
        '{',
        '}',
        parts.map(([before, key, beforeColon, afterColon, inside, after]) => [
          before,
          `${key}${beforeColon}:${afterColon}${inside}`,
          after,
        ]),
        comma,
        inner,
      ),
    );
}

const paths = fc.constantFrom('[]', "[ '/a' ]", '["/a",\n"/b", // c\n]', '[\n  "/a"\n]');
const pluginsObject = fc
  .tuple(fc.option(paths), fc.option(fc.constantFrom('{}', '{ x: {enabled: false} }', '{\n}')), fc.option(value))
  .chain(([list, entries, other]) => {
    const members: [string, string][] = [];
    if (list !== null) members.push(['load', `{ paths: ${list} }`]);
    if (entries !== null) members.push(['entries', entries]);
    if (other !== null) members.push(['slots', other]);
    return object(fc.constant(members));
  });
const config = fc
  .tuple(fc.array(fc.tuple(keyName, value), { maxLength: 4 }), fc.option(pluginsObject), blank, blank)
  .chain(([members, plugins, before, after]) =>
    object(fc.constant<[string, string][]>(plugins === null ? members : [...members, ['plugins', plugins]])).map(
      (text) => `${before}${text}${after}`,
    ),
  );

describe('any configuration', () => {
  it('means the same with the plugin in it, and is the same to the byte when it is out again', () => {
    fc.assert(
      fc.property(config, (text) => {
        const before = JSON5.parse(text);
        const edited = withPlugin(text, DIR, false);
        if (edited === undefined) throw new Error('refused');
        const had = before.plugins ?? {};
        expect(JSON5.parse(edited.text)).toEqual({
          ...before,
          plugins: {
            ...had,
            load: { paths: [...(had.load?.paths ?? []), DIR] },
            entries: { ...had.entries, [ID]: { enabled: true } },
          },
        });
        expect(withoutPlugin(edited.text, DIR, edited.trace)).toBe(text);
      }),
      { numRuns: 200 },
    );
  });
});
