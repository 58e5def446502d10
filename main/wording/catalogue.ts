import { en } from './en/index.ts';
import type { Language } from './language.ts';
import { zh } from './zh/index.ts';

/**
 * Every text that a person sees in the app, in one language; English is the model of the others, so one that lacks a text or has
 * one too many does not compile. A text with a number, a time or a name in it is a function of them: the order of words differs.
 */
export type Messages = typeof en;

const catalogues: Readonly<Record<Language, Messages>> = { en, zh };

export const messagesIn = (language: Language): Messages => catalogues[language];
