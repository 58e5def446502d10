import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineChanges } from '../../../main/core/recorder-plugin/line-changes.ts';

describe('the lines that change', () => {
  it('are none in the same text', () => {
    expect(lineChanges('a\nb\n', 'a\nb\n')).toEqual([]);
  });

  it('are told with their place, each group apart', () => {
    expect(lineChanges('a\nb\nc\nd\n', 'a\nB\nc\nnew\nd\n')).toEqual(['@@ line 2 @@', '-b', '+B', '@@ line 4 @@', '+new']);
  });

  it('show of a configuration in one line only what changes', () => {
    const before = `{"token":"${'s'.repeat(200)}","a":[1],"z":"${'t'.repeat(200)}"}`;
    const [, gone, come] = lineChanges(before, before.replace('[1]', '[1, 2]'));
    expect([gone, come]).toEqual([expect.stringMatching(/^-….{0,26}…$/), expect.stringContaining('1, 2]')]);
    expect(`${gone}${come}`).not.toMatch(/s{13}|t{13}/);
  });

  it('turn one text into the other', () => {
    const text = fc.array(fc.constantFrom('a', 'b', '', '}'), { maxLength: 30 });
    fc.assert(
      fc.property(text, text, (before, after) => {
        const changes = lineChanges(before.join('\n'), after.join('\n')).filter((line) => !line.startsWith('@@'));
        const count = (lines: readonly string[]) => lines.toSorted().join('\n');
        const gone = changes.filter((line) => line.startsWith('-')).map((line) => line.slice(1));
        const come = changes.filter((line) => line.startsWith('+')).map((line) => line.slice(1));
        const lines = (list: readonly string[]) => (list.length === 0 ? [''] : list);
        expect(count([...lines(before), ...come])).toBe(count([...lines(after), ...gone]));
      }),
    );
  });
});
