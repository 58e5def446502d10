import { useCallback, useEffect, useState } from 'preact/hooks';
import type { ErrorShape } from '../../main/core/requests.ts';
import type { AppInfo, NotifyPolicy, Settings } from '../../main/ipc/contract.ts';
import { type LanguageSetting, languageNames, languages, languageTags } from '../../main/wording/language.ts';
import { api, errorShape } from '../shared/api.ts';
import { ErrorNotice } from '../shared/notice.tsx';
import { useRequest } from '../shared/use-request.ts';
import { useNow, useStatus } from '../shared/use-status.ts';
import { useWords } from '../shared/words.tsx';
import { FlushInterval } from './flush-interval.tsx';
import { SourceList } from './source-list.tsx';

/** Every change is stored at once; what cannot be stored is said and the control shows what is true. */
export function Preferences() {
  const text = useWords().preferences;
  const { settings, error, change } = useSettings();
  const info = useRequest('app.info', {}, settings?.openAtLogin === true ? 1 : 0).value;
  const status = useStatus();
  const now = useNow(1000);
  if (settings === undefined || info === undefined) return <ErrorNotice error={error} />;
  return (
    <main>
      <h1 class="visually-hidden">{text.title}</h1>
      {info.settingsSetAside !== undefined && <p class="notice">{text.setAside(info.settingsSetAside)}</p>}
      <ErrorNotice error={error} />
      <FlushInterval valueMs={settings.flushIntervalMs} onChange={(flushIntervalMs) => change({ flushIntervalMs })} />
      <Notify policy={settings.notify} info={info} onChange={(notify) => change({ notify })} />
      <LanguageChoice chosen={settings.language} onChange={(language) => change({ language })} />
      <LoginItem info={info} onChange={(openAtLogin) => change({ openAtLogin })} />
      <SourceList status={status} settings={settings} refusal={error} now={now} onChange={(sources) => change({ sources })} />
      <section class="field">
        <h2>{text.home}</h2>
        <p class="path">{info.home}</p>
      </section>
    </main>
  );
}

interface NotifyProps {
  readonly policy: NotifyPolicy;
  readonly info: AppInfo;
  readonly onChange: (policy: NotifyPolicy) => void;
}

function Notify({ policy, info, onChange }: NotifyProps) {
  const text = useWords().preferences;
  const choices: readonly (readonly [NotifyPolicy, string])[] = [
    ['all', text.notifyAll],
    ['loss-only', text.notifyLoss],
    ['off', text.notifyOff],
  ];
  return (
    <fieldset class="field">
      <legend>{text.notify}</legend>
      <div>
        {choices.map(([value, label]) => (
          <label key={value}>
            <input type="radio" name="notify" value={value} checked={policy === value} onChange={() => onChange(value)} />
            {label}
          </label>
        ))}
        {info.notifications === 'unavailable' && (
          <p class="notice" data-reason={info.notificationsReason}>
            {text.notifyUnavailable}
          </p>
        )}
      </div>
    </fieldset>
  );
}

interface LanguageChoiceProps {
  readonly chosen: LanguageSetting;
  readonly onChange: (language: LanguageSetting) => void;
}

/** Every language under its own name: whoever cannot read this one finds the way out. */
function LanguageChoice({ chosen, onChange }: LanguageChoiceProps) {
  const text = useWords().preferences;
  return (
    <section class="field">
      <h2 id="language-label">{text.language}</h2>
      <div>
        <select
          name="language"
          aria-labelledby="language-label"
          value={chosen}
          onChange={(event) => {
            const { value } = event.currentTarget;
            onChange(languages.find((language) => language === value) ?? 'system');
          }}
        >
          <option value="system">{text.languageSystem}</option>
          {languages.map((language) => (
            <option key={language} value={language} lang={languageTags[language]}>
              {languageNames[language]}
            </option>
          ))}
        </select>
      </div>
    </section>
  );
}

function LoginItem({ info, onChange }: { readonly info: AppInfo; readonly onChange: (openAtLogin: boolean) => void }) {
  const text = useWords().preferences;
  const { loginItem } = info;
  const on = loginItem === 'enabled' || loginItem === 'requires-approval';
  return (
    <fieldset class="field">
      <legend>{text.start}</legend>
      <div>
        <label>
          <input
            type="checkbox"
            name="open-at-login"
            checked={on}
            disabled={loginItem === 'unsupported'}
            onChange={(event) => onChange(event.currentTarget.checked)}
          />
          {text.openAtLogin}
        </label>
        {loginItem === 'requires-approval' && <p class="help">{text.loginApproval}</p>}
        {loginItem === 'unsupported' && <p class="help">{text.loginUnsupported}</p>}
      </div>
    </fieldset>
  );
}

interface SettingsInUse {
  readonly settings: Settings | undefined;
  readonly error: ErrorShape | undefined;
  change(patch: Partial<Settings>): void;
}

function useSettings(): SettingsInUse {
  const first = useRequest('settings.get', {});
  const [changed, setChanged] = useState<Settings | undefined>(undefined);
  const [failure, setFailure] = useState<ErrorShape | undefined>(undefined);
  useEffect(() => api.subscribe('settings.changed', setChanged), []);
  const change = useCallback((patch: Partial<Settings>) => {
    api.request('settings.set', patch).then(
      (next) => {
        setChanged(next);
        setFailure(undefined);
      },
      (reason: unknown) => setFailure(errorShape(reason)),
    );
  }, []);
  return { settings: changed ?? first.value, error: failure ?? first.error, change };
}
