import { ErrorNotice } from '../shared/notice.tsx';
import { useRequest } from '../shared/use-request.ts';
import { useNow, useStatus } from '../shared/use-status.ts';
import { useWords } from '../shared/words.tsx';
import { Advanced } from './advanced.tsx';
import { General } from './general.tsx';
import { Privacy } from './privacy.tsx';
import { useSection } from './sections.ts';
import { SourceList } from './source-list.tsx';
import { Storage } from './storage.tsx';
import { Tabs } from './tabs.tsx';
import { useSettings } from './use-settings.ts';

/** Every change is stored at once; what cannot be stored is said and the control shows what is true. */
export function Preferences() {
  const text = useWords().preferences;
  const [section, choose] = useSection();
  const { settings, error, change } = useSettings();
  const info = useRequest('app.info', {}, settings?.openAtLogin === true ? 1 : 0).value;
  const status = useStatus();
  const now = useNow(1000);
  if (settings === undefined || info === undefined) return <ErrorNotice error={error} />;
  const verifiedAt = status?.sources.flatMap(({ lastVerifiedAt }) => lastVerifiedAt ?? []) ?? [];
  return (
    <Tabs chosen={section} onChoose={choose}>
      <h1 class="visually-hidden">{text.title}</h1>
      {info.settingsSetAside !== undefined && <p class="notice">{text.setAside(info.settingsSetAside)}</p>}
      <ErrorNotice error={error} />
      {section === 'general' && <General settings={settings} info={info} onChange={(patch) => void change(patch)} />}
      {section === 'sources' && (
        <SourceList status={status} settings={settings} refusal={error} now={now} onChange={(sources) => void change({ sources })} />
      )}
      {section === 'storage' && (
        <Storage
          home={info.home}
          status={status}
          settings={settings}
          lastVerifiedAt={verifiedAt.length === 0 ? undefined : Math.max(...verifiedAt)}
          now={now}
          onChange={(patch) => void change(patch)}
        />
      )}
      {section === 'privacy' && <Privacy settings={settings} ignored={status?.ignored ?? 0} onChange={change} />}
      {section === 'advanced' && <Advanced info={info} />}
    </Tabs>
  );
}
