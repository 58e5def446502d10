import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Messages } from '../../main/wording/catalogue.ts';
import { en } from '../../main/wording/en/index.ts';

const Words = createContext<Messages>(en);

/** Every text of a window, in the person's language: no component holds a text of its own. */
export const useWords = (): Messages => useContext(Words);
