import { spawn } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { errnoOf } from '../platform/errors.ts';
import { readSmallFile, realPath } from '../platform/real-paths.ts';
import type { OpenclawProgram, OpenclawPrograms, ProgramEnd } from '../restore/restoring.ts';
import { readOpenclawConfig } from './openclaw-config.ts';
import { type Environment, openclawHome } from './openclaw-home.ts';

export interface OpenclawProgramOptions {
  readonly env?: Environment;
  readonly homedir?: string;
  readonly platform?: NodeJS.Platform;
  /** `/proc/<pid>/cgroup` of a process, on Linux. */
  readonly groupOf?: (pid: number) => string | undefined;
}

/** A program and what stands in front of our own arguments. */
export interface CommandLine {
  readonly command: string;
  readonly args: readonly string[];
}

const UNIT_LIMIT_BYTES = 256 * 1024;
/** Of a program that says more than anybody reads. */
const OUTPUT_LIMIT_CHARS = 4 * 1024 * 1024;
/** Started from a desktop nobody has the PATH of a terminal. */
const USUAL_PLACES = ['.local/bin', '.npm-global/bin', '.volta/bin', '.bun/bin'];
const USUAL_SYSTEM_PLACES = ['/opt/homebrew/bin', '/usr/local/bin', '/usr/bin'];

/**
 * OpenClaw's own program: the one that somebody named in `CLAWBACK_OPENCLAW`, else the one that the service of this state directory
 * starts, else the first `openclaw` on the PATH. 2026.9.6 names its service `openclaw-gateway[-<profile>].service` (systemd) and
 * `ai.openclaw.gateway` or `ai.openclaw.<profile>` (launchd), and changes its own command line, so that a running one does not tell.
 */
export function createOpenclawPrograms(options: OpenclawProgramOptions = {}): OpenclawPrograms {
  const { env = process.env, homedir: home = homedir(), platform = process.platform, groupOf = groupOnLinux } = options;
  return {
    of(root): OpenclawProgram | undefined {
      const named = env.CLAWBACK_OPENCLAW?.trim();
      const service = serviceOf(root, openclawHome(env, home), platform);
      const line = named ? { command: named, args: [] } : (service?.line ?? onPath(env, home));
      if (line === undefined) return undefined;
      return {
        controls: (pid) => Boolean(named) || (service !== undefined && isRunBy(service, platform, pid && groupOf(pid))),
        run: (args, timeoutMs) => run(line, args, environmentFor(root, env, home, line), timeoutMs),
      };
    },
  };
}

interface Service {
  readonly name: string;
  readonly line: CommandLine | undefined;
}

/** Pure. `ExecStart=` of a systemd unit, up to the words that are the gateway's own. */
export function commandOfUnit(unit: string): CommandLine | undefined {
  const line = /^ExecStart=[-:+!@|]*(.+)$/m.exec(unit)?.[1];
  if (line === undefined) return undefined;
  const words = [...line.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double?.replaceAll(/\\(.)/g, '$1') ?? single ?? bare ?? '',
  );
  return commandBefore(words);
}

/** Pure. `ProgramArguments` of a launchd property list. */
export function commandOfPlist(plist: string): CommandLine | undefined {
  const list = /<key>ProgramArguments<\/key>\s*<array>([\s\S]*?)<\/array>/.exec(plist)?.[1] ?? '';
  const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  const words = [...list.matchAll(/<string>([\s\S]*?)<\/string>/g)].map(([, word = '']) =>
    word.replaceAll(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => entities[name] ?? ''),
  );
  return commandBefore(words);
}

/** What starts a gateway starts every other command too: `node …/openclaw.mjs`, or the program itself. */
function commandBefore(words: readonly string[]): CommandLine | undefined {
  const [command, ...args] = words.slice(0, Math.max(0, words.indexOf('gateway')));
  return command?.startsWith('/') ? { command, args } : undefined;
}

/** A service says which state directory it is for, or means that of its profile. */
function serviceOf(root: string, home: string, platform: NodeJS.Platform): Service | undefined {
  const profile = profileOf(root, home);
  const name =
    platform === 'darwin' ? `ai.openclaw.${profile ?? 'gateway'}.plist` : `openclaw-gateway${profile ? `-${profile}` : ''}.service`;
  const folder = platform === 'darwin' ? join(home, 'Library/LaunchAgents') : join(home, '.config/systemd/user');
  const bytes = readSmallFile(join(folder, name), UNIT_LIMIT_BYTES);
  if (bytes === undefined) return undefined;
  const text = new TextDecoder().decode(bytes);
  const stated = /OPENCLAW_STATE_DIR(?:=|<\/key>\s*<string>)([^"<\n]+)/.exec(text)?.[1]?.trim();
  const isOurs = stated === undefined ? isProfileRoot(root, home, profile) : (realPath(stated) ?? stated) === (realPath(root) ?? root);
  return isOurs ? { name, line: platform === 'darwin' ? commandOfPlist(text) : commandOfUnit(text) } : undefined;
}

function profileOf(root: string, home: string): string | undefined {
  const name = basename(root);
  return dirname(root) === (realPath(home) ?? home) && name.startsWith('.openclaw-') ? name.slice('.openclaw-'.length) : undefined;
}

function isProfileRoot(root: string, home: string, profile: string | undefined): boolean {
  const named = join(home, profile === undefined ? '.openclaw' : `.openclaw-${profile}`);
  return (realPath(named) ?? named) === (realPath(root) ?? root);
}

/** To stop a service that runs another gateway would stop that one. Where no group tells, the service's file has to do. */
function isRunBy({ name }: Service, platform: NodeJS.Platform, group: string | number | undefined): boolean {
  if (platform === 'darwin') return true;
  return typeof group === 'string' && group.includes(`/${name}`);
}

function groupOnLinux(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/cgroup`, 'latin1');
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  }
}

function onPath(env: Environment, home: string): CommandLine | undefined {
  const places = [...(env.PATH ?? '').split(delimiter), ...USUAL_PLACES.map((place) => join(home, place)), ...USUAL_SYSTEM_PLACES];
  const found = places.filter((place) => place.startsWith('/')).map((place) => join(place, 'openclaw'));
  const command = found.find(isProgram);
  return command === undefined ? undefined : { command, args: [] };
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return false;
  }
}

/** For exactly this state directory, and without what an app passes on to Node programs that it starts. */
function environmentFor(root: string, env: Environment, home: string, line: CommandLine): NodeJS.ProcessEnv {
  const { ELECTRON_RUN_AS_NODE: _, NODE_OPTIONS: __, ...rest } = env;
  const profile = profileOf(root, openclawHome(env, home));
  // The program may be a script whose interpreter lies beside it.
  const path = [...new Set([dirname(line.command), ...(env.PATH ?? '').split(delimiter), ...USUAL_SYSTEM_PLACES])].filter(Boolean);
  return {
    ...rest,
    PATH: path.join(delimiter),
    NO_COLOR: '1',
    OPENCLAW_NO_AUTO_UPDATE: '1',
    OPENCLAW_STATE_DIR: root,
    OPENCLAW_CONFIG_PATH: readOpenclawConfig(root, env, home).configPath,
    ...(profile === undefined ? {} : { OPENCLAW_PROFILE: profile }),
  };
}

/** In a group of its own: what ends us, as Ctrl-C in a terminal does, must not end an import in its middle. */
function run(
  { command, args: first }: CommandLine,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  timeoutMs: number,
): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    const child = spawn(command, [...first, ...args], { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'], cwd: homedir() });
    const said = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (piece: string) => {
        if (said[stream].length < OUTPUT_LIMIT_CHARS) said[stream] += piece;
      });
    }
    const timer = setTimeout(() => child.kill('SIGTERM'), timeoutMs);
    const settle = (code: number | null, stderr = said.stderr): void => {
      clearTimeout(timer);
      resolve({ ...said, code: code ?? undefined, stderr });
    };
    child.once('error', (error) => settle(null, errnoOf(error) ?? 'unknown'));
    child.once('close', (code) => settle(code));
  });
}
