import { readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { systemClock } from '../../core/platform/clock.ts';
import { CoreError, errnoOf } from '../../core/platform/errors.ts';
import { type RecorderChange, RecorderInstaller, type RecorderPlan } from '../../core/recorder-plugin/installer.ts';
import { readRecorderSetup } from '../../core/recorder-plugin/setup.ts';
import { createGatewayProbe } from '../../core/sources/openclaw-gateway.ts';
import { discoverStateDirs } from '../../core/sources/openclaw-home.ts';
import { en as words } from '../../wording/en/index.ts';
import type { Context } from '../context.ts';
import { paint, printable } from '../output.ts';

export interface RecorderOptions {
  readonly yes?: boolean;
}

type Action = 'install' | 'remove';

/** 2026.3.13 does so 0.6 s after the file changed, once its turns are over; with `gateway.reload.mode: "off"` it does not. */
const RESTART =
  'The gateway must restart. OpenClaw does that by itself within seconds of the change, unless that is switched off: then `openclaw gateway restart`.';

interface Result {
  readonly root: string;
  readonly configPath: string;
  readonly changed: boolean;
  readonly changes: readonly string[];
  /** Until then the gateway goes on as it started. */
  readonly restartNeeded: boolean;
  readonly previous?: string;
}

/** `install`, `remove` and `status` of the recorder plugin, for every OpenClaw that is found or the one that is named. */
export async function recorder(context: Context, action: Action | 'status', options: RecorderOptions): Promise<void> {
  const installer = new RecorderInstaller({ home: context.home, clock: systemClock });
  if (action === 'status') showStatus(context, installer);
  else await change(context, installer, action, options);
}

async function change(context: Context, installer: RecorderInstaller, action: Action, options: RecorderOptions): Promise<void> {
  const plans = planAll(context, installer, action);
  const isNeeded = plans.some(({ changes }) => changes.length > 0);
  if (isNeeded && options.yes !== true && !(await isConfirmed(context, action, plans))) return;
  const results: Result[] = [];
  for (const plan of plans) results.push(await resultOf(plan, installer.apply(plan)));
  context.out.result({ ok: true, action, results }, () => results.map((result) => resultText(action, result)).join('\n'));
}

/** Nothing is changed anywhere when one of them refuses; a state directory without a configuration is no OpenClaw to ask. */
function planAll(context: Context, installer: RecorderInstaller, action: Action): readonly RecorderPlan[] {
  const plan = (root: string) => (action === 'install' ? installer.planInstall(root) : installer.planRemove(root));
  if (context.roots !== undefined) return context.roots.map(plan);
  const roots = rootsOf(context);
  const plans: RecorderPlan[] = [];
  let missing: CoreError | undefined;
  for (const root of roots) {
    try {
      plans.push(plan(root));
    } catch (error) {
      if (!(error instanceof CoreError) || error.code !== 'config-missing') throw error;
      missing ??= error;
    }
  }
  if (plans.length === 0 && missing !== undefined) throw missing;
  return plans;
}

function rootsOf(context: Context): readonly string[] {
  const roots = context.roots ?? discoverStateDirs(process.env, homedir()).map(({ root }) => root);
  if (roots.length === 0) throw new CoreError('not-found', 'no OpenClaw was found on this machine', 'Name its folder with `--state-dir`.');
  return roots;
}

/** Where nobody can answer, the change is shown and refused. */
async function isConfirmed(context: Context, action: Action, plans: readonly RecorderPlan[]): Promise<boolean> {
  if (context.out.json || !process.stdin.isTTY || !process.stdout.isTTY) {
    const error = { code: 'confirmation-needed', message: 'nobody confirmed this change', hint: 'Look at it, then add `--yes`.' };
    const results = plans.map(({ root, configPath, changes }) => ({ root, configPath, changed: false, changes }));
    context.out.result({ ok: false, error, action, results }, () => `${plansText(action, plans)}\n${RESTART}`);
    if (!context.out.json) throw new CoreError(error.code, error.message, error.hint);
    process.exitCode = 1;
    return false;
  }
  context.out.line(`${plansText(action, plans)}\n${RESTART}`);
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await prompt.question('Change it? [y/N] ');
    if (/^y(es)?$/i.test(answer.trim())) return true;
    throw new CoreError('refused', 'nothing was changed', '');
  } finally {
    prompt.close();
  }
}

async function resultOf(plan: RecorderPlan, { changed, previous }: RecorderChange): Promise<Result> {
  const { root, configPath, changes } = plan;
  const restartNeeded = changed && (await createGatewayProbe().state(root)) === 'running';
  return { root, configPath, changed, changes, restartNeeded, ...(previous === undefined ? {} : { previous }) };
}

function plansText(action: Action, plans: readonly RecorderPlan[]): string {
  return plans.map((plan) => planText(action, plan)).join('\n');
}

function planText(action: Action, { configPath, changes }: RecorderPlan): string {
  if (changes.length === 0) return unchangedText(action, configPath);
  return [paint('bold', configPath), ...changes.map(changeText)].join('\n');
}

function changeText(line: string): string {
  const text = `  ${printable(line)}`;
  if (line.startsWith('+')) return paint('green', text);
  return line.startsWith('-') ? paint('red', text) : paint('dim', text);
}

function unchangedText(action: Action, configPath: string): string {
  return `${configPath} ${action === 'install' ? 'has it already' : 'does not have it'}: nothing to change.`;
}

function resultText(action: Action, { configPath, changed, restartNeeded, previous }: Result): string {
  if (!changed) return unchangedText(action, configPath);
  const lines = [
    `${paint('green', action === 'install' ? 'Installed' : 'Removed')} in ${configPath}`,
    `  The file as it was: ${previous}`,
    ...(action === 'install'
      ? ["  Remove it again before you delete Clawback's folder: OpenClaw does not start with a plugin that is gone."]
      : []),
    restartNeeded ? `  ${RESTART}` : `  From its next start on the gateway ${action === 'install' ? 'records' : 'does without it'}.`,
  ];
  return lines.join('\n');
}

function showStatus(context: Context, installer: RecorderInstaller): void {
  const spool = spoolOf(installer.places.spoolDir);
  const results = rootsOf(context).map((root) => {
    const setup = readRecorderSetup(root, installer.places);
    return { root, state: setup.is, problem: setup.is === 'blocked' ? setup.problem : null };
  });
  context.out.result({ ok: true, results, spool }, () =>
    [
      ...results.map(
        ({ root, state, problem }) => `${root}  ${stateText(state)}${problem === null ? '' : `: ${problem.message}\n  ${problem.hint}`}`,
      ),
      spool.lastAt === null
        ? 'Nothing recorded yet.'
        : `Last recorded ${words.format.ago(Date.now() - spool.lastAt)}; ${words.format.bytes(spool.bytes)} in ${spool.directory}`,
    ].join('\n'),
  );
}

function stateText(state: 'installed' | 'absent' | 'blocked'): string {
  if (state === 'installed') return paint('green', 'installed');
  return state === 'absent' ? 'not installed' : paint('yellow', 'kept out');
}

function spoolOf(directory: string): { readonly directory: string; readonly bytes: number; readonly lastAt: number | null } {
  let bytes = 0;
  let lastAt: number | null = null;
  for (const name of namesIn(directory)) {
    const stats = name.endsWith('.jsonl') ? statSync(join(directory, name), { throwIfNoEntry: false }) : undefined;
    if (stats === undefined) continue;
    bytes += stats.size;
    lastAt = Math.max(lastAt ?? 0, Math.round(stats.mtimeMs));
  }
  return { directory, bytes, lastAt };
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    // No gateway has recorded yet.
    if (errnoOf(error) !== 'ENOENT') throw error;
    return [];
  }
}
