import { type ComponentChildren, createContext } from 'preact';
import { useContext, useEffect, useLayoutEffect, useState } from 'preact/hooks';
import { type Messages, messagesIn } from '../../main/wording/catalogue.ts';
import { type Language, languages, languageTags } from '../../main/wording/language.ts';
import { api } from './api.ts';

const Words = createContext<Messages>(messagesIn('en'));

/** Every text of a window, in the person's language: no component holds a text of its own. */
export const useWords = (): Messages => useContext(Words);

interface WordedProps {
  readonly title: (words: Messages) => string;
  readonly children: ComponentChildren;
}

/** A window that speaks the person's language, and another one as soon as they choose it. */
export function Worded({ title, children }: WordedProps) {
  const [language, setLanguage] = useState(() => languageInAddress(location.search));
  useEffect(() => api.subscribe('language.changed', setLanguage), []);
  const words = messagesIn(language);
  useLayoutEffect(() => {
    document.documentElement.lang = languageTags[language];
    document.title = title(words);
  }, [language, words, title]);
  return <Words.Provider value={words}>{children}</Words.Provider>;
}

/** Known before anything is drawn: nobody should see a window in one language for a moment and then in another. */
function languageInAddress(search: string): Language {
  const asked = new URLSearchParams(search).get('lang');
  return languages.find((language) => language === asked) ?? 'en';
}
