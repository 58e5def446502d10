import type { WitnessStatus } from '../../main/core/types.ts';
import { witnessState } from '../../main/wording/witness-copy.ts';
import { useWords } from '../shared/words.tsx';
import { RecorderSetup } from './recorder-setup.tsx';

/** To be typed as it is, in every language. */
const recorderCommand = 'clawback recorder install';

interface WitnessListProps {
  readonly root: string;
  readonly witnesses: readonly WitnessStatus[];
  readonly now: number;
}

/** Who else sees the conversations of a source, and how each of them is doing. */
export function WitnessList({ root, witnesses, now }: WitnessListProps) {
  const text = useWords().preferences;
  if (witnesses.length === 0) return null;
  return (
    <ul class="witnesses" aria-label={text.witnesses}>
      {witnesses.map((witness) => (
        <li key={witness.kind} class="witness" data-witness={witness.kind} data-state={witness.state}>
          <Witness witness={witness} now={now} />
          {witness.kind === 'recorder-plugin' && <RecorderSetup root={root} action={witness.state === 'off' ? 'install' : 'remove'} />}
        </li>
      ))}
    </ul>
  );
}

function Witness({ witness, now }: { readonly witness: WitnessStatus; readonly now: number }) {
  const words = useWords();
  const name = words.format.label(words.witnesses.names[witness.kind]);
  const state = witnessState(words, witness, now);
  if (witness.state === 'blocked') {
    return (
      <>
        {name}
        <span class="problem">▲ {state}</span>
      </>
    );
  }
  if (witness.kind === 'recorder-plugin' && witness.state === 'off') {
    return (
      <>
        {name}
        <span class="dim">
          {words.preferences.recorderOff}
          <code class="path">{recorderCommand}</code>
        </span>
      </>
    );
  }
  return (
    <>
      {name}
      <span class="dim num">{state}</span>
    </>
  );
}
