import { utcOffsetMinutesAt } from '../core/restore/local-time.ts';
import type { Reader } from '../core/restore/readable.ts';
import { messagesIn } from '../wording/catalogue.ts';
import { type Language, languageTags } from '../wording/language.ts';

/** Whoever reads an export on this computer. */
export function readerIn(language: Language = 'en'): Reader {
  const { readable: words, prompt: promptWords, format } = messagesIn(language);
  const { label, sentences } = format;
  return { words, promptWords, language: languageTags[language], utcOffset: utcOffsetMinutesAt, label, sentences };
}
