import { clawbackHome } from '../../core/clawback-home.ts';
import type { CoreHost } from '../../core/core-host.ts';
import { CoreError } from '../../core/platform/errors.ts';
import { giveWay } from '../../core/platform/priority.ts';
import type { CoreConfig } from '../../core/requests.ts';
import type { CoreStatus, Incident } from '../../core/types.ts';
import { listenForControl } from '../../core-process/control-socket.ts';
import { errorShape } from '../../core-process/rpc-server.ts';
import { openRealCore } from '../../core-process/run-core.ts';
import { stderrLogger } from '../../core-process/stderr-logger.ts';
import { en as words } from '../../wording/en/index.ts';
import { incidentCopy } from '../../wording/incident-copy.ts';
import { isRestorable } from '../../wording/restorable.ts';
import { type Context, coreConfig } from '../context.ts';
import { paint, printable } from '../output.ts';
import { incidentRow, sourceRow, statusRow } from '../rows.ts';

export interface WatchOptions {
  readonly flushInterval: number;
  readonly ignoreAgent?: readonly string[];
  readonly ignoreKey?: readonly string[];
  readonly ignoreSession?: readonly string[];
}

/** The recorder in the foreground until SIGINT or SIGTERM. */
export async function watch(context: Context, options: WatchOptions): Promise<void> {
  const log = stderrLogger(context.out.json ? 'warn' : 'error');
  const openedAt = Date.now();
  giveWay(log);
  const core = await openRealCore({
    home: context.home,
    config: { ...coreConfig(context, options.flushInterval), ...ignoring(options) },
    log,
    env: process.env,
  });
  let control: AsyncDisposable | undefined;
  try {
    control = await listenForControl(core, context.home, log);
    const sources = core.status.sources;
    if (sources.length === 0) await sayNothingFound(context);
    const lost = new Promise<never>((_resolve, reject) => {
      core.onLost = reject;
    });
    const ended = Promise.race([untilSignal(), lost]);
    const telling = context.out.json ? tellJson(core, context) : tellPeople(core, context);
    // A buffer that had to be set aside is noted while it is opened, before anybody listened.
    for (const incident of await core.handlers.outbox({})) if (incident.openedAt >= openedAt) telling.incident(incident);
    core.start();
    await ended;
    telling[Symbol.dispose]();
    if (!context.out.json) context.out.line('Stopping; what is on disk is saved.');
  } finally {
    await control?.[Symbol.asyncDispose]();
    await core[Symbol.asyncDispose]();
  }
}

function ignoring({ ignoreAgent, ignoreKey, ignoreSession }: WatchOptions): Pick<CoreConfig, 'ignore'> {
  if (ignoreAgent === undefined && ignoreKey === undefined && ignoreSession === undefined) return {};
  return { ignore: { agents: ignoreAgent ?? [], keys: ignoreKey ?? [], sessions: ignoreSession ?? [] } };
}

async function sayNothingFound(context: Context): Promise<void> {
  const text = 'No OpenClaw was found on this machine. Clawback keeps looking; `npm run demo` shows what it does.';
  if (context.out.json) process.stderr.write(`${text}\n`);
  else context.out.line(text);
}

interface Telling extends Disposable {
  incident(incident: Incident): void;
}

function tellJson(core: CoreHost, context: Context): Telling {
  const write = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);
  let ready = false;
  const onStatus = (status: CoreStatus): void => {
    if (!ready && isReady(status)) {
      ready = true;
      write({
        event: 'ready',
        pid: process.pid,
        home: context.home,
        flushIntervalMs: status.flushIntervalMs,
        sources: status.sources.map(sourceRow),
      });
    }
    write({ event: 'status', ...statusRow(status) });
  };
  const onIncident = (incident: Incident): void => write({ event: 'incident', incident: incidentRow(incident, Date.now()) });
  const listeners = stack([
    core.on('status', onStatus),
    core.on('committed', (info) => write({ event: 'committed', bytes: info.bytes, durationMs: info.durationMs, at: info.at })),
    core.on('incident', onIncident),
    core.on('resolved', (incident) => write({ event: 'resolved', incident: incidentRow(incident, Date.now()) })),
  ]);
  return { incident: onIncident, [Symbol.dispose]: () => listeners[Symbol.dispose]() };
}

/** What happens, in words. */
export function tellPeople(core: Pick<CoreHost, 'on'>, context: Pick<Context, 'home' | 'out'>): Telling {
  const { out } = context;
  const clawback = commandFor(context.home);
  let ready = false;
  let problem: string | undefined;
  let work: CoreStatus['work'];
  const onStatus = (status: CoreStatus): void => {
    if (status.work !== work) {
      work = status.work;
      out.line(work === undefined ? paint('green', 'Saving again.') : paint('yellow', `${words.status.working[work]}.`));
    }
    if (!ready && status.importing !== undefined && status.importing.totalBytes > 0) {
      out.progress(
        `Reading what is there: ${words.format.bytes(status.importing.doneBytes)} of ${words.format.bytes(status.importing.totalBytes)}`,
      );
    }
    if (!ready && isReady(status)) {
      ready = true;
      out.progress('');
      out.line(readyText(status));
    }
    if (status.problem?.code !== problem) {
      problem = status.problem?.code;
      if (status.problem !== undefined) out.line(`${paint('red', 'Not saving:')} ${status.problem.message} ${status.problem.hint ?? ''}`);
      else out.line(paint('green', 'Saving again.'));
    }
  };
  const tell = (mark: string, incident: Incident): void => {
    const copy = incidentCopy(words, incident, Date.now());
    out.line(`${words.format.time(Date.now(), Date.now())}  ${mark} ${printable(copy.summary)}`);
  };
  const onIncident = (incident: Incident): void => {
    if (incident.severity === 'info') return;
    tell(paint(incident.severity === 'loss' ? 'red' : 'yellow', incident.severity === 'loss' ? 'LOST' : 'WARNING'), incident);
    const id = incident.id.slice(-8);
    if (isRestorable(incident)) out.line(`       ${paint('dim', `${clawback} show ${id}   (or: restore ${id})`)}`);
  };
  const listeners = stack([
    core.on('status', onStatus),
    core.on('incident', onIncident),
    core.on('resolved', (incident) => {
      const isOver = incident.resolution === 'restored' || incident.resolution === 'self-healed';
      if (isOver && incident.severity !== 'info') tell(paint('green', 'SOLVED'), incident);
    }),
  ]);
  return { incident: onIncident, [Symbol.dispose]: () => listeners[Symbol.dispose]() };
}

/** What to type in the source folder; another home than the usual one must be named, or the command looks elsewhere. */
function commandFor(home: string): string {
  return `npm run --silent clawback --${home === clawbackHome(process.env) ? '' : ` --home ${home}`}`;
}

function readyText(status: CoreStatus): string {
  if (status.sources.length === 0) return `${paint('yellow', 'Waiting')} for an OpenClaw to protect. Press Ctrl+C to stop.`;
  const sessions = status.sources.reduce((sum, source) => sum + source.sessions, 0);
  const where = status.sources.map((source) => source.root).join(', ');
  const newest = Math.max(0, ...status.sources.map((source) => source.lastCaptureAt ?? 0));
  const last = newest === 0 ? '' : `, last change saved ${words.format.ago(Date.now() - newest)}`;
  return `${paint('green', 'Protecting')} ${sessions} conversations in ${where}${last}. Press Ctrl+C to stop.`;
}

function isReady(status: CoreStatus): boolean {
  return status.health !== 'catching-up' && status.importing === undefined;
}

function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
    // A reader that went away (`| head`) ends the watch instead of crashing it.
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw new CoreError('io', errorShape(error).message, 'Standard output cannot be written.', error);
      resolve();
    });
  });
}

function stack(disposables: readonly Disposable[]): Disposable {
  return {
    [Symbol.dispose]() {
      for (const disposable of disposables) disposable[Symbol.dispose]();
    },
  };
}
