import type { AppInfo, NotifyPolicy, Settings } from '../../main/ipc/contract.ts';
import { type LanguageSetting, languageNames, languages, languageTags } from '../../main/wording/language.ts';
import { useWords } from '../shared/words.tsx';
import { Field } from './field.tsx';
import { FlushInterval } from './flush-interval.tsx';

interface GeneralProps {
  readonly settings: Settings;
  readonly info: AppInfo;
  readonly onChange: (patch: Partial<Settings>) => void;
}

export function General({ settings, info, onChange }: GeneralProps) {
  return (
    <>
      <FlushInterval valueMs={settings.flushIntervalMs} onChange={(flushIntervalMs) => onChange({ flushIntervalMs })} />
      <Notify settings={settings} info={info} onChange={onChange} />
      <LanguageChoice chosen={settings.language} onChange={(language) => onChange({ language })} />
      <LoginItem info={info} onChange={(openAtLogin) => onChange({ openAtLogin })} />
    </>
  );
}

function Notify({ settings, info, onChange }: GeneralProps) {
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
            <input
              type="radio"
              name="notify"
              value={value}
              checked={settings.notify === value}
              onChange={() => onChange({ notify: value })}
            />
            {label}
          </label>
        ))}
        <label class="apart">
          <input
            type="checkbox"
            name="notify-resets"
            checked={settings.notifyResets}
            disabled={settings.notify === 'off'}
            onChange={(event) => onChange({ notifyResets: event.currentTarget.checked })}
          />
          {text.notifyResets}
        </label>
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
    <Field label={text.language} id="language-label">
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
    </Field>
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
