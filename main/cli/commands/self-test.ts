import type { SelfTestStep, SelfTestStepName } from '../../core/self-test-report.ts';
import { withWriter } from '../backend.ts';
import type { Context } from '../context.ts';
import { paint, table } from '../output.ts';

const WHAT: Record<SelfTestStepName, string> = {
  write: 'write a conversation of its own',
  capture: 'capture it',
  lose: 'delete its file',
  detect: 'notice the loss',
  restore: 'restore it',
  compare: 'compare every byte',
  clean: 'leave nothing behind',
};

/** Loses a conversation on purpose and restores it, away from everybody's own. Exit code 1 when a step fails. */
export async function selfTest(context: Context): Promise<void> {
  context.out.progress('Losing a conversation on purpose…');
  const result = await withWriter(context, (ask) => ask('selfTest', {}));
  context.out.progress('');
  context.out.result(result, () => [table(result.steps.map(stepRow)), verdict(result.ok)].join('\n'));
  if (!result.ok) process.exitCode = 1;
}

function stepRow({ name, ok, ms, problem }: SelfTestStep): readonly string[] {
  return [ok ? paint('green', 'ok') : paint('red', 'failed'), WHAT[name], `${ms} ms`, problem ?? ''];
}

function verdict(ok: boolean): string {
  return ok ? paint('green', 'Clawback works here.') : paint('red', 'Clawback does not work here as it should.');
}
