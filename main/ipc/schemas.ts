import { z } from 'zod';
import type { ExportFormat, SessionState } from '../core/types.ts';
import type { LanguageSetting } from '../wording/language.ts';
import type { Channel, Requests } from './contract.ts';

/** Refuses anything that a window of ours would not send: wrong types, unknown keys, unbounded sizes. */
const nothing = z.strictObject({});
const row = z.int().nonnegative();
const pageLimit = z.int().min(1).max(200);
const id = z.string().min(1).max(200);
const path = z.string().min(1).max(4096);
const searchText = z.string().max(1000);

const sessionState = z.enum([
  'live',
  'dormant',
  'suspended',
  'reset',
  'superseded',
  'orphaned',
  'lost',
  'restoring',
  'restored',
  'archived',
] as const satisfies readonly SessionState[]);

const sessionFilter = {
  text: searchText.exactOptional(),
  states: z.array(sessionState).max(20).exactOptional(),
  agent: id.exactOptional(),
  onlyHere: z.boolean().exactOptional(),
  nativeIds: z.array(id).max(200).exactOptional(),
  since: z.int().nonnegative().exactOptional(),
  automatic: z.boolean().exactOptional(),
};

const restoreRequest = z.strictObject({
  incidentId: id.exactOptional(),
  sessionRow: row.exactOptional(),
  generation: row.exactOptional(),
  target: z.enum(['new-session', 'same-session', 'file']),
  output: path.exactOptional(),
  mayRestart: z.boolean().exactOptional(),
});

const recoveryRequest = z.strictObject({ incidentId: id, mayRestart: z.boolean().exactOptional() });

/** As the core takes them, which would refuse others only once they are stored. */
const rules = (form: RegExp) => z.array(z.string().trim().min(1).max(500).regex(form)).max(1000);
const names = rules(/^[^*\p{Cc}]+$/u);

const ignoreSchema = z.strictObject({
  agents: names.exactOptional(),
  keys: rules(/^\P{Cc}+$/u).exactOptional(),
  sessions: names.exactOptional(),
});

const retentionSchema = z.strictObject({
  keepDays: z.int().min(1).max(36_500).exactOptional(),
  keepBytes: z.int().min(100_000_000).exactOptional(),
});

export const minFlushIntervalMs = 250;
export const maxFlushIntervalMs = 30_000;

/** Also what `settings.json` must look like; see settings-store.ts. */
export const settingsSchema = z.strictObject({
  flushIntervalMs: z.int().min(minFlushIntervalMs).max(maxFlushIntervalMs),
  notify: z.enum(['all', 'loss-only', 'off']),
  notifyResets: z.boolean(),
  openAtLogin: z.boolean(),
  language: z.enum(['system', 'en', 'zh'] as const satisfies readonly LanguageSetting[]),
  maskTitles: z.boolean(),
  sources: z.array(z.strictObject({ root: path, enabled: z.boolean() })).max(100),
  ignore: ignoreSchema.exactOptional(),
  retention: retentionSchema.exactOptional(),
});

const settingsPatch = z.strictObject({
  flushIntervalMs: settingsSchema.shape.flushIntervalMs.exactOptional(),
  notify: settingsSchema.shape.notify.exactOptional(),
  notifyResets: settingsSchema.shape.notifyResets.exactOptional(),
  openAtLogin: settingsSchema.shape.openAtLogin.exactOptional(),
  language: settingsSchema.shape.language.exactOptional(),
  maskTitles: settingsSchema.shape.maskTitles.exactOptional(),
  sources: settingsSchema.shape.sources.exactOptional(),
  ignore: settingsSchema.shape.ignore,
  retention: settingsSchema.shape.retention,
});

/** One schema per channel; a channel without one, or one that lets through another type, does not compile. */
export const schemas = {
  status: nothing,
  sessions: z.strictObject({ ...sessionFilter, cursor: z.number().exactOptional(), limit: pageLimit }),
  sessionFacets: z.strictObject(sessionFilter),
  session: z.strictObject({ row }),
  messages: z.strictObject({
    sessionRow: row,
    generationId: row.exactOptional(),
    cursor: z.number().exactOptional(),
    limit: pageLimit,
  }),
  messageText: z.strictObject({ generationId: row, start: row }),
  search: z.strictObject({ text: searchText, limit: pageLimit }),
  incidents: z.strictObject({ all: z.boolean(), limit: pageLimit, before: z.number().exactOptional() }),
  incident: z.strictObject({ id }),
  dismiss: z.strictObject({ incidentId: id }),
  restores: nothing,
  planRestore: restoreRequest,
  restore: z.union([z.strictObject({ planId: id }), restoreRequest]),
  planRecovery: recoveryRequest,
  recoverAll: recoveryRequest,
  undo: z.strictObject({ restoreId: id }),
  export: z.strictObject({
    sessionRow: row,
    generationId: row.exactOptional(),
    format: z.enum(['jsonl', 'markdown', 'html'] as const satisfies readonly ExportFormat[]),
    output: path,
    replace: z.literal(true).exactOptional(),
  }),
  continuePrompt: z.strictObject({ sessionRow: row }),
  forget: z.strictObject({ sessionRow: row, alsoSetAside: z.literal(true).exactOptional() }),
  check: nothing,
  pause: z.strictObject({ untilMs: z.int().positive() }),
  resume: nothing,
  discover: nothing,
  testGateway: z.strictObject({ root: path }),
  planRecorder: z.strictObject({ root: path, action: z.enum(['install', 'remove']) }),
  applyRecorder: z.strictObject({ planId: id }),
  storage: nothing,
  planMove: z.strictObject({ folder: path }),
  moveBuffer: z.strictObject({ folder: path }),
  eraseAll: nothing,
  verify: nothing,
  rebuildIndex: nothing,
  selfTest: nothing,
  'settings.get': nothing,
  'settings.set': settingsPatch,
  'app.info': nothing,
  'dialog.saveFile': z.strictObject({ suggestedName: z.string().min(1).max(200) }),
  'dialog.addSource': nothing,
  'dialog.moveBuffer': nothing,
  'storage.anew': nothing,
  'conversation.copyPrompt': z.strictObject({ sessionRow: row }),
  'conversation.reveal': z.strictObject({ sessionRow: row }),
  'diagnostics.save': nothing,
  'folder.reveal': z.strictObject({ folder: z.enum(['buffer', 'logs']) }),
  'window.open': z.strictObject({ window: z.enum(['recovery', 'preferences']), incidentId: id.exactOptional() }),
} as const satisfies { readonly [K in Channel]: z.ZodType<Requests[K]['in']> };
