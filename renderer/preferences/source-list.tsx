import { useEffect, useState } from 'preact/hooks';
import type { ErrorShape } from '../../main/core/requests.ts';
import type { CoreStatus, SourceStatus } from '../../main/core/types.ts';
import type { Settings } from '../../main/ipc/contract.ts';
import type { Messages } from '../../main/wording/catalogue.ts';
import { sourceProblem } from '../../main/wording/status-copy.ts';
import { api, errorShape } from '../shared/api.ts';
import { ErrorNotice } from '../shared/notice.tsx';
import { addSource, withSource } from '../shared/sources.ts';
import { useRequest } from '../shared/use-request.ts';
import { useWords } from '../shared/words.tsx';
import { SourceHealth } from './source-health.tsx';
import { WitnessList } from './witness-list.tsx';

interface SourceListProps {
  readonly status: CoreStatus | undefined;
  readonly settings: Settings;
  /** Why the last change could not be stored; another object for each. */
  readonly refusal: ErrorShape | undefined;
  readonly now: number;
  readonly onChange: (sources: Settings['sources']) => void;
}

/** What is protected and how it is, what was switched off, and a way to add what was not found. */
export function SourceList({ status, settings, refusal, now, onChange }: SourceListProps) {
  const text = useWords().preferences;
  const [error, setError] = useState<ErrorShape | undefined>(undefined);
  const found = useRequest('discover', {}).value ?? [];
  const active = status?.sources ?? [];
  const roots = [...new Set([...active.map((source) => source.root), ...settings.sources.map((source) => source.root), ...found])].sort();
  const add = () => {
    addSource(api).then(
      () => setError(undefined),
      (reason: unknown) => setError(errorShape(reason)),
    );
  };
  return (
    <section class="field">
      <h2>{text.sources}</h2>
      <div>
        {roots.length === 0 && <p class="dim">{text.noSources}</p>}
        <ul class="sources">
          {roots.map((root) => (
            <SourceRow
              key={root}
              root={root}
              source={active.find((source) => source.root === root)}
              refusal={refusal}
              now={now}
              onToggle={(enabled) => onChange(withSource(settings.sources, { root, enabled }))}
            />
          ))}
        </ul>
        <button type="button" onClick={add}>
          {text.addSource}
        </button>
        <ErrorNotice error={error} />
      </div>
    </section>
  );
}

interface SourceRowProps {
  readonly root: string;
  readonly source: SourceStatus | undefined;
  readonly refusal: ErrorShape | undefined;
  readonly now: number;
  readonly onToggle: (enabled: boolean) => void;
}

function SourceRow({ root, source, refusal, now, onToggle }: SourceRowProps) {
  const words = useWords();
  const isProtected = source !== undefined;
  // The box shows what was wished at once, and what is true as soon as the core has followed or the change was refused.
  const [wished, setWished] = useState<boolean | undefined>(undefined);
  useEffect(() => setWished(undefined), [isProtected, refusal]);
  const toggle = (enabled: boolean) => {
    setWished(enabled);
    onToggle(enabled);
  };
  return (
    <li class="source-row">
      <label class="source">
        <input type="checkbox" checked={wished ?? isProtected} onChange={(event) => toggle(event.currentTarget.checked)} />
        <span class="path">{root}</span>
        <small class="dim num">{source === undefined ? words.preferences.notProtected : factsOf(words, source, now)}</small>
        {source?.problems.map((code) => (
          <small key={code} class="problem">
            ▲ {sourceProblem(words, code)}
          </small>
        ))}
      </label>
      <WitnessList root={root} witnesses={source?.witnesses ?? []} now={now} />
      {source !== undefined && <SourceHealth source={source} now={now} />}
    </li>
  );
}

function factsOf(words: Messages, source: SourceStatus, now: number): string {
  const { gatewayRunning, gatewayStopped, polling } = words.source;
  return [
    words.count.conversations(source.sessions),
    source.lastCaptureAt === undefined ? '' : words.status.savedAgo(now - source.lastCaptureAt),
    source.gateway === 'running' ? gatewayRunning : source.gateway === 'stopped' ? gatewayStopped : '',
    source.watch === 'polling' ? polling : '',
  ]
    .filter((part) => part !== '')
    .join(' · ');
}
