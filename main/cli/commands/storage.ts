import { homedir } from 'node:os';
import { freeBytes } from '../../core/platform/write-rights.ts';
import type { CoreRequests, MovePlan } from '../../core/requests.ts';
import { discoverStateDirs } from '../../core/sources/openclaw-home.ts';
import { startAnew } from '../../core/storage/anew.ts';
import { setAsideIn } from '../../core/storage/buffer-files.ts';
import { moveBuffer, planMove } from '../../core/storage/moving.ts';
import { bufferFolder } from '../../core/storage/place.ts';
import type { StorageFacts } from '../../core/storage-facts.ts';
import { stderrLogger } from '../../core-process/stderr-logger.ts';
import { en as words } from '../../wording/en/index.ts';
import { withCatalog, withRunningCore } from '../backend.ts';
import { confirmed } from '../confirming.ts';
import type { Context } from '../context.ts';
import { paint } from '../output.ts';

export interface Confirmable {
  readonly yes?: boolean;
}

/** Where the buffer is, and what it takes. */
export async function storage(context: Context): Promise<void> {
  const running = await withRunningCore(context, (ask) => ask('storage', {}));
  const facts = running?.value ?? factsOf(context);
  context.out.result(facts, () => factsText(facts));
}

/** Through the running Clawback, which goes on with the new place, or by itself. */
export async function moveStorage(context: Context, folder: string, { yes }: Confirmable): Promise<void> {
  const planned = await withRunningCore(context, (ask) => ask('planMove', { folder }));
  const openclaw = openclawRoots(context);
  const plan = planned?.value ?? planMove(context.home, folder, openclaw);
  if (yes !== true) await confirmed(context, planText(plan), 'Move it? Type move to do so: ', 'move', 'nothing was moved');
  const moved = await withRunningCore(context, (ask) => ask('moveBuffer', { folder }));
  const receipt = moved?.value ?? (await moveHere(context, folder, openclaw));
  context.out.result({ ok: true, ...receipt }, () => movedText(receipt));
}

/** For a buffer whose disk is lost. */
export async function startStorageAnew(context: Context, { yes }: Confirmable): Promise<void> {
  const told = 'An empty buffer is begun, and what OpenClaw has on disk is saved again. The folder that is missing is never touched again.';
  if (yes !== true) await confirmed(context, told, 'Begin anew? Type anew to do so: ', 'anew', 'nothing was changed');
  const lost = startAnew(context.home, stderrLogger('warn'));
  context.out.result({ ok: true, folder: context.home, abandoned: lost }, () =>
    [
      `${paint('green', 'Begun anew:')} the buffer is in ${context.home} from the next start on.`,
      `Should ${lost} come back, what it holds can be read and restored: clawback --home ${lost} sessions --all`,
    ].join('\n'),
  );
}

function moveHere(context: Context, folder: string, openclaw: readonly string[]): ReturnType<typeof moveBuffer> {
  const onProgress = (done: number, total: number): void =>
    context.out.progress(done < total ? `Moved ${words.format.bytes(done / 2)} of ${words.format.bytes(total / 2)}` : '');
  return moveBuffer(context.home, folder, { log: stderrLogger('warn'), openclaw, onProgress });
}

function openclawRoots(context: Context): readonly string[] {
  const known = withCatalog(context, (catalog) => catalog.sources().map(({ root }) => root));
  return [...discoverStateDirs(process.env, homedir()).map(({ root }) => root), ...known, ...(context.roots ?? [])];
}

/** While nothing runs. */
export function factsOf(context: Context): StorageFacts {
  const path = bufferFolder(context.home);
  return withCatalog(context, (catalog) => ({
    path,
    bytes: catalog.bufferBytes(),
    bytesFree: freeBytes(path) ?? 0,
    ...catalog.held(Date.now()),
    setAside: setAsideIn(path),
    isElsewhere: path !== context.home,
  }));
}

function factsText(facts: StorageFacts): string {
  const { bytes, count } = { ...words.format, count: words.count };
  const { conversations, messages } = facts.onlyHere;
  return [
    `The buffer is in ${facts.path}.`,
    `It takes ${bytes(facts.bytes)} for ${count.conversations(facts.conversations)}, which alone are ${bytes(facts.transcriptBytes)} before compression.`,
    `${bytes(facts.grownLastWeek)} of all files were saved in the last seven days, before compression.`,
    `${bytes(facts.bytesFree)} are free on that disk.`,
    ...(conversations === 0 ? [] : [`${count.messages(messages)} in ${count.conversations(conversations)} exist only here.`]),
    ...(facts.setAside.buffers === 0
      ? []
      : [`Set aside as damaged: ${words.preferences.storage.buffers(facts.setAside.buffers)}, ${bytes(facts.setAside.bytes)}.`]),
  ].join('\n');
}

function planText({ from, to, bytes, bytesFree }: MovePlan): string {
  const free = bytesFree === undefined ? '' : `, ${words.format.bytes(bytesFree)} free there`;
  return [
    `${paint('bold', words.format.bytes(bytes))}${free}`,
    `  from ${from}`,
    `  to   ${to}`,
    '  Nothing is saved while it is moved; afterwards everything is looked at again.',
  ].join('\n');
}

function movedText({ folder, bytes, leftBehind }: CoreRequests['moveBuffer']['out']): string {
  const moved = `${paint('green', 'Moved:')} ${words.format.bytes(bytes)}, now in ${folder}.`;
  return leftBehind === undefined
    ? moved
    : `${moved}\n${paint('yellow', 'Not removed yet:')} the old copy in ${leftBehind}. It is tried again at the next start.`;
}
