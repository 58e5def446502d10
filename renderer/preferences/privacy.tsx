import { useState } from 'preact/hooks';
import type { IgnoreRules } from '../../main/core/requests.ts';
import type { Settings } from '../../main/ipc/contract.ts';
import { api } from '../shared/api.ts';
import { useWords } from '../shared/words.tsx';
import { Field } from './field.tsx';
import { type RuleFault, type RuleKind, ruleExamples, ruleFault, ruleKinds, withoutRule, withRule } from './ignore-rule.ts';

interface PrivacyProps {
  readonly settings: Settings;
  /** Conversations that are passed over now. */
  readonly ignored: number;
  readonly onChange: (patch: Partial<Settings>) => Promise<boolean>;
}

/** What is not saved, and where to erase what was. */
export function Privacy({ settings, ignored, onChange }: PrivacyProps) {
  const text = useWords().preferences.privacy;
  const rules = settings.ignore ?? {};
  const change = (ignore: IgnoreRules) => onChange({ ignore });
  return (
    <>
      <Field label={text.ignore}>
        <RuleList rules={rules} onRemove={(kind, rule) => void change(withoutRule(rules, kind, rule))} />
        <NewRule rules={rules} onAdd={(kind, rule) => change(withRule(rules, kind, rule))} />
        <p class="help">{text.ignoreHelp}</p>
        {ignored > 0 && <p class="help num">{text.passedOver(ignored)}</p>}
      </Field>
      <fieldset class="field">
        <legend>{text.lists}</legend>
        <div>
          <label>
            <input
              type="checkbox"
              name="mask-titles"
              checked={settings.maskTitles}
              aria-describedby="mask-titles-help"
              onChange={(event) => void onChange({ maskTitles: event.currentTarget.checked })}
            />
            {text.maskTitles}
          </label>
          <p class="help" id="mask-titles-help">
            {text.maskTitlesHelp}
          </p>
        </div>
      </fieldset>
      <Field label={text.forget}>
        <button type="button" onClick={() => void api.request('window.open', { window: 'recovery' })}>
          {text.openRecovery}
        </button>
        <p class="help">{text.forgetHelp}</p>
      </Field>
    </>
  );
}

interface RuleListProps {
  readonly rules: IgnoreRules;
  readonly onRemove: (kind: RuleKind, rule: string) => void;
}

function RuleList({ rules, onRemove }: RuleListProps) {
  const text = useWords().preferences.privacy;
  const all = ruleKinds.flatMap((kind) => (rules[kind] ?? []).map((rule) => ({ kind, rule })));
  if (all.length === 0) return <p class="dim none">{text.none}</p>;
  return (
    <ul class="box rules" aria-label={text.ignore}>
      {all.map(({ kind, rule }) => (
        <li key={`${kind} ${rule}`}>
          <span class="dim">{text.kinds[kind]}</span>
          <span class="path">{rule}</span>
          <button type="button" class="plain" aria-label={text.removeRule(text.kinds[kind], rule)} onClick={() => onRemove(kind, rule)}>
            {text.remove}
          </button>
        </li>
      ))}
    </ul>
  );
}

interface NewRuleProps {
  readonly rules: IgnoreRules;
  /** True once it is stored. */
  readonly onAdd: (kind: RuleKind, rule: string) => Promise<boolean>;
}

function NewRule({ rules, onAdd }: NewRuleProps) {
  const text = useWords().preferences.privacy;
  const [kind, setKind] = useState<RuleKind>('keys');
  const [typed, setTyped] = useState('');
  const [fault, setFault] = useState<RuleFault | undefined>(undefined);
  const add = async (event: Event) => {
    event.preventDefault();
    const rule = typed.trim();
    const found = ruleFault(kind, rule, rules);
    setFault(found);
    if (found === undefined && (await onAdd(kind, rule))) setTyped('');
  };
  return (
    <form class="action" noValidate onSubmit={(event) => void add(event)}>
      <select
        aria-label={text.kind}
        value={kind}
        onChange={({ currentTarget }) => {
          setKind(ruleKinds.find((each) => each === currentTarget.value) ?? 'keys');
          setFault(undefined);
        }}
      >
        {ruleKinds.map((each) => (
          <option key={each} value={each}>
            {text.kinds[each]}
          </option>
        ))}
      </select>
      <input
        type="text"
        aria-label={text.rule}
        aria-invalid={fault !== undefined}
        aria-describedby="rule-fault"
        placeholder={ruleExamples[kind]}
        spellcheck={false}
        autocomplete="off"
        value={typed}
        onInput={({ currentTarget }) => {
          setTyped(currentTarget.value);
          setFault(undefined);
        }}
      />
      <button type="submit">{text.add}</button>
      <p id="rule-fault" class="problem" role="alert">
        {fault !== undefined && `▲ ${text.faults[fault]}`}
      </p>
    </form>
  );
}
