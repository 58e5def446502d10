import { dirname, resolve } from 'node:path';
import { CoreError } from '../../core/platform/errors.ts';
import type { RestoreRequest } from '../../core/restore/restoring.ts';
import type { RestorePlan, RestoreTarget } from '../../core/types.ts';
import { en as words } from '../../wording/en/index.ts';
import { planChangeText } from '../../wording/restore-copy.ts';
import { type Ask, withCatalog, withWriter } from '../backend.ts';
import { confirm, isAsked } from '../consent.ts';
import type { Context } from '../context.ts';
import { paint } from '../output.ts';
import { conversationOf, findReferenced } from '../reference.ts';
import { receiptRow } from '../rows.ts';

export interface RestoreOptions {
  readonly generation?: number;
  readonly dryRun?: boolean;
  readonly to?: RestoreTarget;
  readonly output?: string;
  readonly yes?: boolean;
  readonly restartGateway?: boolean;
}

export async function restore(context: Context, reference: string, options: RestoreOptions): Promise<void> {
  const request = requestOf(context, reference, options);
  await withWriter(context, async (ask) => {
    const plan = await ask('planRestore', request);
    if (options.dryRun === true) {
      preview(context, plan);
      return;
    }
    if (plan.refusal !== undefined) throw new CoreError(plan.refusal.code, plan.refusal.message, plan.refusal.hint);
    if (plan.alreadyDone === undefined && request.target !== 'file' && options.yes !== true) await confirm(context, planText(plan));
    await apply(context, ask, request);
  });
}

export async function undo(context: Context, restoreId: string): Promise<void> {
  const undone = await withWriter(context, (ask) => ask('undo', { restoreId }));
  context.out.result(undone, () =>
    undone.path.endsWith('.sqlite')
      ? "Taken back: it is gone from OpenClaw's database, which keeps an archive of it. Its conversation is still saved here."
      : `Taken back: ${undone.path} is gone again. Its conversation is still saved here.`,
  );
}

/** A preview of what is refused now is a refusal too: whoever scripts it must not take it for a yes. */
function preview(context: Context, plan: RestorePlan): void {
  const { refusal } = plan;
  const refused = refusal === undefined ? {} : { error: refusal };
  context.out.result({ ok: refusal === undefined, dryRun: true, ...plan, ...refused }, () => planText(plan));
  if (refusal !== undefined) process.exitCode = 1;
}

async function apply(context: Context, ask: Ask, request: RestoreRequest): Promise<void> {
  const receipt = await ask('restore', request);
  context.out.result(receiptRow(receipt), () =>
    [
      `${paint('green', receipt.already ? 'Already restored' : 'Restored')} ${receipt.messages} messages to ${receipt.path}`,
      ...(receipt.gatewayIsDown ? [paint('red', words.sheet.gatewayIsDown)] : []),
      ...(receipt.sessionKey === undefined ? [] : [whereText(request.target, receipt.sessionKey)]),
      `Take it back with: clawback undo ${receipt.restoreId}`,
    ].join('\n'),
  );
}

function whereText(target: RestoreTarget, sessionKey: string): string {
  return target === 'same-session' ? `The chat ${sessionKey} goes on with them.` : `OpenClaw will list them as ${sessionKey}.`;
}

function requestOf(context: Context, reference: string, options: RestoreOptions): RestoreRequest {
  const target = options.to ?? (options.output === undefined ? 'new-session' : 'file');
  if (target === 'file' && options.output === undefined) {
    throw new CoreError('invalid', 'a restore to a file needs to know which', 'Add `--output FILE`.');
  }
  if (target !== 'file' && options.output !== undefined) {
    throw new CoreError('invalid', '`--output` goes with `--to file`', 'Leave one of them out.');
  }
  const subject = withCatalog(context, (catalog) => {
    const found = findReferenced(catalog, reference);
    const sessionRow = conversationOf(catalog, found);
    return found.is === 'incident' ? { incidentId: found.incident.id } : { sessionRow };
  });
  return {
    ...subject,
    ...(options.generation === undefined ? {} : { generation: options.generation }),
    target,
    ...(options.output === undefined ? {} : { output: resolve(options.output) }),
    // Who is asked sees it in what they are asked about.
    ...(options.restartGateway === true || isAsked(context, options) ? { mayRestart: true } : {}),
  };
}

function planText(plan: RestorePlan): string {
  const { unpersisted = 0 } = plan;
  const lines = [
    `${paint('bold', words.count.messages(plan.messages))} (${words.format.bytes(plan.bytes)}), ${plan.form === 'verbatim' ? 'exactly as they were saved' : 'made valid for OpenClaw'}`,
    ...(unpersisted === 0 ? [] : [`  ${unpersisted} of them OpenClaw never saved`]),
    ...placeText(plan),
    ...plan.changes.map((change) => `  ${planChangeText(words, change)}`),
    '  Nothing that exists is changed or overwritten.',
  ];
  if (plan.alreadyDone !== undefined) lines.push(paint('green', '  This was restored before and still stands.'));
  if (plan.refusal !== undefined) lines.push(`${paint('red', 'Not possible now:')} ${plan.refusal.message}\n  ${plan.refusal.hint}`);
  return lines.join('\n');
}

function placeText({ target, route, path, sessionKey }: RestorePlan): readonly string[] {
  if (target === 'same-session') {
    const chat = sessionKey === undefined ? '' : `, the chat ${sessionKey}`;
    return [
      `  into the session that has no transcript${chat}, as ${path}`,
      '  whose last use is set to now, so that OpenClaw does not reset it',
    ];
  }
  if (route === 'import' || route === 'import-restart') {
    return [
      `  as a new session ${sessionKey}, which OpenClaw's own importer takes into its database`,
      ...(route === 'import' ? [] : ['  OpenClaw is stopped for about half a minute, and started again']),
    ];
  }
  if (route === 'gateway') {
    const where = dirname(path);
    return [
      `  as a new session ${sessionKey} in ${where}`,
      "  that OpenClaw's running gateway makes; Clawback asks it for that right for this moment alone",
    ];
  }
  const entry = sessionKey === undefined ? [] : [`  and one new entry in OpenClaw's index: ${sessionKey}`];
  return [`  as a new file ${path}`, ...entry];
}
