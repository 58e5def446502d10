import type { Retention } from '../../main/core/requests.ts';
import { useWords } from '../shared/words.tsx';

const daysOffered = [30, 90, 365, 1095] as const;
const bytesOffered = [1e9, 5e9, 20e9, 100e9] as const;

interface KeepCopiesProps {
  readonly retention: Retention | undefined;
  readonly onChange: (retention: Retention) => void;
}

/** Which copies may go again, by age and by size. What was set elsewhere is offered too. */
export function KeepCopies({ retention = {}, onChange }: KeepCopiesProps) {
  const { format, preferences } = useWords();
  const text = preferences.storage;
  const { keepDays, keepBytes } = retention;
  return (
    <>
      <div class="action">
        <Limit
          label={text.keepDays}
          none={text.keepForever}
          value={keepDays}
          offered={daysOffered}
          named={text.keepFor}
          onChange={(days) => onChange({ ...(days && { keepDays: days }), ...(keepBytes && { keepBytes }) })}
        />
        <Limit
          label={text.keepBytes}
          none={text.keepAnySize}
          value={keepBytes}
          offered={bytesOffered}
          named={format.bytes}
          onChange={(bytes) => onChange({ ...(keepDays && { keepDays }), ...(bytes && { keepBytes: bytes }) })}
        />
      </div>
      <p class="help">{text.keepHelp}</p>
    </>
  );
}

interface LimitProps {
  readonly label: string;
  /** How the choice of no limit is called. */
  readonly none: string;
  readonly value: number | undefined;
  readonly offered: readonly number[];
  readonly named: (value: number) => string;
  readonly onChange: (value: number | undefined) => void;
}

function Limit({ label, none, value, offered, named, onChange }: LimitProps) {
  const choices = value === undefined || offered.includes(value) ? offered : [...offered, value].toSorted((a, b) => a - b);
  return (
    <select
      aria-label={label}
      value={value ?? ''}
      onChange={({ currentTarget }) => onChange(currentTarget.value === '' ? undefined : Number(currentTarget.value))}
    >
      <option value="">{none}</option>
      {choices.map((choice) => (
        <option key={choice} value={choice}>
          {named(choice)}
        </option>
      ))}
    </select>
  );
}
