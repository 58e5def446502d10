import { format } from './quantities.ts';

/** The preferences window. */
export const preferences = {
  title: 'Preferences',
  flush: 'Save at least every',
  flushHelp: (intervalMs: number) =>
    `New lines are made safe within ${format.seconds(intervalMs)}. Only what is written and destroyed again within that time can be lost.`,
  notify: 'Tell me about',
  notifyAll: 'Lost and endangered conversations',
  notifyLoss: 'Lost conversations only',
  notifyOff: 'Nothing; show it in the menu',
  notifyUnavailable: 'This system does not show notifications at the moment. The menu tells you instead.',
  start: 'Start',
  openAtLogin: 'Open Clawback at login',
  loginApproval: 'Waiting for your approval in the system settings, under Login Items.',
  loginUnsupported: 'Not available on this system.',
  language: 'Language',
  languageSystem: 'Same as the system',
  sources: 'Protecting',
  noSources: 'No OpenClaw found yet.',
  addSource: 'Add a folder…',
  notProtected: 'not protected',
  witnesses: 'Who else sees these conversations',
  recorderOff: 'not installed. It sees both sides of every conversation, also while Clawback is not running. In a terminal: ',
  setAside: (path: string) => `The settings file could not be read, so these are the defaults. The old one was kept as ${path}.`,
  home: 'Kept in',
};
