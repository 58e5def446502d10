import { expect, it } from 'vitest';
import { languageOf } from '../../../main/wording/language.ts';

it.each([
  [['zh-CN'], 'zh'],
  [['zh-Hans-CN', 'en-CN'], 'zh'],
  [['zh-SG'], 'zh'],
  [['zh'], 'zh'],
  [['zh-Hans-HK'], 'zh'],
  [['zh-TW', 'zh-Hant-HK'], 'en'],
  [['zh-TW', 'zh-CN'], 'zh'],
  [['en-GB', 'zh-CN'], 'en'],
  [['de-DE', 'zh-CN', 'en-US'], 'zh'],
  [['de-DE'], 'en'],
  [['C', 'zh_CN.UTF-8'], 'en'],
  [[], 'en'],
])('a computer that speaks %j gets %s', (preferred, language) => {
  expect(languageOf('system', preferred)).toBe(language);
});

it('a choice of the person wins over the computer', () => {
  expect(languageOf('en', ['zh-CN'])).toBe('en');
  expect(languageOf('zh', ['en-US'])).toBe('zh');
});
