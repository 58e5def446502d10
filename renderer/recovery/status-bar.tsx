import type { CoreStatus } from '../../main/core/types.ts';
import { statusCopy } from '../../main/wording/status-copy.ts';
import { api } from '../shared/api.ts';
import { useRequest } from '../shared/use-request.ts';
import { words } from '../shared/words.ts';

const glyphs = { protecting: '●', 'needs-you': '◆', degraded: '⊘', paused: '‖' } as const;

export function StatusBar({ status, now }: { readonly status: CoreStatus | undefined; readonly now: number }) {
  const info = useRequest('app.info', {});
  const copy = status === undefined ? undefined : statusCopy(status, now);
  const quiet = info.value?.notifications === 'unavailable';
  return (
    <footer>
      {copy !== undefined && (
        <p class="status" data-mood={copy.mood}>
          <span class={`glyph ${copy.mood}`} aria-hidden="true">
            {glyphs[copy.mood]}
          </span>
          {copy.mood === 'needs-you' && <strong>{words.recovery.incidentsWait(status?.openIncidents ?? 0)}</strong>}
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
