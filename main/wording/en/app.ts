import { count, format, plural } from './quantities.ts';

/** What the app is, in a few words. */
export const tagline = 'A flight recorder for OpenClaw conversations';

/** The menu bar and its menu. */
export const tray = {
  notificationsOff: 'Notifications are not available; look here instead',
  more: (incidents: number) => `${format.number(incidents)} more…`,
  liveHeading: 'Live conversations',
  /** In place of a title that is not to be shown. */
  hiddenTitle: (agent: string) => `Conversation with ${agent}`,
  saved: (elapsedMs: number) => `saved ${format.ago(elapsedMs)}`,
  notSavedYet: (bytes: number) => `${format.bytes(bytes)} not saved yet`,
  recovery: 'Recovery…',
  about: 'About Clawback',
  check: 'Check now',
  pause: 'Pause for an hour',
  resume: 'Resume',
  preferences: 'Preferences…',
  quit: 'Quit Clawback',
  restore: 'Restore…',
  show: 'Show',
  dismiss: 'Dismiss',
  tooltip: (line: string) => `Clawback · ${line}`,
  protected: (conversations: number, saved: string) =>
    `Protected: ${[count.conversations(conversations), saved].filter((part) => part !== '').join(', ')}`,
  incidentsWait: (incidents: number) => `${format.number(incidents)} ${plural(incidents, 'incident needs', 'incidents need')} you`,
  notificationsOffShort: 'notifications unavailable',
};

/** The menu of the application: shown on macOS, keyboard shortcuts elsewhere. */
export const menu = {
  about: 'About Clawback',
  services: 'Services',
  hide: 'Hide Clawback',
  hideOthers: 'Hide Others',
  showAll: 'Show All',
  quit: 'Quit Clawback',
  edit: 'Edit',
  undo: 'Undo',
  redo: 'Redo',
  cut: 'Cut',
  copy: 'Copy',
  paste: 'Paste',
  selectAll: 'Select All',
  window: 'Window',
  minimize: 'Minimize',
  close: 'Close',
};

export const notifications = {
  restore: 'Restore…',
  resetsTitle: (resets: number) => `OpenClaw started ${format.number(resets)} new sessions`,
  resetsBody: 'All were to be expected. Nothing is lost, and nothing has to be done.',
  groupTitle: (incidents: number) => `${format.number(incidents)} ${plural(incidents, 'conversation needs', 'conversations need')} you`,
  /** `messages` of `conversations` among them are only here. */
  groupBody: (messages: number, conversations: number) =>
    `Several things happened at once.${conversations === 0 ? '' : ` ${count.messages(messages)} in ${conversations} of them exist only here, and are safe.`} Open Clawback to see them.`,
};

export const windows = {
  recovery: 'Clawback',
  preferences: 'Clawback Preferences',
};

/** Dialogs of the system. */
export const dialogs = {
  couldNotStart: 'Clawback could not start',
  saveConversation: 'Save the conversation',
  save: 'Save',
  addSource: 'Choose the folder where OpenClaw keeps its data',
  protect: 'Protect',
  moveBuffer: 'Choose an empty folder for the buffer of Clawback',
  choose: 'Choose',
  quitWhileLive: (conversations: number) =>
    conversations === 1 ? 'A conversation is going on' : `${count.conversations(conversations)} are going on`,
  quitWhileLiveBody: (conversations: number) => `Without Clawback ${plural(conversations, 'its', 'their')} messages are not protected.`,
  quit: 'Quit',
  keepProtecting: 'Keep Protecting',
  about: (version: string) => `Clawback ${version}`,
  ok: 'OK',
};
