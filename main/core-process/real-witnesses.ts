import { homedir } from 'node:os';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { createGatewayAdmin } from '../core/gateway/admin.ts';
import { type DeviceIdentity, openDeviceIdentity } from '../core/gateway/device-identity.ts';
import type { GatewayAdmin } from '../core/gateway/gateway.ts';
import type { GatewayOverride } from '../core/gateway/gateway-address.ts';
import { createGatewayStream } from '../core/gateway/gateway-stream.ts';
import { keyBox } from '../core/gateway/key-box.ts';
import { openBox, type SecretBox } from '../core/gateway/secret-box.ts';
import { hasChild } from '../core/platform/child-processes.ts';
import { type Clock, systemClock } from '../core/platform/clock.ts';
import type { Logger } from '../core/platform/logger.ts';
import { copyPlugin, pluginSource } from '../core/recorder-plugin/plugin-files.ts';
import { type RecorderPlaces, readRecorderSetup, recorderPlaces } from '../core/recorder-plugin/setup.ts';
import { readOpenclawConfig } from '../core/sources/openclaw-config.ts';
import { openclawLogPaths } from '../core/sources/openclaw-log.ts';
import { createAcpStore } from '../core/witness/acp-store.ts';
import { createLogWitness } from '../core/witness/log-witness.ts';
import { createRecorderWitness } from '../core/witness/recorder-spool.ts';
import type { OpenWitnesses } from '../core/witnesses.ts';

const CONFIG_EVERY_MS = 10_000;

export interface RealWitnessOptions {
  /** Clawback's own directory. */
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
}

/** What a person set beside OpenClaw's own configuration: another gateway, which may be on another machine, and its token. */
export function gatewayOverride(env: NodeJS.ProcessEnv): GatewayOverride | undefined {
  const { CLAWBACK_GATEWAY_URL: url, CLAWBACK_GATEWAY_TOKEN: token } = env;
  if ((url ?? '') === '' && (token ?? '') === '') return undefined;
  return { ...(url ? { url } : {}), ...(token ? { token } : {}) };
}

/** `CLAWBACK_DEVICE_KEY`: the app's key from the system's safe storage, in hex. A terminal has none. */
function secretBox({ CLAWBACK_DEVICE_KEY: key }: NodeJS.ProcessEnv): SecretBox {
  return key ? keyBox(Buffer.from(key, 'hex')) : openBox;
}

/** For the moment of a restore. The device for it is another one than the one that listens. */
export function realGatewayAdmin({ home, env }: RealWitnessOptions): GatewayAdmin {
  const override = gatewayOverride(env);
  return createGatewayAdmin({
    env,
    clock: systemClock,
    identity: () => openDeviceIdentity(home, { purpose: 'restore', box: secretBox(env) }),
    override: () => override,
    home: env.HOME ?? homedir(),
    version: packageJson.version,
  });
}

/** The witnesses of this machine's OpenClaw: its gateway's stream, our recorder in it, the ACP runner's store, its log. */
export function realWitnesses({ home, env }: RealWitnessOptions): OpenWitnesses {
  const userHome = env.HOME ?? homedir();
  const override = gatewayOverride(env);
  let identity: DeviceIdentity | undefined;
  return ({ root, keys, clock, fs, log, cursor, alive, agentOf, onNews }) => {
    identity ??= openDeviceIdentity(home, { box: secretBox(env), clock, log });
    const places = recorderPlaces(home);
    const setup = () => readRecorderSetup(root, places, env, userHome);
    if (setup().is === 'installed') refreshPlugin(places, env, log);
    const recorder = createRecorderWitness({
      spoolDir: places.spoolDir,
      root,
      cursor: cursor('recorder-plugin'),
      fs,
      clock,
      log,
      processAlive: alive,
      setup,
    });
    const stream = createGatewayStream({
      root,
      env,
      clock,
      log,
      identity,
      keys,
      home: userHome,
      version: packageJson.version,
      onNews,
      ...(override === undefined ? {} : { override }),
    });
    const acp = createAcpStore({
      directory: join(userHome, '.acpx'),
      fs,
      clock,
      keys,
      cursor: cursor('acp-store'),
      agentOf,
      hasChild,
      alive,
      recorder: recorder.feed,
    });
    const logFile = everySoOften(clock, () => readOpenclawConfig(root, env, userHome).logFile);
    const openclawLog = createLogWitness({ fs, clock, root, paths: () => openclawLogPaths(root, logFile(), env, clock.now()) });
    // The recorder first: what it reads is what the witness of ACP conversations hears.
    return [recorder, stream, acp, openclawLog];
  };
}

/** An update of Clawback brings a newer plugin, which the gateway loads when it starts the next time. */
function refreshPlugin(places: RecorderPlaces, env: NodeJS.ProcessEnv, log: Logger): void {
  try {
    copyPlugin(pluginSource(env), places);
  } catch (error) {
    // The older one records as well.
    log.log('warn', 'recorder-not-refreshed', { error: String(error) });
  }
}

/** A configuration is a file that somebody may edit, and rarely does. */
function everySoOften<T>(clock: Clock, read: () => T): () => T {
  let last: { readonly at: number; readonly value: T } | undefined;
  return () => {
    if (last === undefined || clock.monotonic() - last.at >= CONFIG_EVERY_MS) last = { at: clock.monotonic(), value: read() };
    return last.value;
  };
}
