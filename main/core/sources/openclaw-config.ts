import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import JSON5 from 'json5';
import type { ResetPolicy } from '../detect/detection.ts';
import { readSmallFile, realPath } from '../platform/real-paths.ts';
import { type GatewaySettings, gatewaySettings, readDotEnv } from './gateway-settings.ts';
import { isObject, type JsonObject, stringOf } from './json-value.ts';
import { type Environment, expandPath, isInside, openclawHome } from './openclaw-home.ts';

export interface OpenclawConfig {
  /** The configuration file of this state directory, whether it exists or not. OpenClaw derives the name of its lock from it. */
  readonly configPath: string;
  readonly state: 'read' | 'missing' | 'malformed';
  readonly resetPolicy: ResetPolicy;
  readonly port: number;
  /** Set by the person, so that a listener on it is this gateway; the default port may be another profile's. */
  readonly portIsExplicit: boolean;
  /** How the gateway lets its clients in. */
  readonly gateway: GatewaySettings;
  /** `session.store` as written, e.g. `~/chats/{agentId}/sessions.json`. */
  readonly storePath?: string;
  /** `agentDir` of agents as written, e.g. `~/bots/kimi`. */
  readonly agentDirs: readonly { readonly agent: string; readonly directory: string }[];
  /** `logging.file`, absolute; absent: OpenClaw's own choice. */
  readonly logFile?: string;
}

/** OpenClaw 2026.3.13: `DEFAULT_GATEWAY_PORT`. */
export const DEFAULT_PORT = 18789;
const DEFAULT_RESET_HOUR = 4;
const DEFAULT_IDLE_MINUTES = 60;
const CONFIG_NAMES = ['openclaw.json', 'clawdbot.json', 'moldbot.json', 'moltbot.json'];
/** Real ones have a few KB; a huge file would stall the core's loop in the parser. */
const CONFIG_LIMIT_BYTES = 1024 * 1024;

/** Configuration of one state directory: JSON5, everything optional, nothing trusted. Never throws; what is not understood has its default. */
export function readOpenclawConfig(root: string, env: Environment = process.env, home: string = homedir()): OpenclawConfig {
  const configPath = configPathOf(root, env, home);
  const bytes = readSmallFile(configPath, CONFIG_LIMIT_BYTES);
  const config = bytes && parseConfig(bytes);
  const session = objectAt(config, 'session');
  const storePath = stringOf(session?.store)?.trim();
  const variable = variablesOf(root, config, belongsToRoot(root, env, home) ? env : {});
  return {
    configPath,
    state: bytes === undefined ? 'missing' : config === undefined ? 'malformed' : 'read',
    resetPolicy: resetPolicyOf(session),
    ...portOf(config, variable('OPENCLAW_GATEWAY_PORT')),
    gateway: gatewaySettings(config, variable),
    agentDirs: agentDirsOf(objectAt(config, 'agents')),
    ...(storePath === undefined || storePath === '' ? {} : { storePath }),
    ...logFileOf(config, openclawHome(env, home)),
  };
}

/**
 * The index's path for one agent, absolute. Only inside `root` or `home`: a configuration must not be able to point the
 * recorder at the rest of the disk.
 */
export function storePathFor(storePath: string, agent: string, root: string, home: string): string | undefined {
  const expanded = storePath.replaceAll('{agentId}', () => agent);
  // OpenClaw resolves a relative path against the gateway's working directory, which nobody knows here.
  if (!/^(?:\/|~(?:\/|$))/.test(expanded)) return undefined;
  const path = expandPath(expanded, home);
  return path !== undefined && (isInside(path, home) || isInside(path, root)) ? path : undefined;
}

/** 2026.9 names agents by the keys of `entries`, versions before in a `list`. */
function agentDirsOf(agents: JsonObject | undefined): OpenclawConfig['agentDirs'] {
  const list = Array.isArray(agents?.list) ? agents.list.filter(isObject) : [];
  const named = [...Object.entries(objectAt(agents, 'entries') ?? {}), ...list.map((agent) => [agent.id, agent] as const)];
  return named.flatMap(([id, entry]) => {
    const agent = stringOf(id)?.trim().toLowerCase() ?? '';
    const directory = isObject(entry) ? (stringOf(entry.agentDir)?.trim() ?? '') : '';
    return agent === '' || directory === '' ? [] : [{ agent, directory }];
  });
}

function logFileOf(config: JsonObject | undefined, home: string): Pick<OpenclawConfig, 'logFile'> {
  const logFile = expandPath(stringOf(objectAt(config, 'logging')?.file), home);
  return logFile === undefined ? {} : { logFile };
}

/** What the gateway's environment held when it started, as far as files tell: a variable that was set wins over `.env`, that over `env.vars`. */
function variablesOf(root: string, config: JsonObject | undefined, env: Environment): (name: string) => string | undefined {
  const file = readSmallFile(join(root, '.env'), CONFIG_LIMIT_BYTES);
  const fromFile = file === undefined ? {} : readDotEnv(new TextDecoder().decode(file));
  const section = objectAt(config, 'env');
  const vars = objectAt(section, 'vars') ?? section;
  return (name) => env[name] ?? (Object.hasOwn(fromFile, name) ? fromFile[name] : undefined) ?? stringOf(vars?.[name]);
}

/** `session.reset` (`resolveSessionResetPolicy`). Rules by type and channel are not judged: a key does not tell its type. */
function resetPolicyOf(session: JsonObject | undefined): ResetPolicy {
  const reset = objectAt(session, 'reset');
  const hasReset = reset !== undefined || objectAt(session, 'resetByType') !== undefined;
  const legacyIdleMinutes = session?.idleMinutes;
  const mode = modeOf(reset?.mode) ?? (!hasReset && isFiniteNumber(legacyIdleMinutes) ? 'idle' : 'daily');
  const idle = reset?.idleMinutes ?? legacyIdleMinutes;
  const idleMinutes = isFiniteNumber(idle) ? Math.max(1, Math.floor(idle)) : mode === 'idle' ? DEFAULT_IDLE_MINUTES : undefined;
  const atHour = isFiniteNumber(reset?.atHour) ? Math.min(23, Math.max(0, Math.floor(reset.atHour))) : DEFAULT_RESET_HOUR;
  return { mode, atHour, ...(idleMinutes === undefined ? {} : { idleMinutes }) };
}

/** 2026.3.13 knows daily and idle alone; `off` is taken at its word. */
function modeOf(value: unknown): ResetPolicy['mode'] | undefined {
  return value === 'daily' || value === 'idle' || value === 'off' ? value : undefined;
}

function portOf(config: JsonObject | undefined, fromEnv: string | undefined): Pick<OpenclawConfig, 'port' | 'portIsExplicit'> {
  const explicit = asPort(Number(fromEnv?.trim() || Number.NaN)) ?? asPort(objectAt(config, 'gateway')?.port);
  return { port: explicit ?? DEFAULT_PORT, portIsExplicit: explicit !== undefined };
}

function asPort(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 65_536 ? value : undefined;
}

function configPathOf(root: string, env: Environment, home: string): string {
  const named = expandPath(env.OPENCLAW_CONFIG_PATH, openclawHome(env, home));
  if (named !== undefined && belongsToRoot(root, env, home)) return named;
  const existing = CONFIG_NAMES.map((name) => join(root, name)).find((path) => realPath(path) !== undefined);
  return existing ?? join(root, 'openclaw.json');
}

/** Variables of the environment speak of one gateway: that of the state directory which they select, or the file lies in. */
function belongsToRoot(root: string, env: Environment, home: string): boolean {
  const owner = openclawHome(env, home);
  const selected = expandPath(env.OPENCLAW_STATE_DIR?.trim() || env.CLAWDBOT_STATE_DIR, owner);
  if (selected !== undefined) return samePath(selected, root);
  const configPath = expandPath(env.OPENCLAW_CONFIG_PATH, owner);
  if (configPath !== undefined && samePath(dirname(configPath), root)) return true;
  return basename(root) === '.openclaw' && samePath(join(owner, '.openclaw'), root);
}

function samePath(one: string, other: string): boolean {
  return one === other || (realPath(one) ?? one) === (realPath(other) ?? other);
}

function parseConfig(bytes: Uint8Array): JsonObject | undefined {
  try {
    const config: unknown = JSON5.parse(new TextDecoder().decode(bytes));
    return isObject(config) ? config : undefined;
  } catch {
    // A file that is being edited by hand is an expected sight; the caller reports `malformed`.
    return undefined;
  }
}

function objectAt(value: JsonObject | undefined, key: string): JsonObject | undefined {
  const inner = value?.[key];
  return isObject(inner) ? inner : undefined;
}

function isFiniteNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
