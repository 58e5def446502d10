import type { CoreStatus } from '../../main/core/types.ts';
import { statusCopy } from '../../main/wording/status-copy.ts';
import { api } from '../shared/api.ts';
import { useRequest } from '../shared/use-request.ts';
import { useWords } from '../shared/words.tsx';

const glyphs = { protecting: '●', 'needs-you': '◆', degraded: '⊘', paused: '‖' } as const;

interface StatusBarProps {
  readonly status: CoreStatus | undefined;
  /** Open incidents as this window lists them: the core's own count comes a moment after an incident. */
  readonly waiting: number;
  readonly now: number;
}

export function StatusBar({ status, waiting, now }: StatusBarProps) {
  const words = useWords();
  const info = useRequest('app.info', {});
  const copy = status === undefined ? undefined : statusCopy(words, { ...status, openIncidents: waiting }, now);
  const quiet = info.value?.notifications === 'unavailable';
  return (
    <footer>
      {copy !== undefined && (
        <p class="status" data-mood={copy.mood}>
          <span class={`glyph ${copy.mood}`} aria-hidden="true">
            {glyphs[copy.mood]}
          </span>
          {copy.mood === 'needs-you' && <strong>{words.recovery.incidentsWait(waiting)}</strong>}
          <span class="num">{copy.line}</span>
          {copy.detail !== undefined && <span class="dim t" title={copy.detail} children={copy.detail} />}
        </p>
      )}
      {info.value?.demo === true && <span>{words.recovery.demo}</span>}
      {quiet && <span class="dim">{words.recovery.notificationsOff}</span>}
      <button type="button" class="plain" onClick={() => void api.request('window.open', { window: 'preferences' })}>
        {words.recovery.preferences}
      </button>
    </footer>
  );
}
