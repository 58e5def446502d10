import type { Language } from '../language.ts';
import { dialogs, menu, notifications, tagline, tray, windows } from './app.ts';
import { conversation, forgetting } from './conversation.ts';
import { incidents } from './incidents.ts';
import { preferences } from './preferences.ts';
import { problems } from './problems.ts';
import { prompt } from './prompt.ts';
import { count, format } from './quantities.ts';
import { readable } from './readable.ts';
import { noOpenClaw, recovery } from './recovery.ts';
import { planChanges, recoverSheet, sheet } from './restore.ts';
import { health, source, states, status, witnesses } from './status.ts';
import { unsaved } from './unsaved.ts';

/** Every text in English. Its shape is what a catalogue is, see catalogue.ts. */
export const en = {
  language: 'en' as Language,
  format,
  count,
  tagline,
  status,
  states,
  health,
  source,
  witnesses,
  incidents,
  unsaved,
  planChanges,
  recoverSheet,
  sheet,
  recovery,
  conversation,
  forgetting,
  noOpenClaw,
  readable,
  prompt,
  preferences,
  tray,
  menu,
  notifications,
  windows,
  dialogs,
  problems,
};
