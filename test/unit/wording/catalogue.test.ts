import { describe, expect, it } from 'vitest';
import { en } from '../../../main/wording/en/index.ts';
import { zh } from '../../../main/wording/zh/index.ts';

/** Tests of their own: quantities.test.ts and problems.test.ts. */
const elsewhere = new Set(['format', 'problems', 'language']);

/** Where a part of the text comes in the language of the text, or one of a few codes. */
const ownArguments: Readonly<Record<string, readonly unknown[]>> = {
  'incidents.notification': ['501', '“502”', '“503”'],
  'incidents.wipePending.summary': ['501', '“502”'],
  'sheet.extent': [501, 'rebuilt'],
};

/** The same argument for both languages: a number of its own for every parameter and every property, which shows in the text. */
function sampleArguments(count: number): readonly unknown[] {
  const numbers = new Map<string, number>();
  const numberOf = (name: string): number => {
    const known = numbers.get(name) ?? 501 + numbers.size;
    numbers.set(name, known);
    return known;
  };
  const sample = (name: string): unknown =>
    new Proxy(Object(numberOf(name)), {
      get: (target, key) => {
        if (key === Symbol.toPrimitive) return (hint: string) => (hint === 'string' ? String(target) : Number(target));
        return typeof key === 'string' ? sample(`${name}.${key}`) : undefined;
      },
    });
  return Array.from({ length: count }, (_, i) => sample(String(i)));
}

function textsOf(catalogue: object): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  const collect = (value: unknown, path: string) => {
    if (typeof value === 'string') texts.set(path, value);
    else if (typeof value === 'function') texts.set(path, value(...(ownArguments[path] ?? sampleArguments(value.length || 4))));
    else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        if (path !== '' || !elsewhere.has(key)) collect(inner, path === '' ? key : `${path}.${key}`);
      }
    }
  };
  collect(catalogue, '');
  return texts;
}

const english = textsOf(en);
const chinese = textsOf(zh);
/** Where it stands, and what it says in both. */
const pairs = [...english].map(([path, text]): [string, string, string] => [path, text, chinese.get(path) ?? '']);

/** Every number that stands in a text, without the commas between thousands. */
const numbersIn = (text: string): readonly string[] =>
  [...new Set(text.replaceAll(/(?<=\d),(?=\d)/g, '').match(/\d+(?:\.\d+)?/g) ?? [])].sort();

/** Names, and what has to be typed as it is. */
const latinByRight =
  /CLAWBACK_GATEWAY_TOKEN|openclaw\.json|(?:gateway|plugins)\.\w+|\b(?:openclaw|clawback)(?: [a-z]+)+|OpenClaw|Clawback|ACP|jsonl|JSON Lines|Markdown|\b[kM]B\b/g;

describe('the catalogues', () => {
  it('hold the same texts', () => {
    expect(english.size).toBeGreaterThan(250);
    expect([...chinese.keys()]).toEqual([...english.keys()]);
  });

  it('put the same numbers, times and names into a text', () => {
    expect(pairs.filter(([, inEnglish, inChinese]) => numbersIn(inEnglish).join() !== numbersIn(inChinese).join())).toEqual([]);
  });

  it('leave nothing unsaid', () => {
    const broken = /undefined|null|NaN|\[object|\s{2}/;
    expect(pairs.filter(([, ...texts]) => texts.some((text) => broken.test(text)))).toEqual([]);
    expect(pairs.filter(([, inEnglish, inChinese]) => (inEnglish === '') !== (inChinese === ''))).toEqual([]);
  });

  it('keep to their own script', () => {
    expect(pairs.filter(([, inEnglish]) => /[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]/.test(inEnglish))).toEqual([]);
    expect(pairs.filter(([, , inChinese]) => /[A-Za-z]{2}/.test(inChinese.replaceAll(latinByRight, '')))).toEqual([]);
  });

  it.each([
    ['half-width signs beside Chinese', /[\u4e00-\u9fff][,;:!?()]|[,;:!?()][\u4e00-\u9fff]/],
    ['Chinese that touches letters or numbers', /[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9][\u4e00-\u9fff]/],
    ['gaps beside full-width signs', / [，。：；？！（）、]|[，。：；？！（）、] /],
    ['dots for an ellipsis, or a stiff address', /\.\.\.|您/],
  ])('have no %s', (_what, pattern) => {
    expect(pairs.filter(([, , inChinese]) => pattern.test(inChinese))).toEqual([]);
  });
});
