import { homedir } from 'node:os';
import { join } from 'node:path';
import JSON5 from 'json5';
import { CoreError } from '../platform/errors.ts';
import { readSmallFile, realPath } from '../platform/real-paths.ts';
import { isObject, type JsonObject } from '../sources/json-value.ts';
import { readOpenclawConfig } from '../sources/openclaw-config.ts';
import { type Environment, expandPath, openclawHome } from '../sources/openclaw-home.ts';
import { withIncludes } from './included-config.ts';
import { PLUGIN_ID } from './plugin-config.ts';

export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** Whether the configuration of one state directory makes its gateway load the recorder. */
export type RecorderSetup =
  | { readonly is: 'installed' }
  | { readonly is: 'absent' }
  /** It is named there, and something keeps it out; or nobody can tell. */
  | { readonly is: 'blocked'; readonly problem: Problem };

/** Where the recorder's parts are in Clawback's own directory. */
export interface RecorderPlaces {
  /** The copy that OpenClaw loads. */
  readonly pluginDir: string;
  readonly spoolDir: string;
  /** What was changed in which configuration, and the file as it was. */
  readonly installsDir: string;
}

export interface ConfigView {
  readonly configPath: string;
  readonly bytes: Uint8Array;
  readonly text: string;
  /** The file alone. */
  readonly parsed: JsonObject;
  /** With everything that it includes. */
  readonly effective: JsonObject;
}

const CONFIG_LIMIT_BYTES = 1024 * 1024;

/** `home`: Clawback's own directory. Without symbolic links, which OpenClaw would resolve before it compares. */
export function recorderPlaces(home: string): RecorderPlaces {
  const real = realPath(home) ?? home;
  return {
    pluginDir: join(real, 'openclaw-recorder'),
    spoolDir: join(real, 'recorder-spool'),
    installsDir: join(real, 'recorder-installs'),
  };
}

/** Throws CoreError `config-missing`, `config-unreadable`. */
export function viewConfig(root: string, env: Environment, userHome: string): ConfigView {
  const { configPath, state } = readOpenclawConfig(root, env, userHome);
  const bytes = readSmallFile(configPath, CONFIG_LIMIT_BYTES);
  if (bytes === undefined || state === 'missing') {
    if (realPath(configPath) !== undefined) throw unreadable(configPath);
    throw new CoreError('config-missing', `OpenClaw has no configuration at ${configPath}`, 'Set OpenClaw up first: `openclaw setup`.');
  }
  const text = textOf(bytes, configPath);
  const parsed = parse(text, configPath);
  const effective = withIncludes(parsed, configPath);
  if (!isObject(effective)) throw unreadable(configPath);
  return { configPath, bytes, text, parsed, effective };
}

/** Never throws for what stands in files. */
export function readRecorderSetup(
  root: string,
  places: RecorderPlaces,
  env: Environment = process.env,
  userHome: string = homedir(),
): RecorderSetup {
  try {
    return setupIn(viewConfig(root, env, userHome).effective, places.pluginDir, openclawHome(env, userHome));
  } catch (error) {
    if (!(error instanceof CoreError)) throw error;
    if (error.code === 'config-missing') return { is: 'absent' };
    return { is: 'blocked', problem: { code: error.code, message: error.message, hint: error.hint } };
  }
}

/** Pure but for symbolic links. */
export function setupIn(effective: JsonObject, pluginDir: string, home: string): RecorderSetup {
  const plugins = objectAt(effective, 'plugins');
  const paths = listAt(objectAt(plugins, 'load'), 'paths').filter((path) => typeof path === 'string');
  if (!paths.some((path) => isSamePath(expandPath(path, home), pluginDir))) return { is: 'absent' };
  const problem = obstacleIn(effective) ?? (isEnabled(plugins) ? undefined : switchedOff());
  if (problem !== undefined) return { is: 'blocked', problem };
  if (isListed(plugins, 'allow') || listAt(plugins, 'allow').length === 0) return { is: 'installed' };
  return { is: 'blocked', problem: notAllowed() };
}

/** What an edit of ours must not touch: a decision of the person's. */
export function obstacleIn(effective: JsonObject): Problem | undefined {
  const plugins = objectAt(effective, 'plugins');
  if (plugins?.enabled === false) {
    return {
      code: 'plugins-disabled',
      message: 'OpenClaw loads no plugins at all: `plugins.enabled` is false in its configuration',
      hint: 'Set it to true yourself if you want plugins, then try again.',
    };
  }
  if (isListed(plugins, 'deny')) {
    return {
      code: 'plugin-denied',
      message: `\`plugins.deny\` of OpenClaw's configuration names ${PLUGIN_ID}`,
      hint: 'Take it off that list yourself, then try again.',
    };
  }
  return undefined;
}

/** An allow list that is not empty keeps out what it does not name; an empty one keeps out nothing. */
export function lacksAllowance(effective: JsonObject): boolean {
  const plugins = objectAt(effective, 'plugins');
  return listAt(plugins, 'allow').length > 0 && !isListed(plugins, 'allow');
}

function isEnabled(plugins: JsonObject | undefined): boolean {
  return objectAt(objectAt(plugins, 'entries'), PLUGIN_ID)?.enabled === true;
}

function isListed(plugins: JsonObject | undefined, list: 'allow' | 'deny'): boolean {
  return listAt(plugins, list).includes(PLUGIN_ID);
}

function switchedOff(): Problem {
  return {
    code: 'plugin-disabled',
    message: `\`plugins.entries\` of OpenClaw's configuration does not enable ${PLUGIN_ID}`,
    hint: 'Run `clawback recorder install` again.',
  };
}

function notAllowed(): Problem {
  return {
    code: 'plugin-not-allowed',
    message: `\`plugins.allow\` of OpenClaw's configuration does not name ${PLUGIN_ID}`,
    hint: 'Run `clawback recorder install` again.',
  };
}

function isSamePath(one: string | undefined, other: string): boolean {
  return one !== undefined && (one === other || realPath(one) === (realPath(other) ?? other));
}

function textOf(bytes: Uint8Array, configPath: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw unreadable(configPath);
  }
}

function parse(text: string, configPath: string): JsonObject {
  try {
    const config: unknown = JSON5.parse(text);
    if (isObject(config)) return config;
  } catch (error) {
    // The parser's message would quote the file, which may hold tokens.
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw unreadable(configPath);
}

function unreadable(configPath: string): CoreError {
  return new CoreError('config-unreadable', `OpenClaw's configuration cannot be read: ${configPath}`, 'Put it right, then try again.');
}

function objectAt(value: JsonObject | undefined, key: string): JsonObject | undefined {
  const inner = value?.[key];
  return isObject(inner) ? inner : undefined;
}

function listAt(value: JsonObject | undefined, key: string): readonly unknown[] {
  const inner = value?.[key];
  return Array.isArray(inner) ? inner : [];
}
