import type { AppInfo } from '../../main/ipc/contract.ts';
import { useWords } from '../shared/words.tsx';
import { Field } from './field.tsx';
import { RevealButton } from './reveal-button.tsx';
import { SelfTest } from './self-test.tsx';
import { TaskButton } from './task-button.tsx';
import { useTask } from './use-task.ts';

/** What helps to find a fault. */
export function Advanced({ info }: { readonly info: AppInfo }) {
  const text = useWords().preferences;
  const { diagnostics } = text;
  const save = useTask('diagnostics.save', {});
  return (
    <>
      <Field label={text.selfTest.label}>
        <SelfTest />
      </Field>
      <Field label={diagnostics.label}>
        <TaskButton
          task={save}
          label={diagnostics.button}
          running={diagnostics.button}
          help={diagnostics.help}
          result={(saved) => saved !== null && <p class="passed">✓ {diagnostics.saved(saved.path, saved.bytes)}</p>}
        />
      </Field>
      <Field label={diagnostics.logs}>
        <RevealButton folder="logs" label={diagnostics.showLogs} />
      </Field>
      <Field label={diagnostics.version}>
        <p class="num">{info.version}</p>
      </Field>
    </>
  );
}
