/** What a person may choose; `system`: as the rest of the computer speaks. */
export type LanguageSetting = 'system' | Language;

/** `zh` is Simplified Chinese. */
export type Language = 'en' | 'zh';

export const languages: readonly Language[] = ['en', 'zh'];

/** What each language calls itself, in every language. */
export const languageNames: Readonly<Record<Language, string>> = { en: 'English', zh: '简体中文' };

/** For `lang` in a page: it decides how characters that several writings share are drawn. */
export const languageTags: Readonly<Record<Language, string>> = { en: 'en', zh: 'zh-Hans' };

/**
 * The language to speak. `preferred`: the languages of the system as BCP 47 tags, the dearest first. Traditional Chinese is a
 * writing of its own, so whoever prefers it gets the next language that they named.
 */
export function languageOf(setting: LanguageSetting, preferred: readonly string[]): Language {
  if (setting !== 'system') return setting;
  for (const tag of preferred) {
    const locale = localeOf(tag);
    if (locale?.language === 'en') return 'en';
    if (locale?.language === 'zh' && locale.script === 'Hans') return 'zh';
  }
  return 'en';
}

/** With the script that a tag without one means: `zh-CN` and `zh-SG` are Hans, `zh-TW` is Hant. */
function localeOf(tag: string): Intl.Locale | undefined {
  try {
    return new Intl.Locale(tag).maximize();
  } catch (error) {
    // A system whose locale is "C" names no language.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
