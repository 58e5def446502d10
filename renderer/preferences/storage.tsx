import type { Settings } from '../../main/ipc/contract.ts';
import { ErrorNotice } from '../shared/notice.tsx';
import { useRequest } from '../shared/use-request.ts';
import { useWords } from '../shared/words.tsx';
import { Field } from './field.tsx';
import { KeepCopies } from './keep-copies.tsx';
import { RevealButton } from './reveal-button.tsx';
import { TaskButton } from './task-button.tsx';
import { useTask } from './use-task.ts';

interface StorageProps {
  readonly home: string;
  readonly settings: Settings;
  /** Epoch ms; absent: never, or nobody knows. */
  readonly lastVerifiedAt: number | undefined;
  readonly now: number;
  readonly onChange: (patch: Partial<Settings>) => void;
}

/** What Clawback takes of the disk, and whether it is whole. */
export function Storage({ home, settings, lastVerifiedAt, now, onChange }: StorageProps) {
  const words = useWords();
  const { format } = words;
  const text = words.preferences.storage;
  const { value: facts, error } = useRequest('storage', {});
  const verify = useTask('verify', 'verify');
  const rebuild = useTask('rebuildIndex', 'rebuild-index');
  return (
    <>
      <ErrorNotice error={error} />
      <Field label={words.preferences.home}>
        <p class="path">{home}</p>
        <RevealButton folder="home" label={text.reveal} />
      </Field>
      {facts !== undefined && (
        <>
          <Field label={text.size}>
            <p class="num">{text.sizeOf(facts.bytes, facts.conversations)}</p>
            <p class="help num">
              {format.sentences([
                text.sizeBefore(facts.transcriptBytes),
                facts.oldestAt === undefined ? undefined : text.since(format.day(facts.oldestAt, now)),
              ])}
            </p>
          </Field>
          <Field label={text.growth}>
            <p class="num">{text.growthOf(facts.grownLastWeek)}</p>
          </Field>
          <Field label={text.free}>
            <p class="num">{text.freeOf(facts.bytesFree)}</p>
          </Field>
        </>
      )}
      <Field label={text.keep}>
        <KeepCopies retention={settings.retention} onChange={(retention) => onChange({ retention })} />
      </Field>
      <Field label={text.check}>
        <TaskButton
          task={verify}
          label={text.verify}
          running={text.verifying}
          help={format.sentences([text.verifyHelp, lastVerifiedAt === undefined ? undefined : text.lastVerified(now - lastVerifiedAt)])}
          result={({ pieces, bytes, damaged }) =>
            damaged === 0 ? (
              <p class="passed">✓ {text.verified(pieces, bytes)}</p>
            ) : (
              <p class="problem">▲ {text.damaged(damaged, pieces)}</p>
            )
          }
        />
      </Field>
      <Field label={text.search}>
        <TaskButton
          task={rebuild}
          label={text.rebuild}
          running={text.rebuilding}
          help={text.rebuildHelp}
          result={({ records }) => <p class="passed">✓ {text.rebuilt(records)}</p>}
        />
      </Field>
    </>
  );
}
