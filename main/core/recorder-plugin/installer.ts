import { homedir } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import JSON5 from 'json5';
import type { Clock } from '../platform/clock.ts';
import { CoreError } from '../platform/errors.ts';
import { isObject } from '../sources/json-value.ts';
import { type Environment, openclawHome } from '../sources/openclaw-home.ts';
import { replaceConfig } from './config-file.ts';
import { lineChanges } from './line-changes.ts';
import { type InstallTrace, restOfConfig, withoutPlugin, withPlugin } from './plugin-config.ts';
import { copyPlugin, pluginSource } from './plugin-files.ts';
import { Receipts } from './receipts.ts';
import { type ConfigView, lacksAllowance, obstacleIn, type RecorderPlaces, recorderPlaces, setupIn, viewConfig } from './setup.ts';

export interface InstallerDeps {
  /** Clawback's own directory; it is made when it is missing. */
  readonly home: string;
  readonly clock: Clock;
  readonly env?: Environment;
  /** The person's. */
  readonly userHome?: string;
}

/** A change of one configuration, computed without touching anything. */
export interface RecorderPlan {
  readonly action: 'install' | 'remove';
  readonly root: string;
  readonly configPath: string;
  /** Lines that go and come, as `lineChanges` tells them; none: the configuration is as it should be already. */
  readonly changes: readonly string[];
  readonly before: Uint8Array;
  readonly after: Uint8Array;
  readonly trace?: InstallTrace;
}

export interface RecorderChange {
  readonly changed: boolean;
  /** The configuration as it was, in Clawback's own directory. */
  readonly previous?: string;
}

/** Puts the recorder plugin into OpenClaw's configuration and takes it out again; nothing else in the file changes. */
export class RecorderInstaller {
  readonly places: RecorderPlaces;
  readonly #clock: Clock;
  readonly #env: Environment;
  readonly #userHome: string;
  readonly #receipts: Receipts;

  constructor({ home, clock, env = process.env, userHome = homedir() }: InstallerDeps) {
    this.places = recorderPlaces(home);
    this.#clock = clock;
    this.#env = env;
    this.#userHome = userHome;
    this.#receipts = new Receipts(this.places);
  }

  /**
   * Throws CoreError `config-missing`, `config-unreadable`, `config-shape`, and for decisions of the person's that keep
   * plugins out `plugins-disabled`, `plugin-denied`.
   */
  planInstall(root: string): RecorderPlan {
    const view = viewConfig(root, this.#env, this.#userHome);
    const obstacle = obstacleIn(view.effective);
    if (obstacle !== undefined) throw new CoreError(obstacle.code, obstacle.message, obstacle.hint);
    if (setupIn(view.effective, this.places.pluginDir, openclawHome(this.#env, this.#userHome)).is === 'installed') {
      return this.#plan('install', root, view, view.text);
    }
    const edited = withPlugin(view.text, this.places.pluginDir, lacksAllowance(view.effective));
    if (edited === undefined) throw misshapen(view.configPath);
    return { ...this.#plan('install', root, view, edited.text), trace: edited.trace };
  }

  /** Throws CoreError `config-missing`, `config-unreadable`. */
  planRemove(root: string): RecorderPlan {
    const view = viewConfig(root, this.#env, this.#userHome);
    return this.#plan('remove', root, view, withoutPlugin(view.text, this.places.pluginDir, this.#receipts.traceOf(view.configPath)));
  }

  /** Throws CoreError `config-changed` when the file is no longer what the plan was made of, `permission-denied`. */
  apply(plan: RecorderPlan): RecorderChange {
    if (plan.action === 'install') copyPlugin(pluginSource(this.#env), this.places);
    if (plan.changes.length === 0) return { changed: false };
    const previous = this.#receipts.keepPrevious(plan.configPath, plan.before, this.#clock.now());
    if (plan.trace !== undefined) this.#receipts.note(plan.configPath, together(this.#receipts.traceOf(plan.configPath), plan.trace));
    replaceConfig(plan.configPath, plan.before, plan.after);
    if (plan.action === 'remove') this.#receipts.forget(plan.configPath);
    return { changed: true, previous };
  }

  #plan(action: RecorderPlan['action'], root: string, view: ConfigView, text: string): RecorderPlan {
    this.#prove(action, view, text);
    const { configPath, bytes } = view;
    return { action, root, configPath, changes: lineChanges(view.text, text), before: bytes, after: Buffer.from(text) };
  }

  /** An edit of a text could go wrong where nobody thought of; the parser of OpenClaw has the last word. */
  #prove(action: RecorderPlan['action'], view: ConfigView, text: string): void {
    const after: unknown = JSON5.parse(text);
    const { pluginDir } = this.places;
    const isRestSame = isDeepStrictEqual(restOfConfig(after, pluginDir), restOfConfig(view.parsed, pluginDir));
    const { is } = isObject(after) ? setupIn(after, pluginDir, this.#userHome) : { is: undefined };
    // An entry in an included file, or one that the plugin's place in this file does not need, is not ours to judge here.
    const isDone = action === 'remove' ? is === 'absent' : is === 'installed' || text === view.text;
    if (!isRestSame || !isDone) throw misshapen(view.configPath);
  }
}

/** Installed over an earlier install, the removal still takes back the first one too. */
function together(earlier: InstallTrace | undefined, now: InstallTrace): InstallTrace {
  if (earlier === undefined) return now;
  const { enabledWas } = earlier;
  return {
    created: [...earlier.created, ...now.created],
    inAllowList: earlier.inAllowList || now.inAllowList,
    ...(enabledWas === undefined ? {} : { enabledWas }),
  };
}

function misshapen(configPath: string): CoreError {
  return new CoreError(
    'config-shape',
    `the plugins of OpenClaw's configuration are written in a way that is not changed safely: ${configPath}`,
    'Write `plugins`, `plugins.load` and `plugins.entries` as objects and `plugins.load.paths` as a list, then try again.',
  );
}
