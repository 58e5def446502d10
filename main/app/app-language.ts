import { app } from 'electron';
import type { Settings } from '../ipc/contract.ts';
import { type Messages, messagesIn } from '../wording/catalogue.ts';
import { languageOf } from '../wording/language.ts';

/** The words for these settings, at a computer that speaks as it does at the moment. */
export const wordsFor = ({ language }: Pick<Settings, 'language'>): Messages =>
  messagesIn(languageOf(language, app.getPreferredSystemLanguages()));
