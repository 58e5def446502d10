import { CoreError } from '../../core/platform/errors.ts';
import { eraseAll } from '../../core/storage/erasing.ts';
import type { StorageFacts } from '../../core/storage-facts.ts';
import { stderrLogger } from '../../core-process/stderr-logger.ts';
import { en as words } from '../../wording/en/index.ts';
import { withRunningCore } from '../backend.ts';
import { confirmed } from '../confirming.ts';
import type { Context } from '../context.ts';
import { paint } from '../output.ts';
import { type Confirmable, factsOf } from './storage.ts';

export interface EraseOptions extends Confirmable {
  readonly all?: boolean;
}

/** Erases everything that was ever captured, after a question that says what that is. */
export async function erase(context: Context, { all, yes }: EraseOptions): Promise<void> {
  if (all !== true) {
    throw new CoreError(
      'invalid',
      'erase takes everything or nothing',
      'Say `clawback erase --all`, or forget one: `clawback forget <conversation>`.',
    );
  }
  if (yes !== true)
    await confirmed(
      context,
      subjectText(await facts(context)),
      'Erase all of it for good? Type erase to do so: ',
      'erase',
      'nothing was erased',
    );
  const running = await withRunningCore(context, (ask) => ask('eraseAll', {}));
  const { bytes } = running?.value ?? eraseAll(context.home, { log: stderrLogger('warn') });
  context.out.result({ ok: true, bytes }, () => doneText(bytes, running !== undefined));
}

async function facts(context: Context): Promise<StorageFacts> {
  const running = await withRunningCore(context, (ask) => ask('storage', {}));
  return running?.value ?? factsOf(context);
}

function subjectText({ conversations, bytes, onlyHere, setAside }: StorageFacts): string {
  const text = words.preferences.storage;
  const only = onlyHere.conversations === 0 ? '' : paint('red', ` ${text.eraseOnlyHere(onlyHere.conversations, onlyHere.messages)}`);
  return [
    `${paint('bold', text.sizeOf(bytes, conversations))}.${only}`,
    ...(setAside.buffers === 0
      ? []
      : [`  And ${text.buffers(setAside.buffers)} set aside as damaged, ${words.format.bytes(setAside.bytes)}.`]),
    '  Incidents, the possibility to undo restores, what the recorder wrote, and logs go too. Settings stay.',
    '  Files of OpenClaw are not touched: what it has on disk is saved again.',
  ].join('\n');
}

function doneText(bytes: number, isRunning: boolean): string {
  const next = isRunning
    ? 'What OpenClaw has on disk is being saved again.'
    : 'When Clawback starts, it saves again what OpenClaw has on disk.';
  return `${paint('green', 'Erased:')} ${words.format.bytes(bytes)}. ${next}`;
}
