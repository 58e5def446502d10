import { CoreError } from '../../core/platform/errors.ts';
import type { ForgetReceipt, SessionSummary } from '../../core/types.ts';
import { en as words } from '../../wording/en/index.ts';
import { withCatalog, withWriter } from '../backend.ts';
import { confirmed } from '../confirming.ts';
import type { Context } from '../context.ts';
import { paint, printable } from '../output.ts';
import { conversationOf, findReferenced } from '../reference.ts';

export interface ForgetOptions {
  readonly yes?: boolean;
  /** Buffers that were set aside as damaged go too. */
  readonly setAside?: boolean;
}

/** Erases what is saved of one conversation, after a question that names it. */
export async function forget(context: Context, reference: string, options: ForgetOptions): Promise<void> {
  const session = withCatalog(context, (catalog) => {
    const row = conversationOf(catalog, findReferenced(catalog, reference));
    const found = catalog.session(row);
    if (found === undefined) throw new CoreError('not-found', `there is no conversation ${row}`, 'Run `clawback sessions --all`.');
    return found;
  });
  if (options.yes !== true) {
    const question = `Erase it from Clawback for good? Type ${session.id} to do so: `;
    await confirmed(context, subjectText(session), question, String(session.id), 'nothing was erased');
  }
  const receipt = await withWriter(context, (ask) =>
    ask('forget', { sessionRow: session.id, ...(options.setAside === true ? { alsoSetAside: true } : {}) }),
  );
  context.out.result({ ok: true, sessionId: session.sessionId, ...receipt }, () => receiptText(session, receipt));
}

function subjectText(session: SessionSummary): string {
  const only = session.onlyHere === 0 ? '' : paint('red', `, ${session.onlyHere} of them only here`);
  return [
    `${paint('bold', `${session.id}  ${printable(session.title)}`)}`,
    `  agent ${printable(session.agent)}, session ${printable(session.sessionId)}`,
    `  ${words.count.messages(session.records)}${only}`,
    '  Everything that Clawback saved of it is erased and cannot be brought back. Files of OpenClaw are not touched.',
  ].join('\n');
}

function receiptText(session: SessionSummary, receipt: ForgetReceipt): string {
  const erased = `${paint('green', 'Forgotten:')} ${words.count.messages(receipt.messages)} (${words.format.bytes(receipt.bytes)}) of session ${printable(session.sessionId)}.`;
  const from = receipt.stillOnDisk
    ? 'OpenClaw still has a file of it, which Clawback passes over from now on.'
    : 'Should OpenClaw show it again, Clawback passes it over.';
  const aside =
    receipt.setAside === 0
      ? ''
      : `\n${paint('yellow', words.forgetting.setAsideLeft(receipt.setAside))} \`clawback forget --set-aside\` removes them too; \`clawback storage\` says where they are.`;
  return `${erased}\n${from} Copies that were restored or exported are not touched.${aside}`;
}
