import type { Messages } from '../catalogue.ts';
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

/** Every text in Simplified Chinese, as good software for the Mac speaks it: short, calm, with its own terms and punctuation. */
export const zh: Messages = {
  language: 'zh',
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
