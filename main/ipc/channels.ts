import type { Channel, Events } from './contract.ts';

/** Every channel a window may use, as values: the preload refuses all others. A missing one does not compile. */
export const channels = {
  status: true,
  sessions: true,
  sessionFacets: true,
  session: true,
  messages: true,
  messageText: true,
  search: true,
  incidents: true,
  incident: true,
  dismiss: true,
  restores: true,
  planRestore: true,
  restore: true,
  planRecovery: true,
  recoverAll: true,
  undo: true,
  export: true,
  continuePrompt: true,
  forget: true,
  check: true,
  pause: true,
  resume: true,
  discover: true,
  testGateway: true,
  planRecorder: true,
  applyRecorder: true,
  storage: true,
  planMove: true,
  moveBuffer: true,
  eraseAll: true,
  verify: true,
  rebuildIndex: true,
  selfTest: true,
  'settings.get': true,
  'settings.set': true,
  'app.info': true,
  'dialog.saveFile': true,
  'dialog.addSource': true,
  'dialog.moveBuffer': true,
  'storage.anew': true,
  'conversation.copyPrompt': true,
  'conversation.reveal': true,
  'diagnostics.save': true,
  'folder.reveal': true,
  'window.open': true,
} as const satisfies Record<Channel, true>;

export const eventNames = {
  status: true,
  incident: true,
  resolved: true,
  progress: true,
  'settings.changed': true,
  'language.changed': true,
  'incident.selected': true,
  'conversation.selected': true,
} as const satisfies Record<keyof Events, true>;

export const isChannel = (name: string): name is Channel => Object.hasOwn(channels, name);
export const isEventName = (name: string): name is keyof Events => Object.hasOwn(eventNames, name);

/** Name of an event on Electron's side; a prefix of its own, so that no event can be mistaken for a request. */
export const eventChannel = (name: keyof Events): string => `event:${name}`;
