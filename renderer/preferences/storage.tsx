import { useState } from 'preact/hooks';
import type { CoreStatus } from '../../main/core/types.ts';
import type { Settings } from '../../main/ipc/contract.ts';
import { ErrorNotice } from '../shared/notice.tsx';
import { useRequest } from '../shared/use-request.ts';
import { useWords } from '../shared/words.tsx';
import { AnewSheet } from './anew-sheet.tsx';
import { BufferPlace } from './buffer-place.tsx';
import { EraseSheet } from './erase-sheet.tsx';
import { Field } from './field.tsx';
import { KeepCopies } from './keep-copies.tsx';
import { TaskButton } from './task-button.tsx';
import { useTask } from './use-task.ts';

interface StorageProps {
  /** Clawback's own directory. */
  readonly home: string;
  readonly status: CoreStatus | undefined;
  readonly settings: Settings;
  /** Epoch ms; absent: never, or nobody knows. */
  readonly lastVerifiedAt: number | undefined;
  readonly now: number;
  readonly onChange: (patch: Partial<Settings>) => void;
}

/** What Clawback takes of the disk, and whether it is whole. */
export function Storage({ home, status, settings, lastVerifiedAt, now, onChange }: StorageProps) {
  const words = useWords();
  const { format } = words;
  const text = words.preferences.storage;
  const [sheet, setSheet] = useState<'erase' | 'anew' | undefined>(undefined);
  // While it is moved or erased, who began that waits for it.
  const problem = status?.running === false && status.work === undefined ? status.problem : undefined;
  const { value: facts, error, reload } = useRequest('storage', {}, problem === undefined ? 0 : 1);
  const verify = useTask('verify', {}, { task: 'verify' });
  const rebuild = useTask('rebuildIndex', {}, { task: 'rebuild-index' });
  return (
    <>
      <ErrorNotice error={error ?? (problem && { hint: '', ...problem })} />
      {problem?.code === 'buffer-missing' && (
        <Field label={words.preferences.home}>
          <button type="button" onClick={() => setSheet('anew')}>
            {text.place.anew}
          </button>
        </Field>
      )}
      {facts !== undefined && (
        <Field label={words.preferences.home}>
          <BufferPlace home={home} facts={facts} onMoved={reload} />
        </Field>
      )}
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
      {facts !== undefined && (
        <Field label={text.erase}>
          <button type="button" onClick={() => setSheet('erase')}>
            {text.eraseButton}
          </button>
          <p class="help">{text.eraseHelp}</p>
        </Field>
      )}
      {facts !== undefined && sheet === 'erase' && <EraseSheet facts={facts} onErased={reload} onClose={() => setSheet(undefined)} />}
      {sheet === 'anew' && <AnewSheet onClose={() => setSheet(undefined)} />}
    </>
  );
}
