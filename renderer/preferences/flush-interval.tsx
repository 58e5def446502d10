import { useState } from 'preact/hooks';
import { useWords } from '../shared/words.tsx';

/** What the slider offers; a value from elsewhere shows as the next longer one. */
const stepsMs = [250, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000] as const;

interface FlushIntervalProps {
  readonly valueMs: number;
  readonly onChange: (ms: number) => void;
}

export function FlushInterval({ valueMs, onChange }: FlushIntervalProps) {
  // While it is dragged only the words follow; the core is told once, where it stops.
  const [draft, setDraft] = useState<number | undefined>(undefined);
  const words = useWords();
  const step = draft ?? stepOf(valueMs);
  const shownMs = stepsMs[step] ?? valueMs;
  const shown = words.format.seconds(shownMs);
  return (
    <section class="field">
      <h2 id="flush-label">{words.preferences.flush}</h2>
      <div>
        <input
          type="range"
          min={0}
          max={stepsMs.length - 1}
          step={1}
          value={step}
          aria-labelledby="flush-label"
          aria-describedby="flush-help"
          aria-valuetext={shown}
          onInput={(event) => setDraft(Number(event.currentTarget.value))}
          onChange={(event) => {
            const chosen = stepsMs[Number(event.currentTarget.value)];
            setDraft(undefined);
            if (chosen !== undefined) onChange(chosen);
          }}
        />{' '}
        <output class="num">{shown}</output>
        <p class="help" id="flush-help">
          {words.preferences.flushHelp(shownMs)}
        </p>
      </div>
    </section>
  );
}

function stepOf(ms: number): number {
  const index = stepsMs.findIndex((step) => step >= ms);
  return index < 0 ? stepsMs.length - 1 : index;
}
