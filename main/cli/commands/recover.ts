import { CoreError } from '../../core/platform/errors.ts';
import type { RecoveryPlan } from '../../core/restore/restoring.ts';
import { en as words } from '../../wording/en/index.ts';
import { withWriter } from '../backend.ts';
import { confirm, isAsked } from '../consent.ts';
import type { Context } from '../context.ts';
import { paint } from '../output.ts';

export interface RecoverOptions {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly restartGateway?: boolean;
}

export async function recover(context: Context, incidentId: string, options: RecoverOptions): Promise<void> {
  const request = { incidentId, ...(options.restartGateway === true || isAsked(context, options) ? { mayRestart: true } : {}) };
  await withWriter(context, async (ask) => {
    const plan = await ask('planRecovery', request);
    const { refusal } = plan;
    if (options.dryRun === true) {
      const refused = refusal === undefined ? {} : { error: refusal };
      context.out.result({ ok: refusal === undefined, dryRun: true, ...plan, ...refused }, () => planText(plan));
      if (refusal !== undefined) process.exitCode = 1;
      return;
    }
    if (refusal !== undefined) throw new CoreError(refusal.code, refusal.message, refusal.hint);
    if (options.yes !== true) await confirm(context, planText(plan));
    const receipt = await ask('recoverAll', request);
    context.out.result(receipt, () =>
      [
        `${paint('green', 'Restored')} ${words.count.conversations(receipt.restores.length)}, ${words.count.messages(receipt.messages)}`,
        ...(receipt.gatewayIsDown ? [paint('red', words.sheet.gatewayIsDown)] : []),
      ].join('\n'),
    );
  });
}

function planText({ conversations, messages, bytes, route, refusal }: RecoveryPlan): string {
  const restarts = route === 'import-restart' ? ['  OpenClaw is stopped for about half a minute, and started again'] : [];
  const refused = refusal === undefined ? [] : [`${paint('red', 'Not possible now:')} ${refusal.message}\n  ${refusal.hint}`];
  return [
    `${paint('bold', words.count.conversations(conversations))}, ${words.count.messages(messages)} (${words.format.bytes(bytes)})`,
    "  each under its own key where nothing else has it by now, taken in by OpenClaw's own importer",
    ...restarts,
    '  Nothing that exists is changed or overwritten.',
    ...refused,
  ].join('\n');
}
