import { homedir } from 'node:os';
import { sourceIdOf } from '../../core/core-status.ts';
import { nodeFileSystem } from '../../core/platform/node-file-system.ts';
import { discoverStateDirs } from '../../core/sources/openclaw-home.ts';
import { sources as sourceRegistry } from '../../core/sources/registry.ts';
import type { CoreStatus, SourceStatus } from '../../core/types.ts';
import { en as words } from '../../wording/en/index.ts';
import { sourceProblem } from '../../wording/status-copy.ts';
import { witnessState } from '../../wording/witness-copy.ts';
import { withCatalog, withRunningCore } from '../backend.ts';
import type { Context } from '../context.ts';
import { paint, table } from '../output.ts';
import { statusRow } from '../rows.ts';

export async function status(context: Context): Promise<void> {
  const running = await withRunningCore(context, (ask) => ask('status', {}));
  const now = running?.value ?? stoppedStatus(context);
  context.out.result(statusRow(now), () => statusText(now));
}

/** What the buffer holds, and what would be protected, while nothing runs. */
function stoppedStatus(context: Context): CoreStatus {
  return withCatalog(context, (catalog) => {
    const known = new Map(catalog.sources().map((row) => [row.root, row]));
    const bytes = catalog.sourceBytes();
    const roots = context.roots ?? [...new Set([...discoverStateDirs(process.env, homedir()).map((found) => found.root), ...known.keys()])];
    const sources = roots.map((root): SourceStatus => {
      const row = known.get(root);
      const agents = row?.agents ?? sourceRegistry['openclaw-jsonl'].directories(root, nodeFileSystem).length;
      return {
        id: sourceIdOf({ layout: 'openclaw-jsonl', root }),
        root,
        layout: sourceRegistry['openclaw-jsonl'].keepsElsewhere(root, nodeFileSystem) ? 'openclaw-sqlite' : 'openclaw-jsonl',
        agents,
        sessions: row?.sessions ?? 0,
        ...(row?.lastCaptureAt === undefined ? {} : { lastCaptureAt: row.lastCaptureAt }),
        bytes: row === undefined ? 0 : (bytes.get(row.id) ?? 0),
        lagBytes: 0,
        lagMs: 0,
        witnesses: [],
        watch: 'polling',
        gateway: 'unknown',
        problems: [],
      };
    });
    return {
      health: 'stopped',
      running: false,
      sources,
      live: [],
      bufferBytes: catalog.bufferBytes(),
      openIncidents: catalog.openIncidentCount(),
      lagBytes: 0,
      flushIntervalMs: 0,
    };
  });
}

const HEALTH: Record<CoreStatus['health'], string> = {
  protecting: 'Protecting: everything on disk is saved.',
  'catching-up': 'Catching up: reading what is there.',
  paused: 'Paused.',
  degraded: 'Not fully protected.',
  stopped: 'Not running. Start it with `npm start` or `clawback watch`.',
};

/** For people. */
export function statusText(status: CoreStatus): string {
  const state = status.work === undefined ? HEALTH[status.health] : `${words.status.working[status.work]}.`;
  const lines = [paint(status.health === 'protecting' ? 'green' : 'yellow', state)];
  if (status.problem !== undefined) lines.push(`${paint('red', status.problem.message)} ${status.problem.hint ?? ''}`);
  if (status.sources.length === 0) lines.push('No OpenClaw was found on this machine; `npm run demo` shows what Clawback does.');
  lines.push(
    table(
      status.sources.map((source) => [
        source.root,
        words.count.conversations(source.sessions),
        words.count.agents(source.agents),
        words.source.layouts[source.layout],
        source.lastCaptureAt === undefined
          ? 'nothing saved yet'
          : `last change saved ${words.format.ago(Date.now() - source.lastCaptureAt)}`,
        source.lagBytes > 0 ? `${words.format.bytes(source.lagBytes)} to read` : '',
      ]),
    ),
  );
  lines.push(
    ...status.sources.flatMap(({ root, problems }) => problems.map((code) => paint('yellow', `${root} ${sourceProblem(words, code)}.`))),
  );
  if (status.ignored !== undefined) lines.push(ignoredText(status.ignored));
  lines.push(...status.sources.flatMap((source) => witnessLines(source, status.sources.length > 1)));
  lines.push(`Buffer ${words.format.bytes(status.bufferBytes)}. ${openText(status.openIncidents)}`);
  return lines.filter((line) => line !== '').join('\n');
}

function ignoredText(ignored: number): string {
  return ignored === 1 ? '1 conversation is passed over, as you wished.' : `${ignored} conversations are passed over, as you wished.`;
}

function witnessLines(source: SourceStatus, named: boolean): readonly string[] {
  if (source.witnesses.length === 0) return [];
  const rows = source.witnesses.map((witness) => [`  ${words.witnesses.names[witness.kind]}`, witnessState(words, witness, Date.now())]);
  return [named ? `Also listening for ${source.root}:` : 'Also listening, for what no file holds:', table(rows)];
}

function openText(open: number): string {
  if (open === 0) return 'Nothing needs you.';
  return `${paint('yellow', `${open} ${open === 1 ? 'thing needs' : 'things need'} you`)}: see \`clawback incidents\`.`;
}
