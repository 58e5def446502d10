import { utcOffsetMinutesAt } from '../core/restore/local-time.ts';
import type { Reader } from '../core/restore/readable.ts';
import { messagesIn } from '../wording/catalogue.ts';
import { type Language, languageTags } from '../wording/language.ts';

/** Whoever reads an export on this computer. */
export function readerIn(language: Language = 'en'): Reader {
  const { readable: words, format } = messagesIn(language);
  return { words, language: languageTags[language], utcOffset: utcOffsetMinutesAt, label: format.label, sentences: format.sentences };
}
