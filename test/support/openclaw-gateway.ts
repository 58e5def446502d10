import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { connectGateway, type GatewayClient } from './gateway-client.ts';
import { asOrdinaryUser } from './ordinary-user.ts';

const repository = resolve(import.meta.dirname, '../..');
const compiled = join(repository, 'node_modules/.cache/openclaw-compiled');
export type OpenClawVersion = '2026.3.13' | '2026.6.11' | '2026.9.6';

/** Where `npm test` installs the OpenClaw that the gateway suite runs. */
export function openclawInstall(version: OpenClawVersion): string {
  return join(repository, 'node_modules/.cache', `openclaw-${version}`);
}

const token = 'test-token';
/** The newest one starts its side processes first. */
const startTimeoutMs = 120_000;

export interface GatewayOptions {
  /** Of the scripted model, see scripted-model.ts. */
  readonly modelUrl: string;
  /** Default: the one of the seed incident. */
  readonly version?: OpenClawVersion;
  /** Permissions of files and folders stop it, as they stop everybody but root. */
  readonly ordinaryUser?: boolean;
  /** Merged into the configuration at its top level. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** An existing state directory to run on; default: a new one, removed at the end. Its `openclaw.json` is written here. */
  readonly stateDir?: string;
}

/**
 * A real OpenClaw gateway on a state directory of its own. It has its own HOME, and its own TMPDIR, because it keeps its
 * process lock there (`<tmp>/openclaw-<uid>/gateway.<hash of the configuration's path>.lock`): whoever probes for it needs the same.
 */
export interface OpenClawGateway extends AsyncDisposable {
  readonly stateDir: string;
  /** `<stateDir>/agents/main/sessions`. */
  readonly sessionsDir: string;
  readonly configPath: string;
  /** `ws://127.0.0.1:<port>`, the same after every start. */
  readonly url: string;
  /** Writes the configuration, which the first start does else. */
  configure(): Promise<void>;
  /** HOME and TMPDIR of the gateway. */
  readonly env: Readonly<{ HOME: string; TMPDIR: string }>;
  readonly pid: number | undefined;
  start(): Promise<void>;
  /** SIGTERM, and wait for the exit. */
  stop(): Promise<void>;
  /** SIGKILL, and wait for the exit. */
  kill(): Promise<void>;
  connect(): Promise<GatewayClient>;
  /** The `openclaw` program on this state directory, as a person would type it. */
  run(...args: readonly string[]): Promise<{ readonly exitCode: number | null; readonly output: string }>;
  /** Raw `sessions.json` of an agent, `main` if none is named. */
  index(agent?: string): Record<string, Record<string, unknown>>;
}

/** Prepares and starts a gateway; it listens when this resolves, 5 to 10 s later. */
export async function startGateway(options: GatewayOptions): Promise<OpenClawGateway> {
  const gateway = prepareGateway(options);
  await gateway.start();
  return gateway;
}

/** Prepares a gateway without starting it. */
export function prepareGateway(options: GatewayOptions): OpenClawGateway {
  const base = mkdtempSync(join(realpathSync(tmpdir()), 'clawback-gateway-'));
  const version = options.version ?? '2026.3.13';
  const stateDir = options.stateDir ?? join(base, 'state');
  const sessionsDir = join(stateDir, 'agents/main/sessions');
  const configPath = join(stateDir, 'openclaw.json');
  const env = { HOME: join(base, 'home'), TMPDIR: join(base, 'tmp') };
  for (const directory of [stateDir, env.HOME, env.TMPDIR, join(base, 'workspace')]) mkdirSync(directory, { recursive: true, mode: 0o700 });
  // What OpenClaw compiles of its extensions at every start, for most of a minute, is the same for all gateways.
  mkdirSync(compiled, { recursive: true });
  symlinkSync(compiled, join(env.TMPDIR, 'jiti'));

  let port = 0;
  let child: ChildProcess | undefined;
  const endWith = async (signal: NodeJS.Signals) => {
    const running = child;
    child = undefined;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const exited = new Promise<void>((done) => running.once('exit', () => done()));
    running.kill(signal);
    await exited;
  };

  /** Once: a gateway that starts again listens where it did, on whatever somebody has made of its configuration since. */
  const configure = async () => {
    if (port !== 0) return;
    port = await freePort();
    const config = { ...configuration(version, port, base, options.modelUrl), ...options.config };
    writeFileSync(configPath, JSON.stringify(config, undefined, 2), { mode: 0o600 });
  };

  return {
    stateDir,
    sessionsDir,
    configPath,
    env,
    configure,
    get url() {
      return `ws://127.0.0.1:${port}`;
    },
    get pid() {
      return child?.pid;
    },
    async start() {
      await configure();
      child = await spawnGateway({ version, port, stateDir, env, ordinaryUser: options.ordinaryUser ?? false });
    },
    stop: () => endWith('SIGTERM'),
    kill: () => endWith('SIGKILL'),
    run: (...args) => runProgram({ version, port, stateDir, env, ordinaryUser: options.ordinaryUser ?? false }, args),
    connect: () => connectGateway(`ws://127.0.0.1:${port}`, token),
    index: (agent = 'main') => JSON.parse(readFileSync(join(stateDir, 'agents', agent, 'sessions', 'sessions.json'), 'utf8')),
    async [Symbol.asyncDispose]() {
      await endWith('SIGKILL');
      rmSync(base, { recursive: true, force: true });
    },
  };
}

function configuration(version: OpenClawVersion, port: number, base: string, modelUrl: string): object {
  const isNewest = version === '2026.9.6';
  const model = {
    id: 'mock-1',
    name: 'Mock',
    reasoning: false,
    input: ['text'],
    cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
    contextWindow: 128_000,
    maxTokens: 4096,
  };
  return {
    gateway: {
      mode: 'local',
      port,
      bind: 'loopback',
      auth: { mode: 'token', token },
      ...(isNewest ? {} : { controlUi: { enabled: false } }),
    },
    models: {
      mode: isNewest ? 'replace' : 'merge',
      providers: { mock: { baseUrl: modelUrl, apiKey: 'sk-mock', api: 'openai-completions', models: [model] } },
    },
    agents: {
      defaults: {
        model: { primary: 'mock/mock-1' },
        workspace: join(base, 'workspace'),
        skipBootstrap: true,
        ...(isNewest ? {} : { heartbeat: { every: '0m' } }),
      },
    },
    discovery: { mdns: { mode: 'off' } },
    update: { checkOnStart: false },
    ...(isNewest ? { telemetry: { enabled: false } } : { plugins: { enabled: false } }),
    logging: { file: join(base, 'gateway.log') },
  };
}

function environmentOf(stateDir: string, env: OpenClawGateway['env']): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    TZ: 'UTC',
    ...env,
    OPENCLAW_STATE_DIR: stateDir,
    // Keeps the gateway to itself: no channels, no browser, no announcements, no second process.
    OPENCLAW_SKIP_CHANNELS: '1',
    OPENCLAW_SKIP_CRON: '1',
    OPENCLAW_SKIP_BROWSER_CONTROL_SERVER: '1',
    OPENCLAW_SKIP_CANVAS_HOST: '1',
    OPENCLAW_SKIP_GMAIL_WATCHER: '1',
    OPENCLAW_DISABLE_BONJOUR: '1',
    OPENCLAW_NO_RESPAWN: '1',
    OPENCLAW_NO_AUTO_UPDATE: '1',
    DO_NOT_TRACK: '1',
    NO_COLOR: '1',
  };
}

function programOf(version: OpenClawVersion): string {
  const program = join(openclawInstall(version), 'node_modules/openclaw/openclaw.mjs');
  if (!existsSync(program)) throw new Error(`OpenClaw ${version} is not installed: "node build/openclaw-install.ts" installs it`);
  return program;
}

async function runProgram(
  { version, stateDir, env, ordinaryUser }: GatewayStart,
  args: readonly string[],
): Promise<{ readonly exitCode: number | null; readonly output: string }> {
  const all = [programOf(version), ...args];
  const [command, commandArgs] = ordinaryUser ? asOrdinaryUser(process.execPath, all) : [process.execPath, all];
  const child = spawn(command, commandArgs, { stdio: ['ignore', 'pipe', 'pipe'], cwd: env.HOME, env: environmentOf(stateDir, env) });
  let output = '';
  child.stdout.on('data', (piece) => {
    output += String(piece);
  });
  const exitCode = await new Promise<number | null>((done) => child.once('close', (code) => done(code)));
  return { exitCode, output };
}

interface GatewayStart {
  readonly version: OpenClawVersion;
  readonly port: number;
  readonly stateDir: string;
  readonly env: OpenClawGateway['env'];
  readonly ordinaryUser: boolean;
}

async function spawnGateway({ version, port, stateDir, env, ordinaryUser }: GatewayStart): Promise<ChildProcess> {
  const args = [programOf(version), 'gateway', 'run', '--port', String(port)];
  const [command, commandArgs] = ordinaryUser ? asOrdinaryUser(process.execPath, args) : [process.execPath, args];
  const child = spawn(command, commandArgs, { stdio: ['ignore', 'pipe', 'pipe'], cwd: env.HOME, env: environmentOf(stateDir, env) });
  // A test run that is itself killed by a signal handler or an error must not leave a gateway behind.
  const reap = () => child.kill('SIGKILL');
  process.once('exit', reap);
  child.once('exit', () => process.off('exit', reap));

  let output = '';
  await new Promise<void>((ready, reject) => {
    const timer = setTimeout(() => {
      reap();
      reject(new Error(`the gateway was not ready within ${startTimeoutMs} ms:\n${output}`));
    }, startTimeoutMs);
    const onOutput = (piece: Buffer) => {
      output = (output + piece.toString('utf8')).slice(-8000);
      // 2026.9 accepts connections before it can serve them.
      if (!output.includes(version === '2026.3.13' ? 'listening on ws://' : '[gateway] ready')) return;
      clearTimeout(timer);
      ready();
    };
    child.stdout.on('data', onOutput);
    child.stderr.on('data', onOutput);
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`the gateway ended with code ${code}:\n${output}`));
    });
  });
  return child;
}

function freePort(): Promise<number> {
  return new Promise((done, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (address !== null && typeof address === 'object' ? done(address.port) : reject(new Error('no port'))));
    });
  });
}
