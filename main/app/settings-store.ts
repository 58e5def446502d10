import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { errnoOf } from '../core/platform/errors.ts';
import type { Settings } from '../ipc/contract.ts';
import { settingsSchema } from '../ipc/schemas.ts';

export const defaultSettings: Settings = {
  flushIntervalMs: 1000,
  notify: 'all',
  notifyResets: false,
  openAtLogin: false,
  language: 'system',
  maskTitles: false,
  sources: [],
};

/** Keys of a later version are ignored, keys that an earlier one lacked get their default; a wrong value is damage. */
const fileSchema = z.object({
  flushIntervalMs: settingsSchema.shape.flushIntervalMs.default(defaultSettings.flushIntervalMs),
  notify: settingsSchema.shape.notify.default(defaultSettings.notify),
  notifyResets: settingsSchema.shape.notifyResets.default(defaultSettings.notifyResets),
  openAtLogin: settingsSchema.shape.openAtLogin.default(defaultSettings.openAtLogin),
  language: settingsSchema.shape.language.default(defaultSettings.language),
  maskTitles: settingsSchema.shape.maskTitles.default(defaultSettings.maskTitles),
  sources: settingsSchema.shape.sources.default([]),
  ignore: settingsSchema.shape.ignore,
  retention: settingsSchema.shape.retention,
});

export interface SettingsStore {
  readonly current: Settings;
  /** Where a settings file that could not be understood was moved at start. */
  readonly setAside: string | undefined;
  /** Durable when it returns; throws the system's error and changes nothing when the file cannot be written. */
  update(patch: Partial<Settings>): Settings;
}

/** `<home>/settings.json`, mode 0600. Never throws for a damaged file: it is kept under another name and defaults are used. */
export function openSettings(home: string, now: number = Date.now()): SettingsStore {
  const path = join(home, 'settings.json');
  const loaded = load(path, now);
  let current = loaded.settings;
  return {
    get current() {
      return current;
    },
    setAside: loaded.setAside,
    update(patch) {
      const next: Settings = { ...current, ...patch };
      writeAtomic(path, `${JSON.stringify(next, null, 2)}\n`);
      current = next;
      return next;
    },
  };
}

function load(path: string, now: number): { readonly settings: Settings; readonly setAside: string | undefined } {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return { settings: defaultSettings, setAside: undefined };
    throw error;
  }
  const parsed = fileSchema.safeParse(parseJson(text));
  if (parsed.success) return { settings: parsed.data, setAside: undefined };
  const setAside = path.replace(/\.json$/, `.damaged-${now}.json`);
  renameSync(path, setAside);
  return { settings: defaultSettings, setAside };
}

/** `undefined` for text that is not JSON; the schema refuses it like any other wrong value. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Temporary file, sync, rename, sync of the folder: after a power cut it is the old file or the new one, never half of it. */
function writeAtomic(path: string, text: string): void {
  const directory = dirname(path);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = openSync(temporary, 'w', 0o600);
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  const folder = openSync(directory, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
